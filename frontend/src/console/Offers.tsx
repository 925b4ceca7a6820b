/** What neighbouring cities' centres ask of us: to accept, which makes an incident of ours, or to refuse with a cause. */
import { Alert, Button, Group, NativeSelect, Text, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api, got } from "../shared/api/client";
import type { components } from "../shared/api/openapi";
import { useWorkPart, type WorkThing } from "../shared/live/work";
import { secondsSince, useNow } from "../shared/now";
import { ClassSign } from "../shared/signs/Signs";
import { clock, duration } from "../shared/time";
import { AsIncident, type Becomes } from "./AsIncident";
import { useAsk } from "./ask";
import classes from "./Console.module.css";
import type { Category } from "./copies";
import { coordinates, pointAt, shownNumber } from "./own";
import { useConsoleWords } from "./words";

type Offer = WorkThing<"offers">;
type Told = components["schemas"]["IncidentOffered"];
const CAUSES = ["not_our_area", "no_means", "already_known", "other"] as const;

interface Given { categories: readonly Category[]; follow: (incident: string) => void }

/** Who waits for an answer longest stands first, then what changed, then what is under way. */
export function Offers({ categories, follow }: Given) {
  const w = useConsoleWords().work.offers;
  const rank = (each: Offer): number => (each.status === "offered" ? 0 : each.unseen === null ? 2 : 1);
  const offers = [...useWorkPart("offers").values()].sort((a, b) => rank(a) - rank(b) || a.received_at.localeCompare(b.received_at));
  if (offers.length === 0) return <Text>{w.none}</Text>;
  return <ul className={classes.list} data-testid="offers">{offers.map((each) => <OfferItem key={each.id} offer={each} categories={categories} follow={follow} />)}</ul>;
}

/** The live view has what is needed to see that there is one; what they say of it is asked for, anew with each version. */
function useTold({ id, version, unseen }: Offer): { told: Told | undefined; failed: boolean } {
  const { data, isError } = useQuery({
    queryKey: ["console", "offer", id, version, unseen],
    queryFn: () => got(api.GET("/api/v1/neighbour-offers/{id}", { params: { path: { id } } })),
    placeholderData: (before) => before,
    staleTime: Number.POSITIVE_INFINITY,
  });
  return { told: data?.incident, failed: isError };
}

function OfferItem({ offer, categories, follow }: Given & { offer: Offer }) {
  const { offers: w, failed: cannot } = useConsoleWords().work;
  const { ask, busy, problem } = useAsk();
  const [next, setNext] = useState<"accept" | "refuse" | null>(null);
  const { told, failed } = useTold(offer);
  const params = { path: { id: offer.id } };
  const accept = (body: Becomes): void => {
    ask(async () => {
      const made = await got(api.POST("/api/v1/neighbour-offers/{id}/accept", { params, body }));
      if ("category" in body && made.incident_id) follow(made.incident_id);
    });
  };
  return (
    <li className={classes.item} data-testid="offer" data-status={offer.status}>
      <Text fw={700}>{w.asks(centre(offer), told?.category_name ?? offer.category ?? "")}</Text>
      {told?.service_class ? <ClassSign of={told.service_class} /> : null}
      {failed ? <Text size="sm" c="red" role="alert">{cannot}</Text> : null}
      {told ? <Said told={told} offer={offer} /> : null}
      {offer.status === "offered" ? (
        <>
          <Waits since={offer.received_at} />
          <Group gap="xs">
            <Button size="compact-sm" aria-expanded={next === "accept"} onClick={() => { setNext("accept"); }}>{w.accept}</Button>
            <Button size="compact-sm" variant="default" aria-expanded={next === "refuse"} onClick={() => { setNext("refuse"); }}>{w.refuse}</Button>
          </Group>
          {next === "accept" && told ? <AsIncident point={pointAt(told.place ?? {})} category={told.category ?? ""} categories={categories} busy={busy} take={accept} /> : null}
          {next === "refuse" ? <Refuse busy={busy} refuse={(body) => { ask(() => got(api.POST("/api/v1/neighbour-offers/{id}/refuse", { params, body }))); }} /> : null}
        </>
      ) : <Standing offer={offer} />}
      {offer.unseen !== null ? (
        <Alert color="orange" p="xs">
          <Text size="sm">{offer.status === "withdrawn" ? w.withdrawn(centre(offer), clock(offer.unseen)) : w.changed(centre(offer), clock(offer.unseen))}</Text>
          <Button size="compact-sm" mt="xs" loading={busy} onClick={() => { ask(() => got(api.POST("/api/v1/neighbour-offers/{id}/acknowledge", { params }))); }}>{w.seen}</Button>
        </Alert>
      ) : null}
      {problem ? <Text size="sm" c="red" role="alert">{problem}</Text> : null}
    </li>
  );
}

function Waits({ since }: { since: string }) {
  const w = useConsoleWords().work.offers;
  return <Text size="sm" fw={700}>{w.waits(duration(secondsSince(since, useNow())))}</Text>;
}

/** Accepted: it goes by itself from here. */
function Standing({ offer }: { offer: Offer }) {
  const w = useConsoleWords().work.offers;
  const number = useWorkPart("incidents").get(offer.incident_id ?? "")?.number;
  if (offer.status !== "accepted") return null;
  return <Text size="sm" data-testid="accepted">{w.accepted(number ?? "")}</Text>;
}

function Said({ told, offer }: { told: Told; offer: Offer }) {
  const { work: { offers: w }, form } = useConsoleWords();
  const { place = {} } = told;
  const where = [place.text, place.landmark, place.kelurahan_name].filter(Boolean).join(", ");
  const spot = pointAt(place);
  const lines: [string, string | null | undefined][] = [
    [form.place, where || (spot ? coordinates(spot) : null)],
    [form.description, told.description],
    [form.people, told.people_in_danger?.toString()],
    [w.what, told.what],
    [w.caller, [told.caller_name, shownNumber(told.caller_number ?? null)].filter(Boolean).join(", ")],
    [w.number, `${offer.number}, ${clock(offer.received_at)}`],
  ];
  return (
    <dl className={classes.said}>
      {lines.filter(([, said]) => said).map(([name, said]) => <div key={name}><dt>{name}</dt><dd><bdi>{said}</bdi></dd></div>)}
    </dl>
  );
}

interface RefuseGiven { busy: boolean; refuse: (body: components["schemas"]["Refusal"]) => void }

function Refuse({ busy, refuse }: RefuseGiven) {
  const w = useConsoleWords().work.offers;
  const [cause, setCause] = useState("");
  const [text, setText] = useState("");
  return (
    <form data-testid="refusal" onSubmit={(event) => {
      event.preventDefault();
      const chosen = CAUSES.find((each) => each === cause);
      if (chosen) refuse({ cause: chosen, words: text.trim() });
    }}>
      <NativeSelect label={w.why} required autoFocus value={cause} onChange={(event) => { setCause(event.target.value); }} mb="xs"
        data={[{ value: "", label: w.choose }, ...CAUSES.map((each) => ({ value: each, label: w.causes[each] }))]} />
      <TextInput label={w.words} maxLength={500} required={cause === "other"} value={text} onChange={(event) => { setText(event.target.value); }} mb="xs" />
      <Button type="submit" size="compact-sm" color="red" loading={busy}>{w.refuse}</Button>
    </form>
  );
}

/** A centre's code as its name: what it is called stands nowhere an operator may read. */
function centre({ neighbour }: Offer): string {
  return neighbour.replaceAll("_", " ").replace(/^\p{L}|(?<= )\p{L}/gu, (letter) => letter.toUpperCase());
}
