/** One line while a neighbouring city waits for an answer: it is a person there who waits. */
import { Button } from "@mantine/core";
import { useWorkPart } from "../shared/live/work";
import { secondsSince, useNow } from "../shared/now";
import { duration } from "../shared/time";
import classes from "./Console.module.css";
import { useConsoleWords } from "./words";

export function OffersWait({ show }: { show: () => void }) {
  const w = useConsoleWords().work.offers;
  const now = useNow();
  const waiting = [...useWorkPart("offers").values()].filter((each) => each.status === "offered" || each.unseen !== null);
  if (waiting.length === 0) return null;
  const longest = Math.max(...waiting.map((each) => secondsSince(each.unseen ?? each.received_at, now)));
  return (
    <div className={classes.warning} data-testid="offers-wait">
      {w.wait(waiting.length)} <span aria-hidden>{w.since(duration(longest))}</span>{" "}
      <Button size="compact-sm" variant="default" onClick={show}>{w.show}</Button>
    </div>
  );
}
