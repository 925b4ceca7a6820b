/** The menu tried as a caller: what is said is heard, keys are pressed when one likes. */
import { Button, Checkbox, Group, Text } from "@mantine/core";
import { useEffect, useRef, useState } from "react";
import { api, got } from "../shared/api/client";
import { explain } from "../shared/api/problem";
import type { Turn } from "./asking";
import { CallMenu } from "./CallMenu";
import { KEYS } from "./document/menu";
import classes from "./Menu.module.css";
import { hush, play, promptSound } from "./sound";
import { Window } from "./Window";
import { type MenuWords, useMenuWords } from "./words";

interface Press {
  readonly at: number;
  readonly key: string;
}
interface Call {
  readonly began: number;
  readonly presses: readonly Press[];
  readonly turns: readonly Turn[];
}

const TICK_MS = 100;

export function TryIt({ text, onClose }: { text: string; onClose: () => void }) {
  const w = useMenuWords();
  const [call, setCall] = useState<Call | null>(null);
  const [error, setError] = useState("");
  const [mute, setMute] = useState(false);
  const at = useSeconds(call);
  const ask = (began: number, presses: readonly Press[]): void => {
    setError("");
    got(api.POST("/api/v1/ivr/try", { body: { source_yaml: text, presses: [...presses] } }))
      .then(({ turns }) => { setCall((now) => (presses.length && now?.began !== began ? now : { began: presses.length ? began : Date.now(), presses, turns })); })
      .catch((problem: unknown) => { setError(explain(problem)); });
  };
  const press = (key: string): void => {
    if (!call || over(call, at)) return;
    hush();
    const presses = [...call.presses, { at: sincePickUp(call), key }];
    setCall({ ...call, presses });
    ask(call.began, presses);
  };
  useSpeech(call, mute);
  useEffect(() => hush, []);
  return (
    <Window title={w.tryTitle} wide onClose={onClose}>
      <Text size="sm" mb="sm">{w.tryText}</Text>
      <Group align="flex-start" gap="lg" onKeyDown={(event) => { if ((KEYS as readonly string[]).includes(event.key)) press(event.key); }}>
        <div>
          {call && !over(call, at) ? (
            <Button color="red" onClick={() => { hush(); setCall(null); }}>{w.hangUp}</Button>
          ) : (
            <Button onClick={() => { ask(0, []); }}>{w.pickUp}</Button>
          )}
          <div className={classes.keypad} role="group" aria-label={w.keypad}>
            {["1", "2", "3", "4", "5", "6", "7", "8", "9", "*", "0", "#"].map((key) => (
              <Button key={key} variant="default" px={0} disabled={!call || over(call, at)} onClick={() => { press(key); }}>{key}</Button>
            ))}
          </div>
          <Checkbox mt="sm" size="sm" label={w.mute} checked={mute} onChange={(event) => {
            setMute(event.currentTarget.checked);
            if (event.currentTarget.checked) hush();
          }} />
        </div>
        <div className={classes.fill}>
          {error ? <Text size="sm" role="alert" className={classes.bad}>{error}</Text> : null}
          <ol className={classes.course} tabIndex={0} aria-label={w.tryTitle}>
            {(call?.turns ?? []).map((turn, number) => (
              <li key={number} data-ahead={turn.at > at || undefined}>{saidOf(turn, w)}{turn.at > at && (call?.turns[number - 1]?.at ?? 0) <= at ? ` (${w.ifSilent})` : ""}</li>
            ))}
          </ol>
        </div>
      </Group>
      <CallMenu text={text} />
    </Window>
  );
}

function sincePickUp(call: Call): number {
  return (Date.now() - call.began) / 1000;
}

function over(call: Call, at: number): boolean {
  return (call.turns.at(-1)?.at ?? Infinity) <= at;
}

/** Seconds since pick-up, as long as something is still to come. */
function useSeconds(call: Call | null): number {
  const [now, setNow] = useState(0);
  useEffect(() => {
    if (!call) return;
    const timer = setInterval(() => { setNow(Date.now()); }, TICK_MS);
    return () => { clearInterval(timer); };
  }, [call]);
  return call ? Math.max(0, (Math.max(now, call.began) - call.began) / 1000) : 0;
}

/** Says what is to be heard now; of what began a while ago, the rest. */
function useSpeech(call: Call | null, mute: boolean): void {
  const begun = useRef("");
  useEffect(() => {
    if (!call || mute) return;
    const timers = call.turns.filter((turn) => turn.kind === "says").map((turn) => {
      const id = `${call.began} ${turn.at} ${turn.prompts.map((prompt) => prompt.key).join()}`;
      const wait = call.began + turn.at * 1000 - Date.now();
      const lasts = turn.prompts.reduce((sum, prompt) => sum + prompt.seconds, 0);
      if (begun.current === id || wait < -lasts * 1000 || pressedSince(call, turn)) return undefined;
      return setTimeout(() => {
        begun.current = id;
        void sayAll(turn, () => begun.current === id);
      }, Math.max(0, wait));
    });
    return () => { timers.forEach(clearTimeout); };
  }, [call, mute]);
}

function pressedSince(call: Call, turn: Turn): boolean {
  return call.presses.some((press) => press.at >= turn.at);
}

async function sayAll(turn: Turn, goesOn: () => boolean): Promise<void> {
  try {
    for (const prompt of turn.prompts) if (goesOn()) await play(await promptSound(prompt.key));
  } catch {
    return; // what cannot be heard is still read
  }
}

function saidOf(turn: Turn, w: MenuWords): string {
  const when = `${turn.at.toFixed(1)} ${turn.node}: ${w.happens[turn.kind]}`;
  const said = turn.prompts.map((prompt) => prompt.text).join(" ");
  const queued = turn.service_class ? `: ${w.classes[turn.service_class]}${because(turn, w)}` : "";
  return `${when}${turn.key ? ` ${turn.key}` : ""}${said ? `: ${said}` : ""}${queued}`;
}

function because({ class_source: source }: Turn, w: MenuWords): string {
  const words: Readonly<Partial<Record<string, string>>> = w.sources;
  const said = source ? words[source] : undefined;
  return said ? ` (${said})` : "";
}
