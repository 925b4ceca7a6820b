/** All legal holds: a supervisor sees them, an administrator releases one. */
import { Alert, Anchor, Button, Checkbox, Text, Title } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Link } from "wouter";
import { api, got, once } from "../../shared/api/client";
import type { components } from "../../shared/api/openapi";
import { explain } from "../../shared/api/problem";
import { useMe } from "../../shared/session/session";
import { dayAndTime } from "../../shared/time";
import history from "../history/History.module.css";
import { useSupervisorWords } from "../words";
import { HOLDS_KEY } from "./keys";
import { Why } from "./Why";
import { useHoldWords } from "./words";

type Hold = components["schemas"]["HoldView"];
const MOST = 500;

export function Holds() {
  const w = useHoldWords();
  const shared = useSupervisorWords();
  const me = useMe();
  const [released, setReleased] = useState(false);
  const { data, error } = useQuery({
    queryKey: [HOLDS_KEY, released], queryFn: () => got(api.GET("/api/v1/holds", { params: { query: { released, limit: MOST } } })),
  });
  return (
    <>
      <Title order={1} size="h3" mb="sm">{w.title}</Title>
      <Text mb="sm">{w.help} {me.role === "admin" ? "" : w.toReleaseAsk}</Text>
      <Checkbox label={w.released} checked={released} onChange={(event) => { setReleased(event.target.checked); }} mb="md" />
      {error ? <Alert color="red" variant="outline" role="alert">{explain(error)}</Alert> : null}
      {data?.holds.length === 0 ? <Text>{w.none}</Text> : null}
      {data?.holds.length ? (
        <table className={history.table}>
          <thead><tr>{Object.entries(w.columns).map(([name, title]) => <th key={name} scope="col">{title}</th>)}</tr></thead>
          <tbody>{data.holds.map((hold) => <Row key={hold.id} hold={hold} mayRelease={me.role === "admin"} />)}</tbody>
        </table>
      ) : null}
      {data?.next ? <Text>{shared.found(data.total, data.exact)}</Text> : null}
    </>
  );
}

function Row({ hold, mayRelease }: { hold: Hold; mayRelease: boolean }) {
  const w = useHoldWords();
  const queries = useQueryClient();
  const [asked, setAsked] = useState(false);
  const release = async (reason: string, key: string): Promise<void> => {
    const params = { path: { id: hold.id }, header: once(key) };
    await got(api.POST("/api/v1/holds/{id}/release", { params, body: { reason } }));
    await queries.invalidateQueries({ queryKey: [HOLDS_KEY] });
  };
  const [what, href] = hold.call_id ? [w.call, `/calls/${hold.call_id}`] : [w.incident, `/incidents/${hold.incident_id ?? ""}`];
  return (
    <tr data-hold={hold.id}>
      <td><Anchor component={Link} href={href}>{what} …{href.slice(-6)}</Anchor></td>
      <td className={history.number}>{dayAndTime(hold.placed_at)}</td>
      <td>{hold.placed_by}</td>
      <td className={history.words}>{hold.reason}</td>
      <td>
        {hold.released_at ? `${dayAndTime(hold.released_at)}, ${hold.released_by ?? ""}: ${hold.release_reason ?? ""}` : w.inForce}{" "}
        {mayRelease && !hold.released_at ? (
          <Button variant="default" size="compact-sm" aria-label={w.releaseOf(`${what} …${href.slice(-6)}`)} onClick={() => { setAsked(true); }}>{w.release}</Button>
        ) : null}
        {asked ? <Why title={w.releaseTitle} yes={w.releaseYes} work={release} close={() => { setAsked(false); }} /> : null}
      </td>
    </tr>
  );
}
