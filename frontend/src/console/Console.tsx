/** The operator's console: my state, the call, the form beside it, and the work. Everything by the keyboard. */
import { Button, Checkbox, Group, Paper, Stack, Text, Title } from "@mantine/core";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { Clock } from "../shared/now";
import { useWorkThing, whenThere } from "../shared/live/work";
import { PhonePanel } from "../shared/phone/PhonePanel";
import { PhoneProvider } from "../shared/phone/PhoneProvider";
import { usePhone } from "../shared/phone/phone";
import { keep } from "../shared/stored";
import { useLanguage } from "../shared/words/words";
import { useActs } from "./acts";
import { callables } from "./callOut";
import { CallOutCard } from "./CallOutCard";
import { CallCard, pointOf, useLocations } from "./CallCard";
import { type Command, CommandBar } from "./CommandBar";
import classes from "./Console.module.css";
import { type Category, useAgencyBook, useCategories, useReasons } from "./copies";
import { Duty } from "./Duty";
import { type Draft, waiting, written } from "./form/draft";
import { FormCard } from "./form/FormCard";
import { forms } from "./form/store";
import type { Last } from "./form/forms";
import { useProposal } from "./form/proposal";
import { type Current, useCurrent } from "./form/current";
import { focusOn } from "./focus";
import { lettersOf } from "./letters";
import { useNear } from "./near";
import { OffersWait } from "./OffersWait";
import { Overlooked } from "./Overlooked";
import { type Own, useOwn } from "./own";
import { type Tab, Work } from "./Work";
import { type ConsoleWords, useConsoleWords } from "./words";

const PHONE = "ct112.phone";

export default function Console() {
  return <Clock><Room /></Clock>;
}

function Room() {
  const w = useConsoleWords();
  const own = useOwn();
  const acts = useActs(own.operator);
  const categories = useCategories();
  const book = useAgencyBook();
  const current = useCurrent(own.call);
  const proposal = useProposal(current.draft, book.value);
  const point = usePoint(own, current.draft);
  const near = useNear(point, current.draft?.category ?? "", categories.value);
  const [tab, setTab] = useState<Tab>("mine");
  const [pagePhone, setPagePhone] = useState(() => localStorage.getItem(PHONE) !== "desk");
  const send = useCallback(() => { if (!current.send(proposal)) focusOn("category"); }, [current, proposal]);
  const join = useCallback((incident: string) => { current.join(incident); }, [current]);
  const follow = useFollow(current);
  useFocusOnRing(own, current);
  const commands = useCommands({ w, own, acts, current, send, setTab, join: () => { const [first] = near.incidents; if (first) join(first.incident.id); } });
  useKeys(commands);

  return (
    <>
      <h1 className={classes.hidden}>{w.title}</h1>
      <PhoneProvider wanted={pagePhone} />
      <Overlooked own={own} />
      <Lines copies={categories.old || book.old} showOffers={() => { setTab("offers"); }} />
      <div className={classes.columns}>
        <div className={classes.column}>
          <Duty own={own} acts={acts} />
          <CallOutCard own={own} />
          <CallCard call={own.call} back={own.back} near={near} chosen={current.draft?.chosen ?? null} join={join} />
          {pagePhone ? <PhonePanel /> : null}
          <Checkbox label={w.desk.pagePhone} checked={pagePhone} onChange={(event) => {
            keep(PHONE, event.target.checked ? "page" : "desk");
            setPagePhone(event.target.checked);
          }} />
        </div>
        <div className={classes.column}>
          <Middle call={own.call !== null} current={current} categories={categories.value} proposal={proposal} send={send} />
          <Text size="sm" c="dimmed">{w.bar.hint}</Text>
        </div>
        <Work tab={tab} show={setTab} acts={acts} categories={categories.value} operator={own.operator} follow={follow} />
      </div>
      <CommandBar commands={commands} />
    </>
  );
}

/** Where it is: the place chosen in the form, else where the caller is. */
function usePoint(own: Own, draft: Draft | null) {
  const locations = useLocations(own.call);
  const chosen = draft?.chosen;
  if (typeof chosen?.latitude === "number" && typeof chosen.longitude === "number") return { latitude: chosen.latitude, longitude: chosen.longitude };
  return pointOf(own.call, locations);
}

interface MiddleGiven { call: boolean; current: Current; categories: readonly Category[]; proposal: ReturnType<typeof useProposal>; send: () => void }

function Middle({ call, current, categories, proposal, send }: MiddleGiven) {
  const w = useConsoleWords().form;
  const { draft } = current;
  return (
    <>
      {draft ? (
        <FormCard key={draft.id} draft={draft} categories={categories} proposal={proposal} tried={current.tried}
          change={current.change} send={send} discard={() => { current.discard(); }} />
      ) : (
        <Paper withBorder p="sm" data-testid="form" data-stage="none">
          <Stack gap="xs" align="start">
            {current.last ? <Sent last={current.last} /> : null}
            <Text>{w.empty}</Text>
            <Button variant="default" onClick={() => { current.begin(); focusOn("category"); }}>{call ? w.beginOfCall : w.begin}</Button>
          </Stack>
        </Paper>
      )}
      <Others current={current} categories={categories} />
    </>
  );
}

/** What became of the form that was here. */
function Sent({ last }: { last: Last }) {
  const w = useConsoleWords().form;
  const number = useWorkThing("incidents", last.incident)?.number ?? "";
  return <Text fw={700} role="status" data-testid="sent">{last.joined ? w.joined(number) : w.sent(number)}</Text>;
}

function Others({ current, categories }: { current: Current; categories: readonly Category[] }) {
  const w = useConsoleWords().form;
  const others = current.others.filter((each) => written(each));
  if (others.length === 0) return null;
  return (
    <Paper withBorder p="sm" component="section" aria-label={w.others} data-testid="others">
      <Title order={2} size="h6">{w.others}</Title>
      {others.map((draft) => (
        <Group key={draft.id} justify="space-between" mt="xs" wrap="nowrap">
          <Text size="sm">{categories.find((each) => each.code === draft.category)?.name ?? w.untitled} · {draft.place.slice(0, 60)} {waiting(draft) ? `· ${w.sending}` : ""}</Text>
          {waiting(draft) ? null : <Button size="compact-sm" variant="default" onClick={() => { current.open(draft.id); }}>{w.open}</Button>}
        </Group>
      ))}
    </Paper>
  );
}

/** Open the form of an incident that has just been made of an alert or an offer: its agencies are still to be asked. */
function useFollow(current: Current): (incident: string) => void {
  const newest = useRef(current);
  useEffect(() => { newest.current = current; });
  return useCallback((incident) => {
    whenThere(incident, (arrived) => {
      newest.current.follow(arrived);
      focusOn("agencies");
    });
  }, []);
}

/** One line for each thing the operator has to know while something is away; the frame says what is. */
function Lines({ copies, showOffers }: { copies: boolean; showOffers: () => void }) {
  const w = useConsoleWords();
  const { drafts, unkept } = forms.shown();
  const unsent = [...drafts.values()].filter(waiting).length;
  return (
    <div role="status" data-testid="lines">
      <OffersWait show={showOffers} />
      {unsent > 0 ? <div className={classes.warning} data-testid="unsent">{w.away.forms(unsent)}</div> : null}
      {copies ? <div className={classes.warning} data-testid="copies">{w.away.copies}</div> : null}
      {unkept ? <div className={classes.warning}>{w.form.unkept}</div> : null}
    </div>
  );
}

/** A ringing call puts the cursor where its form begins, unless somebody is typing. */
function useFocusOnRing(own: Own, current: Current): void {
  const call = own.call?.id;
  const id = current.draft?.id;
  useEffect(() => {
    const { activeElement } = document;
    const typing = activeElement instanceof HTMLInputElement || activeElement instanceof HTMLTextAreaElement;
    if (call !== undefined && id !== undefined && !(typing && activeElement.value !== "")) focusOn("category");
  }, [call, id]);
}

interface CommandsGiven {
  w: ConsoleWords; own: Own; acts: ReturnType<typeof useActs>; current: Current;
  send: () => void; setTab: (tab: Tab) => void; join: () => void;
}

function useCommands({ w, own, acts, current, send, setTab, join }: CommandsGiven): readonly Command[] {
  const { phone, call } = usePhone();
  const reasons = useReasons();
  const language = useLanguage() === "id" ? "indonesian" : "english";
  const { value: book } = useAgencyBook();
  return useMemo(() => {
    const letters = lettersOf(reasons.map((each) => each[language]));
    const pauses = reasons.map((each, at) => ({ key: each.code, label: each[language], letters: letters[at] ?? "", run: () => { acts.state(false, each.code); } }));
    const contacts = callables(book, w.callOut.desk).map((each) => ({
      key: `${each.agency}/${each.contact}`, label: each.name, letters: each.letters, detail: each.number, run: () => { acts.callOut(each.agency, each.contact); },
    }));
    const run: Record<keyof ConsoleWords["commands"], () => void> = {
      ready: () => { acts.state(true); },
      pause: () => undefined,
      leave: () => { if (own.position) acts.leave(own.position.position); },
      answer: () => { phone.answer(); },
      hangUp: () => { phone.hangUp(); },
      mute: () => { phone.mute(!(call?.muted ?? false)); },
      category: () => { focusOn("category"); },
      place: () => { focusOn("place"); },
      description: () => { focusOn("description"); },
      begin: () => { current.begin(); focusOn("category"); },
      send,
      discard: () => { current.discard(); },
      join,
      mine: () => { setTab("mine"); },
      alerts: () => { setTab("alerts"); },
      callbacks: () => { setTab("callbacks"); },
      offers: () => { setTab("offers"); },
      calls: () => { setTab("calls"); },
      book: () => { setTab("book"); },
      callOut: () => { setTab("book"); },
      testRing: () => { phone.testRing(); },
      summon: () => { if (own.position) acts.summon(own.position.position, true); },
    };
    return (Object.keys(run) as (keyof typeof run)[]).map((key) => ({
      key, label: w.commands[key], letters: w.letters[key], run: run[key], ...(key === "pause" ? { then: pauses } : {}),
      ...(key === "callOut" && contacts.length > 0 ? { then: contacts } : {}),
    }));
  }, [w, own, acts, current, send, setTab, join, phone, call, reasons, language, book]);
}

const KEYS: Record<string, keyof ConsoleWords["commands"]> = { F2: "answer", F8: "summon", F9: "send" };

function useKeys(commands: readonly Command[]): void {
  useEffect(() => {
    const pressed = (event: KeyboardEvent): void => {
      const name = event.ctrlKey && event.key === "Enter" ? "send" : KEYS[event.key];
      if (!name || event.repeat) return;
      event.preventDefault();
      commands.find((each) => each.key === name)?.run();
    };
    window.addEventListener("keydown", pressed);
    return () => { window.removeEventListener("keydown", pressed); };
  }, [commands]);
}

