/** The call that rings or that I talk in: class, number, where it is, who called before, what is open near it. */
import { Badge, Button, Group, Paper, Stack, Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { api, got } from "../shared/api/client";
import type { components } from "../shared/api/openapi";
import { type MapPoint, RoomMap } from "../shared/map/RoomMap";
import { secondsSince, useNow } from "../shared/now";
import { ClassSign } from "../shared/signs/Signs";
import { dayAndTime, duration } from "../shared/time";
import classes from "./Console.module.css";
import { coordinates, type Call, type Own, type Point, shownNumber } from "./own";
import type { PlaceFound } from "./form/draft";
import type { Near } from "./near";
import { useConsoleWords } from "./words";

type Located = Omit<components["schemas"]["LocationShown"], "shape">;
const FEW = 5;
const MOST_OF_A_NUMBER = 40;

interface Given { call: Call | null; back: Own["back"]; near: Near; chosen: PlaceFound | null; join: (incident: string) => void }

export function CallCard({ call, back, near, chosen, join }: Given) {
  const w = useConsoleWords().call;
  if (call === null && back !== null) return <CallBack back={back} />;
  if (call === null) {
    return (
      <Paper withBorder p="sm" component="section" aria-label={w.title} data-testid="call" data-state="none">
        <Text>{w.none}</Text>
      </Paper>
    );
  }
  const number = shownNumber(call.ani);
  return (
    <Paper withBorder p="sm" component="section" aria-label={w.title} data-testid="call" data-state={call.state}
      className={call.state === "offered" ? classes.ringing : classes.talking}>
      <Stack gap="xs">
        <Group justify="space-between" role="status">
          <Text fw={700} size="lg">{w.states[call.state]}</Text>
          <Since at={call.answered_at ?? call.arrived_at} />
        </Group>
        <ClassSign of={call.service_class} />
        <bdi className={classes.number} data-testid="number">{number ?? w.unknownNumber}</bdi>
        <Place call={call} chosen={chosen} />
        <History ani={call.ani} itself={call.id} />
        <NearList near={near} join={join} />
      </Stack>
    </Paper>
  );
}

function CallBack({ back }: { back: NonNullable<Own["back"]> }) {
  const w = useConsoleWords().call;
  return (
    <Paper withBorder p="sm" component="section" aria-label={w.title} data-testid="call-back" data-phase={back.phase}
      className={back.phase === "ringing" ? classes.ringing : classes.talking}>
      <Text fw={700} size="lg" role="status">{w.back[back.phase]}</Text>
      <bdi className={classes.number}>{shownNumber(back.number) ?? w.unknownNumber}</bdi>
    </Paper>
  );
}

function Since({ at }: { at: string }) {
  return <Text ff="monospace">{duration(secondsSince(at, useNow()))}</Text>;
}

/** Where a call is, the best first: asked again while it goes on, for a phone's position comes late. */
export function useLocations(call: Call | null): readonly Located[] {
  const { data } = useQuery({
    queryKey: ["console", "locations", call?.id],
    queryFn: () => got(api.GET("/api/v1/calls/{id}/locations", { params: { path: { id: call?.id ?? "" } } })),
    enabled: call !== null,
    refetchInterval: 5_000,
    retry: false,
  });
  return call === null ? [] : data?.locations ?? [];
}

export function pointOf(call: Call | null, locations: readonly Located[]): Point | null {
  for (const { latitude, longitude } of [...locations, ...(call?.location ? [call.location] : [])]) {
    if (typeof latitude === "number" && typeof longitude === "number") return { latitude, longitude };
  }
  return null;
}

function Place({ call, chosen }: { call: Call; chosen: PlaceFound | null }) {
  const w = useConsoleWords().call;
  const locations = useLocations(call);
  const [best] = locations;
  const point = pointOf(call, locations);
  const words = [best?.area?.name, best?.text, point ? coordinates(point) : null];
  const uncertainty = best?.uncertainty_m ? w.within(`${Math.round(best.uncertainty_m)} m`) : null;
  const caller = point ? [{ ...point, id: call.id, kind: "call" as const, label: w.caller, uncertainty: best?.uncertainty_m ?? undefined }] : [];
  const points = [...caller, ...placeOf(chosen)];
  return (
    <>
      {!best && !point ? <Text size="sm">{w.noPlace}</Text> : (
        <Text size="sm" data-testid="call-place">
          <strong>{w.place(w.sources[best?.source ?? "sip"])}: </strong>
          {[...words, uncertainty].filter(Boolean).join(" · ")}
        </Text>
      )}
      {points.length > 0 ? <div className={classes.map}><RoomMap points={points} picked={chosen?.code} label={w.map} /></div> : null}
    </>
  );
}

/** The place that was chosen in the form, as a point of the map. */
function placeOf(chosen: PlaceFound | null): MapPoint[] {
  if (typeof chosen?.latitude !== "number" || typeof chosen.longitude !== "number") return [];
  return [{ id: chosen.code, latitude: chosen.latitude, longitude: chosen.longitude, kind: "place", label: chosen.name }];
}

function History({ ani, itself }: { ani: string | null; itself: string }) {
  const { call: w, outcomes } = useConsoleWords();
  const known = ani !== null && ani !== "" && ani.length <= MOST_OF_A_NUMBER;
  const { data, isError } = useQuery({
    queryKey: ["console", "history", ani],
    queryFn: () => got(api.GET("/api/v1/calls", { params: { query: { number: ani ?? "", limit: FEW + 1 } } })),
    enabled: known,
    staleTime: 30_000,
    retry: false,
  });
  if (!known) return null;
  const before = (data?.calls ?? []).filter((each) => each.id !== itself).slice(0, FEW);
  return (
    <section data-testid="history">
      <Group justify="space-between">
        <Title order={3} size="h6">{w.history}</Title>
        {data && before.length > 0 ? <Badge variant="default">{w.times(data.total)}</Badge> : null}
      </Group>
      {isError ? <Text size="sm">{w.unknownHistory}</Text> : null}
      {data && before.length === 0 ? <Text size="sm">{w.noHistory}</Text> : null}
      <ul className={classes.list}>
        {before.map((each) => (
          <li key={each.id}><Text size="sm">{dayAndTime(each.arrived_at)} · {outcomes[each.outcome ?? "none"]} {each.operator ? `· ${each.operator}` : ""}</Text></li>
        ))}
      </ul>
    </section>
  );
}

function NearList({ near, join }: { near: Near; join: (incident: string) => void }) {
  const w = useConsoleWords().call;
  return (
    <section data-testid="near">
      <Title order={3} size="h6">{near.by === "place" ? w.near : w.newest}</Title>
      {near.incidents.length === 0 ? <Text size="sm">{w.noNear}</Text> : null}
      <ul className={classes.list}>
        {near.incidents.map(({ incident, name, metres }) => (
          <li key={incident.id} className={classes.item}>
            <Group justify="space-between" wrap="nowrap">
              <Text size="sm">
                <strong>{name}</strong> {incident.place_text ?? incident.landmark ?? ""} {metres === null ? "" : `· ${Math.round(metres)} m`} · {incident.number}
              </Text>
              <Button size="compact-sm" variant="default" flex="none" aria-label={w.joinTo(incident.number)} onClick={() => { join(incident.id); }}>{w.join}</Button>
            </Group>
          </li>
        ))}
      </ul>
    </section>
  );
}
