/** The talks: who with whom, and for how long. */
import { Anchor, Text } from "@mantine/core";
import { Link } from "wouter";
import { useLivePart } from "../../shared/live/live";
import { secondsSince, useNow } from "../../shared/now";
import { ClassSign } from "../../shared/signs/Signs";
import { duration } from "../../shared/time";
import { useAsking } from "../asking";
import { Refused } from "../Refused";
import { Box } from "./Box";
import { CallMenu } from "./CallMenu";
import classes from "./Floor.module.css";
import { type LiveCall, talks } from "./queue";
import { useFloorWords } from "./words";

export function Talking() {
  const w = useFloorWords();
  const calls = [...useLivePart("calls").values()].filter(talks);
  return (
    <Box title={w.talking} count={calls.length}>
      {calls.length === 0 ? <Text>{w.nobodyTalks}</Text> : (
        <ul className={classes.rows}>{calls.map((call) => <Row key={call.id} call={call} />)}</ul>
      )}
    </Box>
  );
}

function Row({ call }: { call: LiveCall }) {
  const w = useFloorWords();
  const asking = useAsking();
  const now = useNow();
  return (
    <li className={classes.row} data-call={call.id}>
      <div className={classes.facts}>
        <ClassSign of={call.service_class} />
        <span className={classes.time}>{duration(secondsSince(call.answered_at ?? call.arrived_at, now))}</span>
        <Anchor component={Link} href={`/calls/${call.id}`} className={classes.name}>{call.ani ?? w.noNumber}</Anchor>
        <span>{call.operator ?? "–"}</span>
        <span className={classes.dim}>{call.position ?? ""}</span>
      </div>
      <CallMenu call={call} asking={asking} />
      <div className={classes.said}><Refused of={asking} /></div>
    </li>
  );
}
