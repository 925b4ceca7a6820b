/** An emergency waits while I talk about something else: a banner, a sound, and the title of the window. */
import { type ReactNode, useEffect } from "react";
import { createPortal } from "react-dom";
import { useLivePart } from "../shared/live/live";
import { secondsSince, useNow } from "../shared/now";
import { duration } from "../shared/time";
import classes from "./Console.module.css";
import type { Call, Own } from "./own";
import { useConsoleWords } from "./words";

const [EVERY_MS, TONE_S] = [4_000, 0.25];

export function Overlooked({ own }: { own: Own }) {
  const w = useConsoleWords().waiting;
  const calls = [...useLivePart("calls").values()];
  const now = useNow();
  const mine = own.call;
  const busy = own.position !== null && own.position.state !== "ready" && (own.position.state !== "ringing" || own.position.call_out?.phase === "ringing");
  const waiting = busy && classOf(mine) !== "emergency" ? calls.filter((call) => call.state === "waiting" && classOf(call) === "emergency") : [];
  useLoud(waiting.length > 0, w.title);
  if (waiting.length === 0) return null;
  const longest = Math.max(...waiting.map((call) => secondsSince(call.queued_at ?? call.arrived_at, now)));
  const talks = own.position?.state === "on_call" || own.position?.state === "ringing";
  const said = <>{w.some(waiting.length)} {talks ? w.end : w.ready} <span aria-hidden>{w.since(duration(longest))}</span></>;
  return (
    <>
      <div className={classes.alarm} role="alert" data-testid="overlooked">{said}</div>
      <AboveDialog>{said}</AboveDialog>
    </>
  );
}

/** As on the wall and in the queue: what has no class yet is served as an emergency. */
function classOf(call: Call | null): Call["service_class"] | undefined {
  return call === null ? undefined : call.service_class ?? "emergency";
}

/** The same over a question that lies over the page; looked for each second, as the time is drawn. */
function AboveDialog({ children }: { children: ReactNode }) {
  const dialog = [...document.querySelectorAll("dialog[open]")].at(-1);
  if (!dialog) return null;
  const show = (banner: HTMLElement | null): void => { if (banner?.isConnected) banner.showPopover(); };
  return createPortal(<div ref={show} popover="manual" className={classes.alarmAbove} role="alert" data-testid="overlooked-above">{children}</div>, dialog);
}

function useLoud(loud: boolean, title: string): void {
  useEffect(() => {
    if (!loud) return undefined;
    let before = document.title;
    const turn = (): void => {
      const ours = document.title === title;
      if (!ours) before = document.title;
      document.title = ours ? before : title;
    };
    turn();
    const titled = setInterval(turn, 1_000);
    beep();
    const beeping = setInterval(beep, EVERY_MS);
    return () => { clearInterval(titled); clearInterval(beeping); if (document.title === title) document.title = before; };
  }, [loud, title]);
}

let sound: AudioContext | null = null;

/** Two short tones; a browser lets no sound out of a page nobody has touched. */
function beep(): void {
  if (!navigator.userActivation.hasBeenActive) return;
  sound ??= new AudioContext();
  void sound.resume();
  [880, 660].forEach((frequency, at) => { tone(sound, frequency, at * TONE_S); });
}

function tone(context: AudioContext | null, frequency: number, after: number): void {
  if (!context) return;
  const [source, loudness] = [context.createOscillator(), context.createGain()];
  source.frequency.value = frequency;
  loudness.gain.value = 0.2;
  source.connect(loudness).connect(context.destination);
  source.start(context.currentTime + after);
  source.stop(context.currentTime + after + TONE_S);
}
