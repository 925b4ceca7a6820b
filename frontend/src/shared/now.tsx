/** The time of the server, each second: a desk's own clock may be wrong, and waits are counted by it. */
import { createContext, type ReactNode, useContext, useEffect, useRef, useState } from "react";
import { useLive } from "./live/live";
import { steady } from "./time";

const SECOND_MS = 1_000;
const Now = createContext(steady());

/** Tells the time as each second of `now` begins, until the answer is called: with a phase of its own a clock skips seconds. */
export function everySecond(tell: (now: number) => void, now: () => number): () => void {
  const rest = (): number => SECOND_MS - (now() % SECOND_MS);
  const tick = (): void => {
    tell(now());
    timer = setTimeout(tick, rest());
  };
  let timer = setTimeout(tick, rest());
  return () => { clearTimeout(timer); };
}

/** Gives what is below it `useNow`; only who asks is drawn each second. */
export function Clock({ children }: { children: ReactNode }) {
  const at = useLive().floor?.at;
  const ahead = useRef(0); // ms that the server is ahead of this desk
  const [now, setNow] = useState(steady);
  useEffect(() => {
    if (at !== undefined) ahead.current = Date.parse(at) - steady();
  }, [at]);
  useEffect(() => everySecond(setNow, () => steady() + ahead.current), []);
  return <Now.Provider value={now}>{children}</Now.Provider>;
}

/** Milliseconds since the epoch, as the server has it. */
export function useNow(): number {
  return useContext(Now);
}

/** Seconds from a time until now; none when it lies ahead. */
export function secondsSince(at: string, now: number): number {
  return Math.max(0, (now - Date.parse(at)) / 1000);
}
