/** Who was asked to act, how far they are, and by which ways they were told. */
import { Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api, got } from "../../shared/api/client";
import type { components } from "../../shared/api/openapi";
import { explain } from "../../shared/api/problem";
import { clock, dayAndTime } from "../../shared/time";
import history from "../history/History.module.css";
import { useAgencies } from "../work/names";
import { useWorkWords } from "../work/words";
import { useIncidentWords } from "./words";

type Dispatch = components["schemas"]["DispatchOf"];

export function Agencies({ of }: { of: readonly Dispatch[] }) {
  const w = useIncidentWords();
  return of.length === 0 ? <Text>{w.noAgencies}</Text> : of.map((dispatch) => <One key={dispatch.id} dispatch={dispatch} />);
}

function One({ dispatch }: { dispatch: Dispatch }) {
  const w = useIncidentWords();
  const { status } = useWorkWords();
  const agency = useAgencies();
  const [open, setOpen] = useState(false);
  const state = Object.hasOwn(status, dispatch.status) ? status[dispatch.status as keyof typeof status] : dispatch.status;
  return (
    <details data-agency={dispatch.agency} onToggle={(event) => { setOpen(event.currentTarget.open); }}>
      <summary><b>{agency(dispatch.agency)}</b> {state}, {dayAndTime(dispatch.changed_at)}{dispatch.reason ? `: ${dispatch.reason}` : ""}</summary>
      {dispatch.what ? <Text>{dispatch.what}</Text> : null}
      <Text size="sm" c="dimmed">{w.tried}</Text>
      {open ? <Deliveries id={dispatch.id} /> : null}
    </details>
  );
}

function Deliveries({ id }: { id: string }) {
  const w = useIncidentWords();
  const { data, error } = useQuery({
    queryKey: ["deliveries", id], queryFn: () => got(api.GET("/api/v1/dispatches/{id}/deliveries", { params: { path: { id } } })),
  });
  if (error) return <Text role="alert">{explain(error)}</Text>;
  return (
    <ul>
      {data?.deliveries.map((each) => (
        <li key={each.id} className={history.words}>
          {clock(each.created_at)} {each.way} ({each.telling}): {each.outcome ?? each.state}, {w.attempts(each.attempts)}
        </li>
      ))}
    </ul>
  );
}
