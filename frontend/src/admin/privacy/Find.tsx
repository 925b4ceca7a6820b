/** What is kept about a number, and erasing it. */
import { Alert, Button, Group, Stack, Text, TextInput, Title } from "@mantine/core";
import { type SyntheticEvent, useState } from "react";
import { api, got, newKey, once } from "../../shared/api/client";
import type { components } from "../../shared/api/openapi";
import { explain, fieldErrors } from "../../shared/api/problem";
import { dayAndTime } from "../../shared/time";
import { AskButton } from "../common/Ask";
import { Rows } from "../common/List";
import { Seen } from "./Seen";
import { usePrivacyWords } from "./words";

type Subject = components["schemas"]["SubjectView"];
type Found = Subject["found"][number];

export function Find() {
  const { find: w } = usePrivacyWords();
  const [number, setNumber] = useState("");
  const [found, setFound] = useState<{ number: string; subject: Subject; at: number } | null>(null);
  const [problem, setProblem] = useState<unknown>(null);
  const submit = async (event: SyntheticEvent): Promise<void> => {
    event.preventDefault();
    try {
      setFound({ number, subject: await got(api.GET("/api/v1/privacy/subject", { params: { query: { number } } })), at: Date.now() });
      setProblem(null);
    } catch (error) {
      setProblem(error);
      setFound(null);
    }
  };
  return (
    <Stack>
      <form onSubmit={(event) => void submit(event)}>
        <Group align="flex-end">
          <TextInput label={w.number} description={w.help} name="number" inputMode="tel" autoComplete="off" required value={number}
            error={problem ? (fieldErrors(problem).number ?? explain(problem)) : undefined} onChange={(event) => { setNumber(event.target.value); }} />
          <Button type="submit">{w.go}</Button>
        </Group>
      </form>
      {found ? <Known key={found.at} {...found} /> : null}
    </Stack>
  );
}

function Known({ number, subject }: { number: string; subject: Subject }) {
  const { find: w } = usePrivacyWords();
  if (subject.found.length === 0) return <Text role="status">{w.none}</Text>;
  const state = (one: Found): string => [one.held ? w.held : "", one.in_use ? w.inUse : ""].filter(Boolean).join(", ");
  return (
    <Stack role="status">
      <Title order={2} size="h4">{w.found}</Title>
      <Rows things={subject.found} id={(one) => `${one.table} ${one.key}`} columns={[
        { title: w.where, cell: (one) => one.table },
        { title: w.at, cell: (one) => dayAndTime(one.at) },
        { title: w.values, cell: (one) => one.values.map(({ column, value }) => `${column}: ${value}`).join("; ") },
        { title: w.state, cell: state },
      ]} />
      {subject.more.length ? <Text>{w.more(subject.more.join(", "))}</Text> : null}
      <Title order={2} size="h4">{w.seen}</Title>
      <Seen seen={subject.seen} />
      <Erase number={number} />
    </Stack>
  );
}

function Erase({ number }: { number: string }) {
  const { find: w } = usePrivacyWords();
  const [reason, setReason] = useState("");
  const [asked, setAsked] = useState(false);
  const [key] = useState(newKey);
  const erase = async (): Promise<void> => {
    await got(api.POST("/api/v1/erasures", { params: { header: once(key) }, body: { number, reason } }));
    setAsked(true);
  };
  if (asked) return <Alert variant="outline">{w.asked}</Alert>;
  return (
    <Group align="flex-end">
      <TextInput label={w.reason} description={w.reasonHelp} name="reason" required value={reason} w="24rem" maw="100%" onChange={(event) => { setReason(event.target.value); }} />
      {reason.trim() ? <AskButton label={w.erase} title={w.erase} ends={w.ends} act={erase} /> : null}
    </Group>
  );
}
