/** Who has to be called back: the tasks, and which of them is under way. */
import { Button, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { api, got } from "../../shared/api/client";
import { explain } from "../../shared/api/problem";
import type { components } from "../../shared/api/openapi";
import { useLivePart } from "../../shared/live/live";
import { ClassSign } from "../../shared/signs/Signs";
import { dayAndTime } from "../../shared/time";
import { useSupervisorWords } from "../words";
import { Box } from "./Box";
import classes from "./Floor.module.css";
import { useFloorWords } from "./words";

const MOST = 20;

/** Asked again when a call has ended or a call-back begins or ends, not by the clock: a look is noted in the audit. */
export function Callbacks() {
  const w = useFloorWords();
  const { again } = useSupervisorWords();
  const calls = useLivePart("calls");
  const live = useLivePart("callbacks");
  const { data, error, refetch } = useQuery({
    queryKey: ["callbacks", [...live.keys()].join(), calls.size],
    queryFn: () => got(api.GET("/api/v1/callbacks", { params: { query: { limit: MOST } } })),
    placeholderData: (before) => before,
  });
  return (
    <Box title={w.callbacks} {...(data ? { count: data.total } : {})}>
      {error ? (
        <Text role="alert">{explain(error)} <Button variant="default" size="compact-sm" onClick={() => void refetch()}>{again}</Button></Text>
      ) : null}
      {data?.callbacks.length === 0 ? <Text>{w.noCallbacks}</Text> : null}
      <ul className={classes.rows}>{data?.callbacks.map((task) => <Row key={task.id} task={task} />)}</ul>
      {data?.withheld ? <Text size="sm" c="dimmed">{w.withheld(data.withheld)}</Text> : null}
    </Box>
  );
}

function Row({ task }: { task: components["schemas"]["Callback"] }) {
  const w = useFloorWords();
  const live = [...useLivePart("callbacks").values()].find((each) => each.task === task.id);
  const state = task.taken_by ? w.takenBy(task.taken_by) : w.state[task.state];
  return (
    <li className={classes.row}>
      <div className={classes.facts}>
        <ClassSign of={task.service_class} />
        <span className={classes.name}>{task.ani}</span>
        <span>{dayAndTime(task.last_call_at)}</span>
        <span className={classes.dim}>{live ? w.called(live.phase) : state}</span>
      </div>
    </li>
  );
}
