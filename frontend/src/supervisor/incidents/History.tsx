/** The history of incidents: a search, a page at a time. */
import { Alert, Anchor, Loader, Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link, useLocation, useSearch } from "wouter";
import { api, got } from "../../shared/api/client";
import type { components } from "../../shared/api/openapi";
import { explain, fieldErrors } from "../../shared/api/problem";
import { dayAndTime } from "../../shared/time";
import { readAfter } from "../history/filter";
import history from "../history/History.module.css";
import { useAgencies, useCategories } from "../work/names";
import { useWorkWords } from "../work/words";
import { useSupervisorWords } from "../words";
import { addressOf, queryOf, readFilter } from "./filter";
import { FilterForm } from "./FilterForm";
import { useIncidentWords } from "./words";

export function IncidentHistory() {
  const w = useIncidentWords();
  const shared = useSupervisorWords();
  const search = useSearch();
  const [, navigate] = useLocation();
  const [filter, after] = [readFilter(search), readAfter(search)];
  const { data, error, isFetching } = useQuery({
    queryKey: ["incidents", addressOf(filter, after)], queryFn: () => got(api.GET("/api/v1/incidents", { params: { query: queryOf(filter, after) } })),
  });
  return (
    <>
      <Title order={1} size="h3" mb="sm">{w.title}</Title>
      <FilterForm key={addressOf(filter)} filter={filter} errors={fieldErrors(error)} go={(to) => { navigate(`/incidents${addressOf(to)}`); }} />
      {error ? <Alert color="red" variant="outline" role="alert">{explain(error)}</Alert> : null}
      <div className={history.bar} role="status">
        {data ? <Text>{shared.found(data.total, data.exact)}</Text> : null}
        {isFetching ? <Loader size="sm" aria-label={shared.loading} /> : null}
      </div>
      {data ? <Found incidents={data.incidents} none={addressOf(filter, after) === "" ? w.first : w.none} /> : null}
      <div className={history.bar}>
        {after ? <Anchor component={Link} href={`/incidents${addressOf(filter)}`}>{shared.first}</Anchor> : null}
        {data?.next ? <Anchor component={Link} href={`/incidents${addressOf(filter, data.next)}`}>{shared.more}</Anchor> : null}
      </div>
    </>
  );
}

function Found({ incidents, none }: { incidents: readonly components["schemas"]["IncidentShown"][]; none: string }) {
  const w = useIncidentWords();
  const { incidentStatus } = useWorkWords();
  const [category, agency] = [useCategories(), useAgencies()];
  if (incidents.length === 0) return <Text>{none}</Text>;
  return (
    <table className={history.table}>
      <thead><tr>{Object.entries(w.columns).map(([name, title]) => <th key={name} scope="col">{title}</th>)}</tr></thead>
      <tbody>
        {incidents.map((each) => (
          <tr key={each.id} data-incident={each.id}>
            <td className={history.number}><Anchor component={Link} href={`/incidents/${each.id}`}>{each.number}</Anchor></td>
            <td className={history.number}>{dayAndTime(each.opened_at)}</td>
            <td>{category(each.category)}</td>
            <td className={history.words}>{placeOf(each.place) || w.unknown}</td>
            <td>{incidentStatus[each.status]}</td>
            <td>{each.dispatches.map((dispatch) => agency(dispatch.agency)).join(", ") || w.unknown}</td>
            <td className={history.number} data-label={w.columns.closed}>{each.closed_at ? dayAndTime(each.closed_at) : w.unknown}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

export function placeOf(place: components["schemas"]["PlaceView"]): string {
  return [place.landmark, place.text, place.kelurahan_name ?? place.kelurahan].filter(Boolean).join(", ");
}
