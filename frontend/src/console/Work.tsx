/** Beside the form: my incidents and how far each agency is, alerts, call-backs, my calls, the agency book. */
import { Button, Group, Loader, Paper, Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { lazy, Suspense } from "react";
import { api, got } from "../shared/api/client";
import { useLivePart } from "../shared/live/live";
import { useWorkPart, type WorkThing } from "../shared/live/work";
import { ClassSign } from "../shared/signs/Signs";
import { clock, dayAndTime } from "../shared/time";
import { useMe } from "../shared/session/session";
import type { Acts } from "./acts";
import { callables, spokenWith } from "./callOut";
import classes from "./Console.module.css";
import { type Category, useAgencyBook } from "./copies";
import { useAsk } from "./ask";
import { shownNumber, useOwn } from "./own";
import { useConsoleWords } from "./words";

export const TABS = ["mine", "alerts", "offers", "callbacks", "calls", "book"] as const;
export type Tab = (typeof TABS)[number];

interface Given { tab: Tab; show: (tab: Tab) => void; acts: Acts; categories: readonly Category[]; operator: string | null; follow: (incident: string) => void }

const Alerts = lazy(async () => ({ default: (await import("./Alerts")).Alerts }));
const Offers = lazy(async () => ({ default: (await import("./Offers")).Offers }));

export function Work({ tab, show, acts, categories, operator, follow }: Given) {
  const w = useConsoleWords().work;
  const counts: Partial<Record<Tab, number>> = { alerts: useWorkPart("alerts").size, offers: useWorkPart("offers").size, callbacks: useLivePart("callbacks").size };
  return (
    <Paper withBorder p="sm" component="section" aria-label={w.title} data-testid="work">
      <Group gap="xs" mb="sm" role="group" aria-label={w.title}>
        {TABS.map((each) => (
          <Button key={each} size="compact-sm" variant={each === tab ? "filled" : "default"} aria-pressed={each === tab} onClick={() => { show(each); }}>
            {w.tabs[each]}{counts[each] ? ` (${counts[each]})` : ""}
          </Button>
        ))}
      </Group>
      {tab === "mine" ? <Mine categories={categories} follow={follow} /> : null}
      <Suspense fallback={<Loader size="sm" aria-hidden />}>
        {tab === "alerts" ? <Alerts categories={categories} follow={follow} /> : null}
        {tab === "offers" ? <Offers categories={categories} follow={follow} /> : null}
      </Suspense>
      {tab === "callbacks" ? <Callbacks acts={acts} /> : null}
      {tab === "calls" ? <MyCalls operator={operator} /> : null}
      {tab === "book" ? <Book acts={acts} /> : null}
    </Paper>
  );
}

function Mine({ categories, follow }: Pick<Given, "categories" | "follow">) {
  const w = useConsoleWords().work.mine;
  const me = useMe().name;
  const dispatches = [...useWorkPart("dispatches").values()];
  const mine = [...useWorkPart("incidents").values()]
    .filter((each) => each.opened_by === me)
    .sort((a, b) => b.opened_at.localeCompare(a.opened_at));
  if (mine.length === 0) return <Text>{w.none}</Text>;
  return (
    <ul className={classes.list} data-testid="mine">
      {mine.map((incident) => {
        const asked = dispatches.filter((each) => each.incident_id === incident.id).sort((a, b) => a.asked_at.localeCompare(b.asked_at));
        return (
          <li key={incident.id} className={classes.item} data-incident={incident.id}>
            <Text fw={700}>{categories.find((each) => each.code === incident.category)?.name ?? incident.category}</Text>
            <Text size="sm">{incident.number} · {clock(incident.opened_at)} · {incident.place_text ?? incident.landmark ?? ""}</Text>
            {asked.length === 0 ? <Text size="sm">{w.noDispatch}</Text> : null}
            {asked.length === 0 ? <Button size="compact-sm" variant="default" onClick={() => { follow(incident.id); }}>{w.ask}</Button> : null}
            <ul className={classes.list}>{asked.map((each) => <DispatchLine key={each.id} dispatch={each} />)}</ul>
          </li>
        );
      })}
    </ul>
  );
}

function DispatchLine({ dispatch }: { dispatch: WorkThing<"dispatches"> }) {
  const w = useConsoleWords().work;
  const { ask, problem } = useAsk();
  const { value: book } = useAgencyBook();
  const who = spokenWith(useOwn().position?.call_out ?? null, book, dispatch.agency);
  const quiet = dispatch.status === "sent" || dispatch.status === "received";
  const acknowledge = (): void => {
    const body = { status: "acknowledged", on_behalf: { how: "telephone", ...(who ? { who } : {}) } } as const;
    ask(() => got(api.POST("/api/v1/dispatches/{id}/status", { params: { path: { id: dispatch.id } }, body })));
  };
  return (
    <li data-testid="dispatch" data-agency={dispatch.agency} data-status={dispatch.status}>
      <Text size="sm"><strong>{dispatch.agency}</strong>: {w.statuses[dispatch.status]} · {clock(dispatch.changed_at)} {dispatch.reason ? `· ${dispatch.reason}` : ""}</Text>
      {dispatch.escalated_at !== null && quiet ? <Text size="sm" className={classes.escalated}>{w.escalated}</Text> : null}
      {quiet ? <Button size="compact-xs" variant="default" onClick={acknowledge} aria-label={`${dispatch.agency}: ${w.acknowledge}`}>{w.acknowledge}</Button> : null}
      {problem ? <Text size="sm" c="red" role="alert">{problem}</Text> : null}
    </li>
  );
}

function Callbacks({ acts }: { acts: Acts }) {
  const w = useConsoleWords().work.callbacks;
  const failed = useConsoleWords().work.failed;
  const live = useLivePart("callbacks").size;
  const { ask, problem } = useAsk();
  const { data, isError, refetch } = useQuery({
    queryKey: ["console", "callbacks", live],
    queryFn: () => got(api.GET("/api/v1/callbacks", { params: { query: { limit: 20 } } })),
    refetchInterval: 10_000,
    placeholderData: (before) => before,
  });
  const finish = (id: number, result: "reached" | "no_answer"): void => {
    ask(() => got(api.POST("/api/v1/callbacks/{id}/result", { params: { path: { id } }, body: { result } })).then(() => refetch()));
  };
  return (
    <>
      {isError ? <Text role="status">{failed}</Text> : null}
      {data?.callbacks.length === 0 ? <Text>{w.none}</Text> : null}
      {problem ? <Text c="red" role="alert">{problem}</Text> : null}
      <ul className={classes.list} data-testid="callbacks">
        {data?.callbacks.map((each) => (
          <li key={each.id} className={classes.item}>
            <Text fw={700}><bdi>{shownNumber(each.ani)}</bdi></Text>
            <ClassSign of={each.service_class} />
            <Text size="sm">{dayAndTime(each.last_call_at)} · {w.tries(each.calls, each.attempts)}</Text>
            {each.state === "taken" ? <Text size="sm">{w.taken(each.taken_by ?? "")}</Text> : null}
            <Group gap="xs">
              <Button size="compact-sm" disabled={acts.busy} onClick={() => { acts.callBack(each.id); }}>{w.take}</Button>
              <Button size="compact-sm" variant="default" onClick={() => { finish(each.id, "reached"); }}>{w.reached}</Button>
              <Button size="compact-sm" variant="default" onClick={() => { finish(each.id, "no_answer"); }}>{w.no_answer}</Button>
            </Group>
          </li>
        ))}
      </ul>
    </>
  );
}

function MyCalls({ operator }: { operator: string | null }) {
  const { work, outcomes } = useConsoleWords();
  const { data, isError } = useQuery({
    queryKey: ["console", "my-calls", operator],
    queryFn: () => got(api.GET("/api/v1/calls", { params: { query: { operator: operator ?? "", limit: 15 } } })),
    enabled: operator !== null,
    refetchInterval: 10_000,
  });
  const calls = data?.calls ?? [];
  return (
    <>
      {isError ? <Text role="status">{work.failed}</Text> : null}
      {!isError && calls.length === 0 ? <Text>{work.calls.none}</Text> : null}
      <ul className={classes.list} data-testid="my-calls">
        {calls.map((each) => (
          <li key={each.id} className={classes.item}>
            <Text fw={700}><bdi>{shownNumber(each.ani) ?? "–"}</bdi></Text>
            <ClassSign of={each.service_class} />
            <Text size="sm">{dayAndTime(each.arrived_at)} · {outcomes[each.outcome ?? "none"]}</Text>
          </li>
        ))}
      </ul>
    </>
  );
}

function Book({ acts }: { acts: Acts }) {
  const w = useConsoleWords().work.book;
  const { desk } = useConsoleWords().callOut;
  const { value } = useAgencyBook();
  const phones = callables(value, desk);
  if (!value) return <Text>{w.none}</Text>;
  return (
    <div data-testid="book">
      <Text size="sm" c="dimmed">{w.asOf(dayAndTime(value.as_of))}</Text>
      <ul className={classes.list}>
        {value.agencies.filter((each) => each.active).map((agency) => (
          <li key={agency.code} className={classes.item}>
            <Title order={3} size="h6">{agency.name}</Title>
            {agency.contacts.length === 0 ? <Text size="sm">{w.noContact}</Text> : null}
            {agency.contacts.map((each) => (
              <Text key={each.id} size="sm">{each.name} {each.title ? `(${each.title})` : ""} · {each.number ?? "–"} {each.on_duty ? `· ${w.duty}` : ""}</Text>
            ))}
            <Group gap="xs">
              {phones.filter((each) => each.agency === agency.code).map((each) => (
                <Button key={each.contact} size="compact-sm" variant="default" disabled={acts.busy}
                  onClick={() => { acts.callOut(each.agency, each.contact); }}>{w.call(each.name.slice(agency.name.length + 2))}</Button>
              ))}
            </Group>
          </li>
        ))}
      </ul>
    </div>
  );
}
