/** What sensors and cameras saw: each is a task for somebody. */
import { Button, Group, Text, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api, got } from "../shared/api/client";
import { useWorkPart, type WorkThing } from "../shared/live/work";
import { clock } from "../shared/time";
import { AsIncident, type Becomes } from "./AsIncident";
import { useAsk } from "./ask";
import classes from "./Console.module.css";
import type { Category } from "./copies";
import { coordinates, pointAt } from "./own";
import { useConsoleWords } from "./words";

interface Given { categories: readonly Category[]; follow: (incident: string) => void }

export function Alerts({ categories, follow }: Given) {
  const w = useConsoleWords().work.alerts;
  const alerts = [...useWorkPart("alerts").values()].sort((a, b) => b.last_at.localeCompare(a.last_at));
  if (alerts.length === 0) return <Text>{w.none}</Text>;
  return <ul className={classes.list} data-testid="alerts">{alerts.map((each) => <AlertItem key={each.id} alert={each} categories={categories} follow={follow} />)}</ul>;
}

function AlertItem({ alert, categories, follow }: Given & { alert: WorkThing<"alerts"> }) {
  const { alerts: w, save } = useConsoleWords().work;
  const { ask, busy, problem } = useAsk();
  const [next, setNext] = useState<"dismiss" | "incident" | null>(null);
  const [why, setWhy] = useState("");
  const params = { path: { id: alert.id } };
  const point = pointAt(alert);
  const become = (body: Becomes): void => {
    ask(async () => {
      const made = await got(api.POST("/api/v1/alerts/{id}/incident", { params, body }));
      if ("category" in body && made.incident_id) follow(made.incident_id);
    });
  };
  return (
    <li className={classes.item} data-testid="alert" data-status={alert.status}>
      <Text fw={700}>{alert.kind}</Text>
      <Text size="sm">{clock(alert.last_at)} · {w.from(alert.source ?? "", alert.times)} · {alert.place_text ?? (point ? coordinates(point) : "")}</Text>
      {alert.taken_by ? <Text size="sm">{w.taken(alert.taken_by)}</Text> : null}
      <Evidence alert={alert} />
      <Group gap="xs">
        {alert.status === "open" ? (
          <Button size="compact-sm" loading={busy} onClick={() => { ask(() => got(api.POST("/api/v1/alerts/{id}/take", { params }))); }}>{w.take}</Button>
        ) : null}
        <Button size="compact-sm" variant="default" aria-expanded={next === "incident"} onClick={() => { setNext("incident"); }}>{w.incident}</Button>
        <Button size="compact-sm" variant="default" aria-expanded={next === "dismiss"} onClick={() => { setNext("dismiss"); }}>{w.dismiss}</Button>
      </Group>
      {next === "dismiss" ? (
        <form onSubmit={(event) => { event.preventDefault(); ask(() => got(api.POST("/api/v1/alerts/{id}/dismiss", { params, body: { reason: why.trim() } }))); }}>
          <TextInput label={w.why} required pattern=".*\S.*" maxLength={500} value={why} autoFocus onChange={(event) => { setWhy(event.target.value); }} mb="xs" />
          <Button type="submit" size="compact-sm" loading={busy}>{save}</Button>
        </form>
      ) : null}
      {next === "incident" ? <AsIncident point={point} category="" categories={categories} busy={busy} take={become} /> : null}
      {problem ? <Text size="sm" c="red" role="alert">{problem}</Text> : null}
    </li>
  );
}

/** What it goes by, as it said last; a picture is an address that this page does not open by itself. */
function Evidence({ alert }: { alert: WorkThing<"alerts"> }) {
  const { data } = useQuery({
    queryKey: ["console", "alert", alert.id, alert.version],
    queryFn: () => got(api.GET("/api/v1/alerts/{id}", { params: { path: { id: alert.id } } })),
    placeholderData: (before) => before,
    staleTime: Number.POSITIVE_INFINITY,
  });
  const said = data?.evidence.at(-1)?.said;
  if (!said) return null;
  const value = typeof said.value === "number" ? `${said.value} ${said.unit ?? ""}`.trim() : null;
  return <Text size="sm" data-testid="evidence">{[value, said.text, said.device, said.picture].filter(Boolean).join(" · ")}</Text>;
}
