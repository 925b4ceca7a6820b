/** The sound of what nobody has acknowledged, and the screen that stays on. No file: two tones of the browser's own. */
import { useCallback, useEffect, useState } from "react";
import { keep } from "../shared/stored";

const KEPT_AS = "ct112.agency.sound";
const EVERY_MS = 4_000;
const TONES: readonly { hz: number; at: number }[] = [
  { hz: 880, at: 0 }, { hz: 660, at: 0.25 }, { hz: 880, at: 0.5 }, { hz: 660, at: 0.75 },
];
const TONE_SECONDS = 0.2;

/** "touch": wanted, and the browser waits until a person has touched the page. */
export type BellState = "off" | "touch" | "on";

let context: AudioContext | null = null;

function audio(): AudioContext {
  context ??= new AudioContext();
  return context;
}

function ring(): void {
  const sound = audio();
  for (const { hz, at } of TONES) {
    const tone = sound.createOscillator();
    const volume = sound.createGain();
    tone.frequency.value = hz;
    tone.type = "square";
    const from = sound.currentTime + at;
    volume.gain.setValueAtTime(0.3, from);
    volume.gain.exponentialRampToValueAtTime(0.01, from + TONE_SECONDS);
    tone.connect(volume).connect(sound.destination);
    tone.start(from);
    tone.stop(from + TONE_SECONDS);
  }
  if ("vibrate" in navigator) navigator.vibrate([400, 200, 400]);
}

/** `rings`: while something waits for an acknowledgement. */
export function useBell(rings: boolean): { state: BellState; turn: (on: boolean) => void } {
  const [wanted, setWanted] = useState(() => localStorage.getItem(KEPT_AS) === "on");
  const [running, setRunning] = useState(context?.state === "running");
  const wake = useCallback(() => {
    void audio().resume().then(() => { setRunning(audio().state === "running"); });
  }, []);
  useEffect(() => {
    if (!wanted || running) return;
    const events = ["pointerup", "keydown"] as const;
    for (const event of events) document.addEventListener(event, wake);
    return () => { for (const event of events) document.removeEventListener(event, wake); };
  }, [wanted, running, wake]);
  const state = !wanted ? "off" : running ? "on" : "touch";
  useEffect(() => {
    if (!rings || state !== "on") return;
    ring();
    const timer = setInterval(ring, EVERY_MS);
    return () => { clearInterval(timer); };
  }, [rings, state]);
  const turn = (on: boolean): void => {
    keep(KEPT_AS, on ? "on" : "off");
    setWanted(on);
    if (on) wake();
  };
  return { state, turn };
}

/** Keeps the screen on while `wanted`; a browser that cannot, or a low battery, lets it go dark. */
export function useScreenOn(wanted: boolean): void {
  useEffect(() => {
    if (!wanted || !("wakeLock" in navigator)) return;
    let lock: WakeLockSentinel | null = null;
    let over = false;
    const take = (): void => {
      if (document.visibilityState !== "visible") return;
      navigator.wakeLock.request("screen").then(
        (taken) => {
          if (over) void taken.release();
          else lock = taken;
        },
        () => undefined,
      );
    };
    take();
    document.addEventListener("visibilitychange", take); // the browser lets go when the page is hidden
    return () => {
      over = true;
      document.removeEventListener("visibilitychange", take);
      void lock?.release();
    };
  }, [wanted]);
}
