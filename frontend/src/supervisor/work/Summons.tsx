/** An operator who calls a supervisor: who comes says so, and the operator sees it. */
import { Button, Group } from "@mantine/core";
import { api, got } from "../../shared/api/client";
import type { Thing } from "../../shared/live/floor";
import { secondsSince, useNow } from "../../shared/now";
import { duration } from "../../shared/time";
import { useAsking } from "../asking";
import classes from "../floor/Floor.module.css";
import { Refused } from "../Refused";
import { useWorkWords } from "./words";

export function Summons({ position }: { position: Thing<"positions"> }) {
  const w = useWorkWords();
  const now = useNow();
  const asking = useAsking();
  const who = position.operator ?? position.position;
  const say = (state: "coming" | "over"): void => {
    const params = { path: { name: position.position } };
    void asking.ask(() => got(api.PUT("/api/v1/positions/{name}/summons", { params, body: { state } })));
  };
  return (
    <li className={classes.row} data-summons={position.position}>
      <div className={classes.facts}>
        <b className={classes.late}>{w.calls(who, position.position)}</b>
        <span className={classes.time}>{w.since(duration(secondsSince(position.summoned_at ?? "", now)))}</span>
        {position.coming ? <b>{w.comes(position.coming)}</b> : null}
      </div>
      <Group gap="xs">
        {position.coming ? null : (
          <Button size="compact-sm" loading={asking.busy} aria-label={w.comeTo(who)} onClick={() => { say("coming"); }}>{w.come}</Button>
        )}
        <Button variant="default" size="compact-sm" aria-label={w.doneWith(who)} onClick={() => { say("over"); }}>{w.done}</Button>
      </Group>
      <div className={classes.said}><Refused of={asking} /></div>
    </li>
  );
}
