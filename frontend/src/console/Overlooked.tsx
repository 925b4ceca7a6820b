/** An emergency waits while I talk about something else: a banner, a sound, and the title of the window. */
import { useEffect } from "react";
import { useLivePart } from "../shared/live/live";
import { secondsSince, useNow } from "../shared/now";
import { duration } from "../shared/time";
import classes from "./Console.module.css";
import type { Own } from "./own";
import { useConsoleWords } from "./words";

const [EVERY_MS, TONE_S] = [4_000, 0.25];

export function Overlooked({ own }: { own: Own }) {
  const w = useConsoleWords().waiting;
  const calls = [...useLivePart("calls").values()];
  const now = useNow();
  const mine = own.call;
  const busy = own.position !== null && own.position.state !== "ready" && (own.position.state !== "ringing" || own.position.call_out?.phase === "ringing");
  const elsewhere = busy && mine?.service_class !== "emergency";
  const waiting = elsewhere ? calls.filter((call) => call.state === "waiting" && call.service_class === "emergency") : [];
  useLoud(waiting.length > 0, w.title);
  if (waiting.length === 0) return null;
  const longest = Math.max(...waiting.map((call) => secondsSince(call.queued_at ?? call.arrived_at, now)));
  return (
    <div className={classes.alarm} role="alert" data-testid="overlooked">
      {waiting.length === 1 ? w.one : w.more(waiting.length)} <span aria-hidden>{w.since(duration(longest))}</span>
    </div>
  );
}

function useLoud(loud: boolean, title: string): void {
  useEffect(() => {
    if (!loud) return undefined;
    const before = document.title;
    document.title = title;
    const titled = setInterval(() => { document.title = document.title === title ? before : title; }, 1_000);
    beep();
    const beeping = setInterval(beep, EVERY_MS);
    return () => { clearInterval(titled); clearInterval(beeping); document.title = before; };
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
