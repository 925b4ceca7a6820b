/** One incident: its trail in words, what is known, who was asked and how they were told, its calls, exports. */
import { Alert, Anchor, Loader, Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "wouter";
import { api, got } from "../../shared/api/client";
import type { components } from "../../shared/api/openapi";
import { explain } from "../../shared/api/problem";
import { ClassSign } from "../../shared/signs/Signs";
import { clock, dayAndTime } from "../../shared/time";
import { useLanguage } from "../../shared/words/words";
import { Box } from "../floor/Box";
import history from "../history/History.module.css";
import { HoldOf } from "../holds/HoldOf";
import { useHoldWords } from "../holds/words";
import { useAgencies, useCategories } from "../work/names";
import { useWorkWords } from "../work/words";
import { useSupervisorWords } from "../words";
import { Agencies } from "./Agencies";
import { placeOf } from "./History";
import { sayTrail } from "./trail";
import { useIncidentWords } from "./words";

type Incident = components["schemas"]["IncidentShown"];
const KINDS = ["cap", "eido", "geojson"] as const;

export function IncidentPage({ id }: { id: string }) {
  const w = useIncidentWords();
  const { loading } = useSupervisorWords();
  const { incidentStatus } = useWorkWords();
  const holds = useHoldWords();
  const category = useCategories();
  const { data: incident, error } = useQuery({
    queryKey: ["incident", id], queryFn: () => got(api.GET("/api/v1/incidents/{id}", { params: { path: { id } } })),
  });
  if (!incident) {
    return (
      <>
        <Title order={1} size="h3" mb="sm">{w.title}</Title>
        {error ? <Alert color="red" variant="outline" role="alert">{explain(error)}</Alert> : <Loader aria-label={loading} />}
        <Anchor component={Link} href="/incidents">{w.back}</Anchor>
      </>
    );
  }
  return (
    <>
      <div className={history.head}>
        <Title order={1} size="h3">{incident.number} {category(incident.category)}</Title>
        <ClassSign of={incident.service_class} />
        <b>{incidentStatus[incident.status]}</b>
      </div>
      <div className={history.two}>
        <div className={history.sections}>
          <Box title={w.timeline}><Trail id={id} /></Box>
          <Box title={w.agencies} count={incident.dispatches.length}><Agencies of={incident.dispatches} /></Box>
        </div>
        <div className={history.sections}>
          <Box title={w.record}><Known of={incident} /></Box>
          <Box title={w.calls} count={incident.calls.length}>
            {incident.calls.length === 0 ? <Text>{w.noCalls}</Text> : null}
            {incident.calls.map((call) => (
              <Text key={call}><Anchor component={Link} href={`/calls/${call}`}>{w.call} …{call.slice(-6)}</Anchor></Text>
            ))}
          </Box>
          <Box title={holds.title}><HoldOf of={{ incident_id: id }} /></Box>
          <Box title={w.exports}>
            <div className={history.bar}>
              {KINDS.map((kind) => <Anchor key={kind} href={`/api/v1/incidents/${id}.${kind}`} download={`${incident.number}.${kind}`}>{kind.toUpperCase()}</Anchor>)}
            </div>
          </Box>
        </div>
      </div>
    </>
  );
}

function Trail({ id }: { id: string }) {
  const w = useIncidentWords();
  const language = useLanguage();
  const agency = useAgencies();
  const { data, error } = useQuery({
    queryKey: ["incident-timeline", id], queryFn: () => got(api.GET("/api/v1/incidents/{id}/timeline", { params: { path: { id } } })),
  });
  if (error) return <Text role="alert">{explain(error)}</Text>;
  return (
    <ol className={history.timeline} data-testid="timeline">
      {data?.timeline.map((line, index) => (
        <li key={index} data-kind={line.kind}>
          <time dateTime={line.at}>{clock(line.at)}</time>
          <span>{sayTrail(line, agency, language)} <span className={history.dim}>{w.by(line.by)}</span></span>
        </li>
      ))}
    </ol>
  );
}

function Known({ of }: { of: Incident }) {
  const w = useIncidentWords();
  const category = useCategories();
  const { incidentStatus } = useWorkWords();
  const caller = [of.caller_name, of.caller_number, of.caller_withheld ? w.withheld : null].filter(Boolean).join(", ");
  const { latitude, longitude } = of.place;
  const rows: readonly (readonly [keyof typeof w.fields, string | number | null])[] = [
    ["number", of.number], ["category", category(of.category)], ["priority", of.priority], ["status", incidentStatus[of.status]],
    ["place", placeOf(of.place)], ["position", latitude === null || longitude === null ? null : `${latitude}, ${longitude}`],
    ["description", of.description], ["people", of.people_in_danger], ["caller", caller],
    ["opened", `${dayAndTime(of.opened_at)}, ${of.opened_by}`], ["closed", of.closed_at ? dayAndTime(of.closed_at) : null], ["reason", of.close_reason],
  ];
  return (
    <dl className={history.fields}>
      {rows.map(([name, value]) => [<dt key={`${name}?`}>{w.fields[name]}</dt>, <dd key={name}>{value === null || value === "" ? w.unknown : value}</dd>])}
    </dl>
  );
}
