/** The editor at work: what is picked, what is open, and what happens to the draft. */
import { Button, Group, Text, Title } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { lazy, Suspense, useCallback, useDeferredValue, useEffect, useMemo, useRef, useState } from "react";
import { explain } from "../shared/api/problem";
import { AddNode } from "./AddNode";
import { type Live, lookAgain, type Now, publish, sourceOf, tellLive, useCalls, useCheck, useVersions } from "./asking";
import { type Begun, useDraft } from "./draft";
import { NotEditable } from "./document/edit";
import { type Menu, menuOf } from "./document/menu";
import { parse, Unreadable } from "./document/yaml";
import classes from "./Menu.module.css";
import { NodeForm } from "./NodeForm";
import { Outline } from "./Outline";
import { byNode, type Problem, WHOLE } from "./problems";
import { Publish } from "./Publish";
import type { Change } from "./Says";
import type { Signs } from "./signs";
import { TryIt } from "./TryIt";
import { Versions } from "./Versions";
import { WholeForm } from "./WholeForm";
import { useMenuWords } from "./words";
import { Worst, WorstTime } from "./Worst";
import { YamlWindow } from "./YamlWindow";

const MenuGraph = lazy(() => import("./graph/MenuGraph"));
const NONE: readonly Problem[] = [];
type Open = "add" | "try" | "versions" | "publish" | "yaml" | null;
type Read = { readonly menu: Menu; readonly error: null } | { readonly menu: null; readonly error: Unreadable };

function read(text: string): Read {
  try {
    return { menu: menuOf(parse(text)), error: null };
  } catch (error) {
    if (error instanceof Unreadable) return { menu: null, error };
    throw error;
  }
}

export function Workbench({ owner, live: { now, text } }: { owner: string; live: Live }) {
  const w = useMenuWords();
  const live = useMemo((): Begun => ({ text, base: now.version }), [text, now.version]);
  const draft = useDraft(owner, live);
  const [picked, setPicked] = useState(WHOLE);
  const [open, setOpen] = useState<Open>(null);
  const [said, setSaid] = useState("");
  const form = useRef<HTMLDivElement>(null);
  useFollow(draft, live);
  const { menu, error } = useMemo(() => read(draft.text), [draft.text]);
  const { checked, error: notChecked } = useCheck(draft.text);
  const fresh = checked?.text === draft.text;
  const problems = useMemo(() => problemsOf(checked), [checked]);
  const calls = useCalls(now.live).data;
  const signs = useCallback((name: string): Signs => {
    const here = problems.get(name) ?? NONE;
    const passed = calls?.calls ? calls.nodes.find((node) => node.node === name) : undefined;
    const bad = here.filter((problem) => problem.fatal).length;
    return { bad, hints: here.length - bad, ...(name !== WHOLE && calls?.calls ? { calls: passed?.calls ?? 0, left: passed?.left } : {}) };
  }, [problems, calls]);
  const change: Change = (make, about) => {
    setSaid("");
    try {
      draft.change(make(draft.text), about);
    } catch (problem) {
      if (!(problem instanceof NotEditable) && !(problem instanceof Unreadable)) throw problem;
      setSaid(w.notEditable);
    }
  };
  const back = useBack(now, setSaid);
  const close = (): void => { setOpen(null); };
  const node = menu?.nodes.get(picked);
  const shown = useDeferredValue(menu);
  const at = node ? picked : WHOLE;
  return (
    <>
      <div className={classes.bar}>
        <div>
          <Title order={1} size="h3">{w.title}</Title>
          <Text size="xs" c="dimmed" data-testid="live">{w.live(now.live === null ? w.builtIn : w.version(now.live))}</Text>
        </div>
        <Worst checked={checked} fresh={fresh} limit={now.emergency_limit_seconds} error={notChecked ? explain(notChecked) : ""} />
        <span className={classes.fill} />
        <Group gap="xs">
          <Button variant="default" size="compact-sm" disabled={!draft.undo} onClick={() => draft.undo?.()}>{w.undo}</Button>
          <Button variant="default" size="compact-sm" disabled={!draft.redo} onClick={() => draft.redo?.()}>{w.redo}</Button>
          <Button variant="default" size="compact-sm" onClick={() => { setOpen("yaml"); }}>{w.yaml}</Button>
          <Button variant="default" size="compact-sm" onClick={() => { setOpen("versions"); }}>{w.versions}</Button>
          <Button variant="default" size="compact-sm" onClick={() => { setOpen("try"); }}>{w.try}</Button>
          <Button size="compact-sm" disabled={draft.text === live.text || !fresh || !checked.report.ok} onClick={() => { setOpen("publish"); }}>{w.publish}</Button>
        </Group>
      </div>
      <Group gap="xs" mt={4} role="status">
        <Text size="sm" data-testid="draft">{draft.text === live.text ? w.same : w.draft}</Text>
        {draft.text === live.text ? null : <Button variant="subtle" size="compact-xs" onClick={() => { draft.begin(live); }}>{w.discard}</Button>}
        <PreviousVersion now={now} back={back} />
        {fresh && !checked.report.ok && draft.text !== live.text ? <Text size="sm" className={classes.bad}>{w.fatal}</Text> : null}
        {said ? <Text size="sm" fw={600} data-testid="said">{said}</Text> : null}
      </Group>
      {error ? <Text mt="sm" role="alert" className={classes.bad}>{w.unreadable} {w.unreadableWhy[error.why]} {error.line === null ? "" : `(${w.line(error.line)})`}</Text> : null}
      {menu ? (
        <div className={classes.bench}>
          <div className={classes.column}>
            <Button variant="default" size="compact-sm" mb="xs" onClick={() => { setOpen("add"); }}>{w.add}</Button>
            <Outline menu={menu} signs={signs} picked={at} onPick={setPicked} onEnter={() => { focusFirst(form.current); }} />
          </div>
          <div className={classes.graphColumn}>
            <Text size="xs" c="dimmed" mb={4}>{w.graphHint}{calls?.calls ? ` ${w.calls(calls.calls)}: ${w.callsHint}.` : ""}</Text>
            <div className={classes.graph} data-testid="graph">
              <Suspense>{shown ? <MenuGraph menu={shown} signs={signs} picked={at} onPick={setPicked} /> : null}</Suspense>
            </div>
          </div>
          <div ref={form} className={classes.column} data-testid="form">
            {node ? (
              <NodeForm key={node.name} menu={menu} node={node} problems={problems.get(node.name) ?? NONE} change={change} onPick={setPicked} />
            ) : (
              <WholeForm menu={menu} problems={problems.get(WHOLE) ?? NONE} change={change} />
            )}
          </div>
        </div>
      ) : null}
      {open === "add" && menu ? <AddNode menu={menu} picked={at} change={change} onClose={close} onMade={setPicked} /> : null}
      {open === "try" ? <TryIt text={draft.text} onClose={close} /> : null}
      {open === "versions" ? <Versions now={now} text={draft.text} onClose={close} onBack={back} onTake={(text) => { draft.change(text, ""); }} /> : null}
      {open === "yaml" ? <YamlWindow text={draft.text} problems={fresh ? checked.report.problems : NONE} onClose={close} onChange={draft.change}
        worst={<WorstTime checked={checked} fresh={fresh} limit={now.emergency_limit_seconds} />} /> : null}
      {open === "publish" ? <PublishDraft draft={draft} live={live} now={now} onClose={close} onSaid={setSaid} /> : null}
    </>
  );
}

/** Somebody who has changed nothing sees what is live, whoever publishes. */
function useFollow(draft: ReturnType<typeof useDraft>, live: Begun): void {
  const before = useRef(live);
  useEffect(() => {
    const was = before.current;
    before.current = live;
    if (was.text !== live.text && draft.text === was.text) draft.begin(live);
    else if (draft.text === live.text && draft.base !== live.base) draft.rebase(live.base);
  }, [draft, live]);
}

function problemsOf(checked: ReturnType<typeof useCheck>["checked"]): ReadonlyMap<string, readonly Problem[]> {
  if (!checked) return new Map();
  const { menu } = read(checked.text);
  return menu ? byNode(menu, checked.report.problems) : new Map([[WHOLE, checked.report.problems]]);
}

function focusFirst(form: HTMLElement | null): void {
  form?.querySelector<HTMLElement>("textarea, input, select, button")?.focus();
}

/** Make another version live at once; the built-in menu is stored as one for that. */
function useBack(now: Now, say: (said: string) => void): (number: number | null) => Promise<void> {
  const w = useMenuWords();
  const queries = useQueryClient();
  return async (number) => {
    const name = number === null ? w.builtIn : w.version(number);
    const text = await sourceOf(number);
    const made = await publish(number === null ? { text } : { number }, w.backNote(name), now.version);
    await tellLive(queries, { now: made, text });
    say(w.published(made.live === null ? name : w.version(made.live)));
  };
}

/** One click back to what was live before. */
function PreviousVersion({ now, back }: { now: Now; back: (number: number | null) => Promise<void> }) {
  const w = useMenuWords();
  const [failed, setFailed] = useState("");
  const versions = useVersions(now.live !== null).data?.versions;
  if (now.live === null || !versions) return null;
  const others = versions.filter((version) => version.published_at && version.number !== now.live);
  const [last] = others.sort((one, other) => (other.published_at ?? "").localeCompare(one.published_at ?? ""));
  const number = last?.number ?? null;
  return (
    <>
      <Button variant="default" size="compact-xs" onClick={() => { back(number).catch((error: unknown) => { setFailed(explain(error)); }); }}>
        {w.back(number === null ? w.builtIn : w.version(number))}
      </Button>
      {failed ? <Text size="sm" role="alert" className={classes.bad}>{failed}</Text> : null}
    </>
  );
}

interface PublishProps {
  readonly draft: ReturnType<typeof useDraft>;
  readonly live: Begun;
  readonly now: Now;
  readonly onClose: () => void;
  readonly onSaid: (said: string) => void;
}

function PublishDraft({ draft, live, now, onClose, onSaid }: PublishProps) {
  const w = useMenuWords();
  const queries = useQueryClient();
  return (
    <Publish text={draft.text} live={live.text} now={now} base={draft.base} onClose={onClose}
      onStale={() => void lookAgain(queries)}
      onPublished={(made, text) => {
        void tellLive(queries, { now: made, text });
        draft.rebase(made.version);
        onSaid(w.published(made.live === null ? w.builtIn : w.version(made.live)));
        onClose();
      }} />
  );
}
