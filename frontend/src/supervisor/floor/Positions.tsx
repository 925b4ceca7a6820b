/** The positions: who sits there, how they are and for how long; and changing that. */
import { Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { api, got } from "../../shared/api/client";
import type { Thing } from "../../shared/live/floor";
import { useLivePart, useLiveThing } from "../../shared/live/live";
import { secondsSince, useNow } from "../../shared/now";
import { seatState, StateSign } from "../../shared/signs/Signs";
import { duration } from "../../shared/time";
import { useLanguage } from "../../shared/words/words";
import { useAsking } from "../asking";
import { Refused } from "../Refused";
import { Box } from "./Box";
import classes from "./Floor.module.css";
import { StateMenu } from "./StateMenu";
import { useFloorWords } from "./words";

export type Position = Thing<"positions">;

export function usePauseReasons(): ReadonlyMap<string, string> {
  const shown = useLanguage() === "id" ? "indonesian" : "english";
  const { data } = useQuery({
    queryKey: ["pause-reasons"], queryFn: () => got(api.GET("/api/v1/pause-reasons")), staleTime: 300_000,
  });
  return new Map(data?.reasons.map((reason) => [reason.code, reason[shown]]));
}

export function Positions() {
  const w = useFloorWords();
  const positions = [...useLivePart("positions").values()].sort((a, b) => a.position.localeCompare(b.position, "id", { numeric: true }));
  const staffed = positions.filter(({ operator }) => operator !== null);
  return (
    <Box title={w.positions} count={staffed.length}>
      {positions.length === 0 ? <Text>{w.noPositions}</Text> : (
        <ul className={classes.rows}>{positions.map((each) => <Row key={each.position} position={each} />)}</ul>
      )}
    </Box>
  );
}

function Row({ position }: { position: Position }) {
  const w = useFloorWords();
  const asking = useAsking();
  const now = useNow();
  const reasons = usePauseReasons();
  const state = seatState(position);
  const reason = position.reason === null ? undefined : (reasons.get(position.reason) ?? position.reason);
  return (
    <li className={classes.row} data-position={position.position}>
      <div className={classes.facts}>
        <span className={classes.name}>{position.operator ?? "–"}</span>
        <span className={classes.dim}>{position.position}</span>
        <StateSign of={state} why={state === "paused" ? reason : undefined} />
        {position.since && state !== "empty" ? <span className={classes.time}>{duration(secondsSince(position.since, now))}</span> : null}
        <More position={position} />
      </div>
      {position.operator === null ? <span /> : <StateMenu position={position} operator={position.operator} asking={asking} reasons={reasons} />}
      <div className={classes.said}><Refused of={asking} more={asking.problem?.kind === "stale" ? w.first : undefined} /></div>
    </li>
  );
}

/** What else is to be known: when a pause ends, where they go, what is wrong with the phone. */
function More({ position }: { position: Position }) {
  const w = useFloorWords();
  const now = useNow();
  const person = useLiveThing("operators", position.operator);
  const said: string[] = [];
  if (position.until) said.push(w.endsIn(duration((Date.parse(position.until) - now) / 1000)));
  if (person?.leaving) said.push(w.leaving);
  if (person?.moving_to) said.push(w.moving(person.moving_to));
  if (position.refused_by.length) said.push(w.refused);
  else if (position.operator !== null && position.registered_at.length === 0) said.push(w.noPhone);
  return said.map((each) => <span key={each} className={classes.dim}>{each}</span>);
}
