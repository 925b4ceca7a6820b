/** How loud both sides are: drawn ten times a second without drawing anything else again. */
import { useEffect, useRef } from "react";
import classes from "./phone.module.css";
import { usePhone } from "./phone";
import { usePhoneWords } from "./words";

const EVERY_MS = 100;

export function Levels() {
  const { call, line, phone } = usePhone();
  const w = usePhoneWords();
  const mine = useRef<HTMLMeterElement>(null);
  const theirs = useRef<HTMLMeterElement>(null);
  const shown = line !== "none" || call !== null;
  useEffect(() => {
    if (!shown) return;
    const every = setInterval(() => {
      const levels = phone.levels();
      if (mine.current) mine.current.value = levels.mine;
      if (theirs.current) theirs.current.value = levels.theirs;
    }, EVERY_MS);
    return () => { clearInterval(every); };
  }, [shown, phone]);
  if (!shown) return null;
  return (
    <div className={classes.levels}>
      <span id="phone-mine">{w.mine}</span>
      <meter ref={mine} min={0} max={1} aria-labelledby="phone-mine" data-testid="level-mine" />
      {call?.state === "talking" ? <span id="phone-theirs">{w.theirs}</span> : null}
      {call?.state === "talking" ? <meter ref={theirs} min={0} max={1} aria-labelledby="phone-theirs" data-testid="level-theirs" /> : null}
    </div>
  );
}
