/** The history of calls: a search, a page at a time. */
import { Alert, Anchor, Loader, Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "wouter";
import { api, got } from "../../shared/api/client";
import type { components } from "../../shared/api/openapi";
import { explain, fieldErrors } from "../../shared/api/problem";
import { ClassSign } from "../../shared/signs/Signs";
import { dayAndTime, duration } from "../../shared/time";
import { useSupervisorWords } from "../words";
import { addressOf, queryOf } from "./filter";
import { FilterForm } from "./FilterForm";
import classes from "./History.module.css";
import { useFilter } from "./useFilter";
import { useHistoryWords } from "./words";

type Call = components["schemas"]["CallView"];

export function Calls() {
  const w = useHistoryWords();
  const shared = useSupervisorWords();
  const { filter, after, address, go } = useFilter();
  const { data, error, isFetching } = useQuery({
    queryKey: ["calls", address], queryFn: () => got(api.GET("/api/v1/calls", { params: { query: queryOf(filter, after) } })),
  });
  return (
    <>
      <Title order={1} size="h3" mb="sm">{w.title}</Title>
      <FilterForm key={addressOf(filter)} filter={filter} go={go} errors={fieldErrors(error)} />
      {error ? <Alert color="red" variant="outline" role="alert">{explain(error)}</Alert> : null}
      <div className={classes.bar} role="status">
        {data ? <Text>{shared.found(data.total, data.exact)}</Text> : null}
        {isFetching ? <Loader size="sm" aria-label={shared.loading} /> : null}
      </div>
      {data ? <Found calls={data.calls} none={address === "" ? w.first : w.none} /> : null}
      <div className={classes.bar}>
        {after ? <Anchor component={Link} href={`/calls${addressOf(filter)}`}>{shared.first}</Anchor> : null}
        {data?.next ? <Anchor component={Link} href={`/calls${addressOf(filter, data.next)}`}>{shared.more}</Anchor> : null}
      </div>
    </>
  );
}

function Found({ calls, none }: { calls: readonly Call[]; none: string }) {
  const w = useHistoryWords();
  if (calls.length === 0) return <Text>{none}</Text>;
  return (
    <table className={classes.table}>
      <thead>
        <tr>{Object.entries(w.columns).map(([name, title]) => <th key={name} scope="col">{title}</th>)}</tr>
      </thead>
      <tbody>{calls.map((call) => <Row key={call.id} call={call} />)}</tbody>
    </table>
  );
}

function Row({ call }: { call: Call }) {
  const w = useHistoryWords();
  const at = dayAndTime(call.arrived_at);
  return (
    <tr data-call={call.id}>
      <td className={classes.number}><Anchor component={Link} href={`/calls/${call.id}`}>{at}</Anchor></td>
      <td><ClassSign of={call.service_class} /></td>
      <td className={classes.number}>{call.ani ?? w.noNumber}</td>
      <td>{call.outcome ? w.outcomes[call.outcome] : w.underWay}</td>
      <td>{call.operator ?? w.unknown}</td>
      <td className={classes.number} data-label={w.columns.wait}>{span(call.arrived_at, call.answered_at) ?? w.unknown}</td>
      <td className={classes.number} data-label={w.columns.talk}>{span(call.answered_at, call.ended_at) ?? w.unknown}</td>
    </tr>
  );
}

function span(from: string | null, to: string | null): string | null {
  return from && to ? duration((Date.parse(to) - Date.parse(from)) / 1000) : null;
}
