/** One call: every fact of it in words, its record, its incidents. */
import { Alert, Anchor, Loader, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "wouter";
import { api, got } from "../../shared/api/client";
import { explain } from "../../shared/api/problem";
import { ClassSign } from "../../shared/signs/Signs";
import { dayAndTime } from "../../shared/time";
import { Box } from "../floor/Box";
import { HoldOf } from "../holds/HoldOf";
import { useHoldWords } from "../holds/words";
import { useSupervisorWords } from "../words";
import classes from "./History.module.css";
import { IncidentsOf } from "./IncidentsOf";
import { RecordOf } from "./RecordOf";
import { Timeline } from "./Timeline";
import { useHistoryWords } from "./words";

export function CallPage({ id }: { id: string }) {
  const w = useHistoryWords();
  const shared = useSupervisorWords();
  const holds = useHoldWords();
  const { data: call, error } = useQuery({
    queryKey: ["call", id], queryFn: () => got(api.GET("/api/v1/calls/{id}", { params: { path: { id } } })),
  });
  if (!call) {
    return (
      <>
        <Title order={1} size="h3" mb="sm">{w.title}</Title>
        {error ? <Alert color="red" variant="outline" role="alert">{explain(error)}</Alert> : <Loader aria-label={shared.loading} />}
        <Anchor component={Link} href="/calls">{w.back}</Anchor>
      </>
    );
  }
  return (
    <>
      <div className={classes.head}>
        <Title order={1} size="h3">{w.call(dayAndTime(call.arrived_at))}</Title>
        <ClassSign of={call.service_class} />
        <b>{call.ani ?? w.noNumber}</b>
        <span>{call.outcome ? w.outcomes[call.outcome] : w.underWay}</span>
      </div>
      <div className={classes.two}>
        <Box title={w.timeline} count={call.facts.length}><Timeline facts={call.facts} from={call.arrived_at} /></Box>
        <div className={classes.sections}>
          <Box title={w.record}><RecordOf call={call} /></Box>
          <Box title={holds.title}><HoldOf of={{ call_id: id }} /></Box>
          <Box title={w.incidents}><IncidentsOf call={id} /></Box>
        </div>
      </div>
    </>
  );
}
