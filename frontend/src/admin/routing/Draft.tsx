/** A draft: what is wrong with it, and publishing it. */
import { Alert, Button, Group, List, Text, TextInput, Title } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { type SyntheticEvent, useState } from "react";
import { api, got, ifMatch, newKey, once } from "../../shared/api/client";
import { explain, Problem } from "../../shared/api/problem";
import { AskButton } from "../common/Ask";
import { DraftChanges } from "./Cards";
import type { Kept } from "./draft";
import { useRoutingWords } from "./words";

const PAUSE_MS = 400; // while somebody types nothing is asked

interface DraftProps {
  readonly kept: Kept;
  readonly inForce: string;
  readonly discard: () => void;
  /** It goes on, on what is in force now: somebody else has published. */
  readonly again: () => Promise<void>;
  readonly published: (number: number) => void;
}

export async function publish(number: number, note: string, on: number): Promise<void> {
  const params = { path: { number }, header: ifMatch(on) };
  await got(api.POST("/api/v1/routing/versions/{number}/publish", { params, body: { note } }));
}

export function Draft({ kept, inForce, discard, again, published }: DraftProps) {
  const { draft: w } = useRoutingWords();
  const [note, setNote] = useState("");
  const [problem, setProblem] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const submit = async (event: SyntheticEvent): Promise<void> => {
    event.preventDefault();
    setBusy(true);
    setProblem(null);
    try {
      const body = { source_yaml: kept.text, note };
      const { number } = await got(api.POST("/api/v1/routing/versions", { params: { header: once(newKey()) }, body }));
      await publish(number, note, kept.on);
      published(number);
    } catch (error) {
      setProblem(error);
      if (isStale(error)) await again().catch(setProblem);
      setBusy(false);
    }
  };
  return (
    <Alert color="blue" variant="outline" component="section" aria-label={w.title}>
      <Title order={2} size="h5">{w.title}</Title>
      <Text size="sm" mb="xs">{w.text}</Text>
      <Problems text={kept.text} />
      <DraftChanges before={inForce} after={kept.text} />
      <form onSubmit={(event) => void submit(event)}>
        <Group align="flex-end" mt="sm">
          <TextInput label={w.note} name="note" required value={note} onChange={(event) => { setNote(event.target.value); }} />
          <Button type="submit" loading={busy}>{w.publish}</Button>
          <AskButton label={w.discard} title={w.discard} ends={w.discardAsk} act={() => { discard(); return Promise.resolve(); }} />
        </Group>
      </form>
      {problem ? <Text role="alert" c="var(--mantine-color-error)" mt="xs">{isStale(problem) ? w.stale : explain(problem)}</Text> : null}
    </Alert>
  );
}

function isStale(error: unknown): boolean {
  return error instanceof Problem && error.kind === "stale";
}

/** What publishing would say, while it is written. */
function Problems({ text }: { text: string }) {
  const { draft: w } = useRoutingWords();
  const [settled] = useDebouncedValue(text, PAUSE_MS);
  const { data, error } = useQuery({
    queryKey: ["admin", "routing", "check", settled],
    queryFn: () => got(api.POST("/api/v1/routing/check", { body: { source_yaml: settled } })),
    placeholderData: keepPreviousData,
    gcTime: 0,
  });
  if (error) return <Text role="alert">{explain(error)}</Text>;
  if (data === undefined) return <Text role="status">{w.checking}</Text>;
  if (data.problems.length === 0) return <Text role="status">✓ {w.good}</Text>;
  return (
    <div role="status">
      <List size="sm">
        {data.problems.map((each) => (
          <List.Item key={`${each.line ?? 0} ${each.message}`}>
            <b>{each.fatal ? `✗ ${w.fatal}` : `! ${w.warning}`}</b>: {w.line(each.line)}<span lang="en">{each.message}: {each.remedy}</span>
          </List.Item>
        ))}
      </List>
    </div>
  );
}
