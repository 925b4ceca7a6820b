/** The supervisor's screen: the room as it is, and as it was. */
import { Text } from "@mantine/core";
import { Link, Route, Switch, useLocation } from "wouter";
import { Clock } from "../shared/now";
import { Floor } from "./floor/Floor";
import { CallPage } from "./history/CallPage";
import { Calls } from "./history/Calls";
import { Reports } from "./reports/Reports";
import { Holds } from "./holds/Holds";
import { IncidentHistory } from "./incidents/History";
import { IncidentPage } from "./incidents/IncidentPage";
import { Log } from "./log/Log";
import classes from "./Supervisor.module.css";
import { useSupervisorWords } from "./words";

type Part = keyof ReturnType<typeof useSupervisorWords>["nav"];

const PARTS: Readonly<Partial<Record<Part, string>>> = { floor: "/", calls: "/calls", incidents: "/incidents", log: "/log", reports: "/reports", holds: "/holds" };

export default function Supervisor() {
  const w = useSupervisorWords();
  return (
    <Clock>
      <Parts />
      <Switch>
        <Route path="/"><Floor /></Route>
        <Route path="/calls"><Calls /></Route>
        <Route path="/calls/:id">{({ id }) => <CallPage key={id} id={id} />}</Route>
        <Route path="/incidents"><IncidentHistory /></Route>
        <Route path="/incidents/:id">{({ id }) => <IncidentPage key={id} id={id} />}</Route>
        <Route path="/log"><Log /></Route>
        <Route path="/holds"><Holds /></Route>
        <Route path="/reports"><Reports /></Route>
        <Route><Text>{w.noSuch}</Text></Route>
      </Switch>
    </Clock>
  );
}

function Parts() {
  const w = useSupervisorWords();
  const [path] = useLocation();
  return (
    <nav className={classes.nav} aria-label={w.parts}>
      {(Object.entries(PARTS) as [Part, string][]).map(([part, to]) => {
        const here = to === "/" ? path === "/" : path.startsWith(to);
        return <Link key={part} href={to} aria-current={here ? "page" : undefined}>{w.nav[part]}</Link>;
      })}
    </nav>
  );
}
