/** What sensors and cameras saw: each is a task for somebody. */
import { Button, Group, NativeSelect, Text, TextInput } from "@mantine/core";
import { useState } from "react";
import { api, got } from "../shared/api/client";
import { useWorkPart, type WorkThing } from "../shared/live/work";
import { clock } from "../shared/time";
import { useAsk } from "./ask";
import classes from "./Console.module.css";
import type { Category } from "./copies";
import { useConsoleWords } from "./words";

export function Alerts({ categories }: { categories: readonly Category[] }) {
  const w = useConsoleWords().work.alerts;
  const alerts = [...useWorkPart("alerts").values()].sort((a, b) => b.last_at.localeCompare(a.last_at));
  if (alerts.length === 0) return <Text>{w.none}</Text>;
  return <ul className={classes.list} data-testid="alerts">{alerts.map((each) => <AlertItem key={each.id} alert={each} categories={categories} />)}</ul>;
}

function AlertItem({ alert, categories }: { alert: WorkThing<"alerts">; categories: readonly Category[] }) {
  const { alerts: w, save } = useConsoleWords().work;
  const { ask, busy, problem } = useAsk();
  const [next, setNext] = useState<"dismiss" | "incident" | null>(null);
  const [why, setWhy] = useState("");
  const params = { path: { id: alert.id } };
  return (
    <li className={classes.item} data-testid="alert" data-status={alert.status}>
      <Text fw={700}>{alert.kind}</Text>
      <Text size="sm">{clock(alert.last_at)} · {w.from(alert.source ?? "", alert.times)} · {alert.place_text ?? position(alert)}</Text>
      {alert.taken_by ? <Text size="sm">{w.taken(alert.taken_by)}</Text> : null}
      <Group gap="xs">
        {alert.status === "open" ? (
          <Button size="compact-sm" loading={busy} onClick={() => { ask(() => got(api.POST("/api/v1/alerts/{id}/take", { params }))); }}>{w.take}</Button>
        ) : null}
        <Button size="compact-sm" variant="default" aria-expanded={next === "incident"} onClick={() => { setNext("incident"); }}>{w.incident}</Button>
        <Button size="compact-sm" variant="default" aria-expanded={next === "dismiss"} onClick={() => { setNext("dismiss"); }}>{w.dismiss}</Button>
      </Group>
      {next === "dismiss" ? (
        <form onSubmit={(event) => { event.preventDefault(); ask(() => got(api.POST("/api/v1/alerts/{id}/dismiss", { params, body: { reason: why.trim() } }))); }}>
          <TextInput label={w.why} required maxLength={500} value={why} autoFocus onChange={(event) => { setWhy(event.target.value); }} mb="xs" />
          <Button type="submit" size="compact-sm" loading={busy}>{save}</Button>
        </form>
      ) : null}
      {next === "incident" ? (
        <NativeSelect label={w.incident} autoFocus value="" data={[{ value: "", label: "–" }, ...categories.map((each) => ({ value: each.code, label: each.name }))]}
          onChange={(event) => {
            const category = event.target.value;
            if (category) ask(() => got(api.POST("/api/v1/alerts/{id}/incident", { params, body: { category } })));
          }} />
      ) : null}
      {problem ? <Text size="sm" c="red" role="alert">{problem}</Text> : null}
    </li>
  );
}

function position({ latitude, longitude }: WorkThing<"alerts">): string {
  return latitude === null || longitude === null ? "" : `${latitude.toFixed(5)}, ${longitude.toFixed(5)}`;
}
