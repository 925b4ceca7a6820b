/** One entry of the shift log. */
import { Button, Text } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { api, got, newKey, once } from "../../shared/api/client";
import type { components } from "../../shared/api/openapi";
import { dayAndTime } from "../../shared/time";
import { useAsking } from "../asking";
import { Refused } from "../Refused";
import classes from "./Log.module.css";
import { LOG_KEY } from "./keys";
import { useLogWords } from "./words";

/** `toTake`: with the button that takes it over. */
export function Entry({ entry, toTake = false }: { entry: components["schemas"]["EntryView"]; toTake?: boolean }) {
  const w = useLogWords();
  const asking = useAsking();
  const queries = useQueryClient();
  const take = async (): Promise<void> => {
    const params = { path: { id: entry.id }, header: once(newKey()) };
    await asking.ask(() => got(api.POST("/api/v1/shift-log/{id}/taken", { params })));
    await queries.invalidateQueries({ queryKey: [LOG_KEY] });
  };
  const state = entry.taken_by && entry.taken_at ? w.taken(entry.taken_by, dayAndTime(entry.taken_at)) : w.waits;
  return (
    <article className={classes.entry} data-entry={entry.id}>
      <div className={classes.head}>
        <b>{entry.written_by}</b>
        <time dateTime={entry.written_at}>{dayAndTime(entry.written_at)}</time>
        {entry.hands_over ? <Text component="span" size="sm" c={entry.taken_by ? "dimmed" : "red"} fw={600}>{state}</Text> : null}
      </div>
      <p className={classes.note}>{entry.note || w.erased}</p>
      {toTake ? (
        <Button variant="default" size="compact-md" loading={asking.busy} aria-label={w.takeOf(entry.written_by)} onClick={() => void take()}>{w.take}</Button>
      ) : null}
      <Refused of={asking} />
    </article>
  );
}
