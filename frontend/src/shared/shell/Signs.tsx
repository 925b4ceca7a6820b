/** In the header: whether what is shown is fresh; below it one line for each part that is not. */
import { useEffect, useSyncExternalStore } from "react";
import { type Health, useHealth } from "../live/health";
import { floorSource } from "../live/live";
import { type Sign, signsOf } from "../live/signs";
import { useOpened, useShown } from "../live/source";
import { workSource } from "../live/work";
import { clock } from "../time";
import classes from "./Shell.module.css";
import { useShellWords } from "./words";

/** What may be old now. `floor`: whether this person may see the floor, which is then held open. */
export function useSigns(floor: boolean): readonly Sign[] {
  const health = useHealth();
  const [onFloor, work] = [useOpened(floorSource, floor), useShown(workSource)];
  const worked = useSyncExternalStore(workSource.listen, workSource.opened);
  useAgain(health.health);
  return signsOf([...(floor ? [onFloor] : []), ...(worked ? [work] : [])], health);
}

/** A line that nobody has declared dead is begun anew when web has not answered elsewhere either. */
function useAgain(health: Health): void {
  useEffect(() => {
    if (health !== "web-away") return;
    floorSource.again();
    workSource.again();
  }, [health]);
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
        return <div key={sign.kind} className={classes.line}>{w.signs[sign.kind](clock(sign.since))}</div>;
      })}
    </div>
  );
}
