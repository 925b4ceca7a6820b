/** The work under way: what came to the supervisor because nobody answered, alerts, open incidents with who was asked. */
import { Alert, Anchor, Text } from "@mantine/core";
import { Link } from "wouter";
import { useLivePart } from "../../shared/live/live";
import { useWork, useWorkPart, type WorkThing } from "../../shared/live/work";
import { secondsSince, useNow } from "../../shared/now";
import { duration } from "../../shared/time";
import { Box } from "../floor/Box";
import classes from "../floor/Floor.module.css";
import { useAgencies, useCategories } from "./names";
import { Summons } from "./Summons";
import { useWorkWords } from "./words";

type Incident = WorkThing<"incidents">;
type Dispatch = WorkThing<"dispatches">;

/** Whether a dispatch came to the supervisor: nobody of the agency was found, or somebody there declined. */
export function needsSupervisor(dispatch: Dispatch): boolean {
  return dispatch.escalated_at !== null || dispatch.status === "declined";
}

export function Needs() {
  const w = useWorkWords();
  const dispatches = [...useWorkPart("dispatches").values()].filter(needsSupervisor);
  const incidents = useWorkPart("incidents");
  const agency = useAgencies();
  const category = useCategories();
  const now = useNow();
  const calling = [...useLivePart("positions").values()].filter(({ summoned_at }) => summoned_at);
  const waits = dispatches.length + calling.length;
  if (waits === 0) return null;
  return (
    <Box title={w.needs} count={waits}>
      <ul className={classes.rows}>
        {calling.map((position) => <Summons key={position.position} position={position} />)}
        {dispatches.map((dispatch) => {
          const incident = incidents.get(dispatch.incident_id);
          return (
            <li key={dispatch.id} className={classes.row} data-dispatch={dispatch.id}>
              <div className={classes.facts}>
                <b className={classes.late}>{w.nobody(agency(dispatch.agency))}</b>
                <span className={classes.time}>{w.asked(duration(secondsSince(dispatch.asked_at, now)))}</span>
                <Anchor component={Link} href={`/incidents/${dispatch.incident_id}`}>
                  {incident ? `${incident.number} ${category(incident.category)}` : dispatch.incident_id}
                </Anchor>
                <span className={classes.dim}>{dispatch.reason ?? w.status[dispatch.status]}</span>
              </div>
            </li>
          );
        })}
      </ul>
    </Box>
  );
}

export function Alerts() {
  const w = useWorkWords();
  const alerts = [...useWorkPart("alerts").values()].sort((a, b) => b.last_at.localeCompare(a.last_at));
  const now = useNow();
  return (
    <Box title={w.alerts} count={alerts.length}>
      {alerts.length === 0 ? <Text>{w.noAlerts}</Text> : null}
      <ul className={classes.rows}>
        {alerts.map((alert) => (
          <li key={alert.id} className={classes.row}>
            <div className={classes.facts}>
              <span className={classes.name}>{alert.kind}</span>
              <span>{alert.place_text ?? alert.source ?? ""}</span>
              <span className={classes.time}>{duration(secondsSince(alert.last_at, now))}</span>
              <span className={classes.dim}>{w.times(alert.times)}, {alert.taken_by ? w.taken(alert.taken_by) : w.untaken}</span>
            </div>
          </li>
        ))}
      </ul>
    </Box>
  );
}

export function Incidents() {
  const w = useWorkWords();
  const { value, state } = useWork();
  const incidents = [...useWorkPart("incidents").values()].sort((a, b) => a.priority - b.priority || a.opened_at.localeCompare(b.opened_at));
  const dispatches = [...useWorkPart("dispatches").values()];
  return (
    <Box title={w.incidents} count={incidents.length}>
      {state === "database-away" || value?.old_since ? <Alert color="yellow" variant="outline" mb="xs">{w.old}</Alert> : null}
      {incidents.length === 0 ? <Text>{w.noIncidents}</Text> : null}
      <ul className={classes.rows}>
        {incidents.map((each) => <Row key={each.id} incident={each} dispatches={dispatches.filter(({ incident_id }) => incident_id === each.id)} />)}
      </ul>
      {value?.cut ? <Text size="sm" c="dimmed">{w.cut}</Text> : null}
    </Box>
  );
}

function Row({ incident, dispatches }: { incident: Incident; dispatches: readonly Dispatch[] }) {
  const w = useWorkWords();
  const category = useCategories();
  const agency = useAgencies();
  const now = useNow();
  return (
    <li className={classes.row} data-incident={incident.id}>
      <div className={classes.facts}>
        <Anchor component={Link} href={`/incidents/${incident.id}`} className={classes.name}>{incident.number}</Anchor>
        <b>{category(incident.category)}</b>
        <span className={classes.time}>{duration(secondsSince(incident.opened_at, now))}</span>
        <span className={classes.dim}>{w.priority(incident.priority)}</span>
        <span>{incident.landmark ?? incident.place_text ?? incident.kelurahan ?? w.noPlace}</span>
      </div>
      <div className={`${classes.facts} ${classes.said}`}>
        {dispatches.length === 0 ? <span className={classes.late}>{w.noDispatch}</span> : null}
        {dispatches.map((each) => (
          <span key={each.id} data-agency={each.agency}>
            <b>{agency(each.agency)}</b>{" "}
            {needsSupervisor(each) ? <span className={classes.late}>{w.escalated}</span> : w.status[each.status]}
          </span>
        ))}
      </div>
    </li>
  );
}
