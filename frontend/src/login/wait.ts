/** How long somebody has to wait who was wrong too often: counted down by the second. */
import { useEffect, useState } from "react";

/** Returns the seconds left, and a way to begin waiting. */
export function useWait(): readonly [number, (seconds: number) => void] {
  const [until, setUntil] = useState(0);
  const [now, setNow] = useState(0);
  useEffect(() => {
    if (until <= now) return;
    const again = setTimeout(() => { setNow(Date.now()); }, 250);
    return () => { clearTimeout(again); };
  }, [until, now]);
  const wait = (seconds: number): void => {
    setNow(Date.now());
    setUntil(Date.now() + seconds * 1000);
  };
  return [Math.max(0, Math.ceil((until - now) / 1000)), wait];
}
