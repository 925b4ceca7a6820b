/** Who saw what in a span: what the notice of a breach needs. */
import { Alert, Button, Group, Stack, Text, TextInput } from "@mantine/core";
import { type SyntheticEvent, useState } from "react";
import { api, got } from "../../shared/api/client";
import type { components } from "../../shared/api/openapi";
import { explain } from "../../shared/api/problem";
import { csv, download } from "../common/csv";
import { fromLocal, toLocal } from "../../shared/days";
import { Seen } from "./Seen";
import { usePrivacyWords } from "./words";

type Report = components["schemas"]["BreachView"];

const DAY_MS = 86_400_000;

export function Breach() {
  const { breach: w } = usePrivacyWords();
  const [span, setSpan] = useState(() => ({ since: toLocal(new Date(Date.now() - DAY_MS).toISOString()), until: toLocal(new Date().toISOString()), actor: "" }));
  const [report, setReport] = useState<Report | null>(null);
  const [problem, setProblem] = useState<unknown>(null);
  const submit = async (event: SyntheticEvent): Promise<void> => {
    event.preventDefault();
    const query = { since: fromLocal(span.since), until: fromLocal(span.until), ...(span.actor ? { actor: span.actor.trim() } : {}) };
    try {
      setReport(await got(api.GET("/api/v1/privacy/breach", { params: { query } })));
      setProblem(null);
    } catch (error) {
      setProblem(error);
      setReport(null);
    }
  };
  return (
    <Stack>
      <Text fw={600}>{w.notice}</Text>
      <form onSubmit={(event) => void submit(event)}>
        <Group align="flex-end">
          {(["since", "until"] as const).map((name) => (
            <TextInput key={name} type="datetime-local" label={w[name]} name={name} value={span[name]} onChange={(event) => { setSpan({ ...span, [name]: event.target.value }); }} />
          ))}
          <TextInput label={w.actor} name="actor" value={span.actor} autoComplete="off" onChange={(event) => { setSpan({ ...span, actor: event.target.value }); }} />
          <Button type="submit">{w.go}</Button>
        </Group>
      </form>
      {problem ? <Alert color="red" variant="outline" role="alert">{explain(problem)}</Alert> : null}
      {report ? <Told report={report} /> : null}
    </Stack>
  );
}

function Told({ report }: { report: Report }) {
  const { breach: w } = usePrivacyWords();
  const save = (): void => {
    const head = ["actor", "role", "action", "object_kind", "times", "things", "first_at", "last_at"] as const;
    download("breach.csv", csv(head, report.seen.map((one) => head.map((name) => one[name]))));
  };
  return (
    <Stack role="status">
      <Text>{report.sealed ? w.sealed : `! ${w.unsealed}`}</Text>
      <Text>{w.counts(report.numbers, report.calls.length, report.incidents.length, report.lists)}</Text>
      {report.seen.length ? <><Seen seen={report.seen} /><div><Button variant="default" onClick={save}>{w.csv}</Button></div></> : <Text>{w.none}</Text>}
    </Stack>
  );
}
