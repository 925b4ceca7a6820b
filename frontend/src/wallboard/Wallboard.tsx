/** The room's wall: readable from six metres, and nobody is named on it. */
import { Anchor, Text, Title } from "@mantine/core";
import { Link } from "wouter";
import { useLivePart } from "../shared/live/live";
import { useAreas } from "../shared/map/ground";
import { type MapPoint, RoomMap } from "../shared/map/RoomMap";
import { Clock, useNow } from "../shared/now";
import { homeOf } from "../shared/screen";
import { useMe } from "../shared/session/session";
import { LanguageSwitch, ThemeSwitch } from "../shared/shell/Switches";
import { ClassSign, StateSign } from "../shared/signs/Signs";
import { clock, duration } from "../shared/time";
import { OLD_MS, useDay, type Wall as Day } from "./day";
import { percent, seats, STATES, waiting } from "./figures";
import { Hours } from "./Hours";
import classes from "./Wallboard.module.css";
import { useWallWords } from "./words";

const SECOND_MS = 1_000;

export default function Wallboard() {
  return <Clock><Wall /></Clock>;
}

function Wall() {
  const w = useWallWords();
  const now = useNow();
  const { wall, failed } = useDay();
  const old = failed || (wall !== undefined && now - Date.parse(wall.at) > OLD_MS);
  return (
    <div className={classes.wall}>
      <div className={classes.head}>
        <h1 className={classes.clock}>{clock(new Date(now))}</h1>
        <Ways />
      </div>
      {old ? <Text className={classes.old} role="alert">{wall ? w.old(clock(wall.at)) : w.away}</Text> : null}
      <Queue now={now} />
      <Seats />
      {wall ? <Level wall={wall} /> : null}
      {wall ? <section className={classes.box}><Title order={2} size="h3">{w.hours}</Title><Hours hours={wall.hours} /></section> : null}
      {wall ? <Incidents incidents={wall.incidents} /> : null}
    </div>
  );
}

/** Who came by the header gets back; a wall of its own is at home here. */
function Ways() {
  const w = useWallWords();
  const home = homeOf(useMe().role);
  return (
    <>
      {home?.path === "/wallboard" ? null : <Anchor component={Link} href="~/">{w.back}</Anchor>}
      <LanguageSwitch />
      <ThemeSwitch />
    </>
  );
}

function Queue({ now }: { now: number }) {
  const w = useWallWords();
  const calls = useLivePart("calls");
  return (
    <section className={classes.queue} aria-label={w.waiting}>
      {waiting(calls.values()).map(({ of, calls: count, since }) => (
        <div key={of} className={classes.box} data-waiting={count > 0 ? of : undefined} data-testid={`waiting-${of}`}>
          <ClassSign of={of} />
          <span className={classes.number}>{count}</span>
          <span className={classes.beside}>{since === null ? w.nobody : w.longest(duration((now - since) / SECOND_MS))}</span>
        </div>
      ))}
    </section>
  );
}

function Seats() {
  const w = useWallWords();
  const counted = seats(useLivePart("positions").values());
  return (
    <section className={classes.box} aria-label={w.operators}>
      <Title order={2} size="h3">{w.operators}</Title>
      <ul className={classes.seats}>
        {STATES.map((state) => (
          <li key={state} data-testid={`seats-${state}`}>
            <span className={classes.count2}>{counted[state] ?? 0}</span> <StateSign of={state} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function Level({ wall }: { wall: Day }) {
  const w = useWallWords();
  const level = percent(wall.within_15_s, wall.calls);
  return (
    <section className={classes.box} aria-label={w.today} data-testid="level">
      <Title order={2} size="h3">{w.today}</Title>
      {level === null ? <Text size="xl">{w.noCalls}</Text> : (
        <>
          <span className={classes.number}>{level} %</span>
          <span className={classes.beside}>{level >= wall.target_percent ? w.reached : w.missed} · {w.target(wall.target_percent)}</span>
          <span className={classes.beside}>{w.ofCalls(wall.within_15_s, wall.calls)}</span>
        </>
      )}
    </section>
  );
}

function Incidents({ incidents }: { incidents: Day["incidents"] }) {
  const w = useWallWords();
  const areas = useAreas();
  const inside = new Map(areas?.features.map(({ properties }) => [properties.code, properties.inside]));
  const points = incidents.flatMap(({ area, area_name, service_class: kind, incidents: count }): MapPoint[] => {
    const where = area === null ? undefined : inside.get(area);
    return where ? [{ id: `${kind} ${area}`, longitude: where[0], latitude: where[1], kind, label: `${count} · ${area_name ?? ""}` }] : [];
  });
  const all = incidents.reduce((sum, one) => sum + one.incidents, 0);
  return (
    <section className={classes.box} aria-label={w.incidents}>
      <Title order={2} size="h3">{w.incidents}: <span data-testid="incidents">{all}</span></Title>
      {all === 0 ? <Text>{w.noIncidents}</Text> : null}
      <ul className={classes.places}>
        {incidents.filter(({ area }) => area === null || !inside.has(area)).map((one) => (
          <li key={`${one.service_class} ${one.area ?? ""}`}>{one.incidents} <ClassSign of={one.service_class} /> {one.area_name ?? w.unplaced}</li>
        ))}
      </ul>
      <div className={classes.map}><RoomMap points={points} label={w.map} still /></div>
    </section>
  );
}
