/** In the header: whether what is shown is fresh; below it one line for each part that is not. */
import { useEffect } from "react";
import { type Health, useHealth } from "../live/health";
import { line, useLive } from "../live/live";
import { type Sign, signsOf } from "../live/signs";
import { useSession } from "../session/session";
import { clock } from "../time";
import classes from "./Shell.module.css";
import { useShellWords } from "./words";

/** What may be old now. `live`: whether this person's screens show what is live. */
export function useSigns(live: boolean): readonly Sign[] {
  const health = useHealth();
  const session = useSession();
  const state = useLive();
  useLine(live && session.state === "here", health);
  return signsOf(live ? state : null, health);
}

/** Keeps the line open; one that nobody has declared dead is begun anew when web has not answered elsewhere either. */
function useLine(live: boolean, health: Health): void {
  useEffect(() => {
    if (!live) return;
    line.start();
    const again = (): void => { line.again(); };
    window.addEventListener("online", again);
    return () => {
      window.removeEventListener("online", again);
      line.stop();
    };
  }, [live]);
  useEffect(() => {
    if (live && health === "web-away") line.again();
  }, [live, health]);
}

export function Freshness({ signs }: { signs: readonly Sign[] }) {
  const w = useShellWords();
  const [first] = signs;
  return (
    <span className={classes.sign} data-testid="freshness">
      <span className={classes.dot} data-old={first ? true : undefined} aria-hidden />
      {first ? (first.kind === "connecting" ? w.signs.connecting : "!") : w.fresh}
    </span>
  );
}

export function SignLines({ signs }: { signs: readonly Sign[] }) {
  const w = useShellWords();
  return (
    <div role="status">
      {signs.map((sign) => {
        if (sign.kind === "connecting") return null;
        const said = sign.kind === "database-away" ? w.signs[sign.kind] : w.signs[sign.kind](clock(sign.since));
        return <div key={sign.kind} className={classes.line}>{said}</div>;
      })}
    </div>
  );
}
