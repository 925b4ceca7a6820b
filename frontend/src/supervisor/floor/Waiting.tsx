/** Who waits, in the order in which they are served, and by class how many and since when. */
import { Text } from "@mantine/core";
import { useLivePart } from "../../shared/live/live";
import { secondsSince, useNow } from "../../shared/now";
import { CLASSES, ClassSign } from "../../shared/signs/Signs";
import { duration } from "../../shared/time";
import { useAsking } from "../asking";
import { Refused } from "../Refused";
import { Box } from "./Box";
import { CallMenu } from "./CallMenu";
import classes from "./Floor.module.css";
import { usePatience } from "./patience";
import { comes, inOrder, limitOf, type LiveCall } from "./queue";
import { useFloorWords } from "./words";

export function Waiting() {
  const w = useFloorWords();
  const now = useNow();
  const patience = usePatience();
  const calls = useLivePart("calls");
  const waiting = inOrder(calls.values(), now, patience);
  const arriving = [...calls.values()].filter(comes).length;
  return (
    <Box title={w.waiting} count={waiting.length}>
      <div className={classes.summary}>
        {CLASSES.map((service) => <OfClass key={service} calls={waiting.filter((call) => call.service_class === service)} />)}
        {arriving ? <span className={classes.dim}>{w.arriving(arriving)}</span> : null}
      </div>
      {waiting.length === 0 ? <Text>{w.nobodyWaits}</Text> : (
        <ol className={classes.rows}>
          {waiting.map((call, index) => <Row key={call.id} call={call} place={index + 1} patience={patience} />)}
        </ol>
      )}
    </Box>
  );
}

function OfClass({ calls }: { calls: readonly LiveCall[] }) {
  const w = useFloorWords();
  const now = useNow();
  const [one] = calls;
  if (!one) return null;
  const longest = Math.max(...calls.map((call) => secondsSince(call.queued_at ?? call.arrived_at, now)));
  return (
    <span className={classes.facts}>
      <ClassSign of={one.service_class} /> <b>{calls.length}</b> <span className={classes.dim}>{w.oldest(duration(longest))}</span>
    </span>
  );
}

function Row({ call, place, patience }: { call: LiveCall; place: number; patience: number }) {
  const w = useFloorWords();
  const asking = useAsking();
  return (
    <li className={classes.row} data-call={call.id}>
      <div className={classes.facts}>
        <span className={classes.time}>{place}.</span>
        <ClassSign of={call.service_class} />
        <Wait call={call} patience={patience} />
        <span className={classes.name}>{call.ani ?? w.noNumber}</span>
        {call.first ? <b>{w.raised}</b> : null}
        <span className={classes.dim}>{call.state === "offered" ? w.rings(call.operator ?? call.position ?? "–") : w.inLine}</span>
      </div>
      <CallMenu call={call} asking={asking} />
      <div className={classes.said}><Refused of={asking} more={asking.problem?.kind === "stale" ? w.first : undefined} /></div>
    </li>
  );
}

function Wait({ call, patience }: { call: LiveCall; patience: number }) {
  const w = useFloorWords();
  const waited = secondsSince(call.queued_at ?? call.arrived_at, useNow());
  const limit = limitOf(call.service_class, patience);
  const late = waited >= limit;
  const over = call.service_class === "information" ? w.impatient : w.late;
  return (
    <span>
      <span className={late ? `${classes.time} ${classes.late}` : classes.time}>{duration(waited)}</span>{" "}
      <span className={late ? classes.late : classes.dim}>{late ? over : w.limit(duration(limit))}</span>
    </span>
  );
}
