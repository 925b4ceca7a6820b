/** How the centre did in a span, with what each figure means; and the month's report to download. */
import { Alert, Button, Group, Loader, Text, TextInput, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { type SyntheticEvent, useState } from "react";
import { useLocation, useSearch } from "wouter";
import { api, got } from "../../shared/api/client";
import type { components } from "../../shared/api/openapi";
import { explain } from "../../shared/api/problem";
import { Box } from "../floor/Box";
import history from "../history/History.module.css";
import { useSupervisorWords } from "../words";
import { Month } from "./Month";
import { asked, PRESETS, preset, readSpan, type Span, spanAddress } from "./span";
import { Tables } from "./Tables";
import { type Shown, Tiles } from "./Tiles";
import { useReportWords } from "./words";

type Statistics = components["schemas"]["StatisticsView"];

export function Reports() {
  const w = useReportWords();
  const { loading } = useSupervisorWords();
  const [, navigate] = useLocation();
  const [opened] = useState(() => new Date());
  const span = readSpan(useSearch(), opened);
  const { data, error, isFetching } = useQuery({
    queryKey: ["statistics", span.from, span.to], queryFn: () => got(api.GET("/api/v1/statistics", { params: { query: asked(span) } })),
  });
  return (
    <>
      <Title order={1} size="h3" mb="sm">{w.title}</Title>
      <Days key={spanAddress(span)} span={span} go={(to) => { navigate(`/reports${spanAddress(to)}`); }} />
      {isFetching ? <Loader size="sm" aria-label={loading} /> : null}
      {error ? <Alert color="red" variant="outline" role="alert" mb="md">{explain(error)}</Alert> : null}
      {data ? <Figures of={data} /> : null}
      <Month />
    </>
  );
}

function Days({ span, go }: { span: Span; go: (span: Span) => void }) {
  const w = useReportWords();
  const [typed, setTyped] = useState(span);
  const field = (name: keyof Span) => ({
    type: "date", name, label: w[name], value: typed[name], required: true, min: "2000-01-01", max: "9000-12-31",
    onChange: (event: { target: { value: string } }) => { setTyped({ ...typed, [name]: event.target.value }); },
  });
  return (
    <form onSubmit={(event: SyntheticEvent) => { event.preventDefault(); go(typed); }}>
      <Group align="flex-end" mb="md" gap="sm">
        <TextInput {...field("from")} />
        <TextInput {...field("to")} />
        <Button type="submit">{w.show}</Button>
        {PRESETS.map((name) => (
          <Button key={name} variant="default" onClick={() => { go(preset(name, new Date())); }}>{w[name]}</Button>
        ))}
      </Group>
    </form>
  );
}

function Figures({ of }: { of: Statistics }) {
  const w = useReportWords();
  const calls = of.calls.find(({ key }) => key === "all");
  const incidents = of.classes.find(({ key }) => key === "all");
  if (!calls?.calls && !incidents?.incidents) return <Text mb="md">{w.empty}</Text>;
  return (
    <div className={history.sections}>
      {calls ? <Box title={w.calls}><Tiles figures={ofCalls(calls)} definitions={of.definitions} /></Box> : null}
      {incidents ? <Box title={w.incidents}><Tiles figures={ofIncidents(incidents)} definitions={of.definitions} /></Box> : null}
      <Tables of={of} />
    </div>
  );
}

function ofCalls(of: Statistics["calls"][number]): readonly Shown[] {
  return [
    { figure: "calls", value: of.calls },
    { figure: "answered", value: of.answered, of: of.calls },
    { figure: "abandoned", value: of.abandoned, of: of.calls },
    { figure: "within_10_s", value: of.within_10_s, of: of.calls, wanted: 0.9 },
    { figure: "within_15_s", value: of.within_15_s, of: of.calls, wanted: 0.9 },
    { figure: "within_20_s", value: of.within_20_s, of: of.calls, wanted: 0.95 },
    { figure: "answer_mean_seconds", value: of.answer_mean_seconds },
    { figure: "answer_p90_seconds", value: of.answer_p90_seconds },
  ];
}

function ofIncidents(of: Statistics["classes"][number]): readonly Shown[] {
  return [
    { figure: "incidents", value: of.incidents },
    { figure: "closed", value: of.closed, of: of.incidents },
    { figure: "dispatched", value: of.dispatched, of: of.incidents },
    { figure: "dispatched_within_60_s", value: of.dispatched_within_60_s, of: of.dispatched_after_answer },
    { figure: "reached", value: of.reached, of: of.dispatched },
    { figure: "reached_within_15_min", value: of.reached_within_15_min, of: of.reached },
    { figure: "response_mean_seconds", value: of.response_mean_seconds },
    { figure: "response_p90_seconds", value: of.response_p90_seconds },
  ];
}
