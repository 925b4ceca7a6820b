/** Which rule would fit, and why: for an incident as it might be. */
import { Alert, Button, Group, List, NativeSelect, Stack, Text, TextInput, Title } from "@mantine/core";
import { type SyntheticEvent, useState } from "react";
import { api, got } from "../../shared/api/client";
import type { components } from "../../shared/api/openapi";
import { explain } from "../../shared/api/problem";
import { fromLocal, toLocal } from "../../shared/days";
import { named, useNames } from "./names";
import { useRoutingWords } from "./words";

type Explanation = components["schemas"]["Explanation"];

const LEVELS = ["1", "2", "3", "4", "5", "6", "7", "8", "9"];

export function Explain() {
  const { explain: w } = useRoutingWords();
  const names = useNames();
  const [asked, setAsked] = useState({ category: "", area: "", at: toLocal(new Date().toISOString()), level: "1" });
  const [answer, setAnswer] = useState<Explanation | null>(null);
  const [problem, setProblem] = useState<unknown>(null);
  const category = asked.category || (names.categories[0]?.value ?? "");
  const submit = async (event: SyntheticEvent): Promise<void> => {
    event.preventDefault();
    const query = {
      category,
      alarm_level: Number(asked.level),
      ...(asked.area ? { kelurahan: asked.area } : {}),
      ...(asked.at ? { at: fromLocal(asked.at) } : {}),
    };
    try {
      setAnswer(await got(api.GET("/api/v1/routing/explain", { params: { query } })));
      setProblem(null);
    } catch (error) {
      setProblem(error);
      setAnswer(null);
    }
  };
  return (
    <Stack>
      <form onSubmit={(event) => void submit(event)}>
        <Group align="flex-end">
          <NativeSelect label={w.category} name="category" value={category} data={[...names.categories]}
            onChange={(event) => { setAsked({ ...asked, category: event.target.value }); }} />
          <NativeSelect label={w.area} name="area" value={asked.area} data={[{ value: "", label: w.unknown }, ...names.areas]}
            onChange={(event) => { setAsked({ ...asked, area: event.target.value }); }} />
          <TextInput type="datetime-local" label={w.at} name="at" value={asked.at} onChange={(event) => { setAsked({ ...asked, at: event.target.value }); }} />
          <NativeSelect label={w.level} name="level" value={asked.level} data={LEVELS} onChange={(event) => { setAsked({ ...asked, level: event.target.value }); }} />
          <Button type="submit">{w.ask}</Button>
        </Group>
      </form>
      {problem ? <Alert color="red" variant="outline" role="alert">{explain(problem)}</Alert> : null}
      {answer ? <Answer answer={answer} /> : null}
    </Stack>
  );
}

function Answer({ answer }: { answer: Explanation }) {
  const { explain: w } = useRoutingWords();
  const { agencies } = useNames();
  return (
    <Stack component="section" gap="xs" role="status">
      <Title order={2} size="h3">{answer.rule === null ? w.noRule : w.rule(answer.rule)}</Title>
      {answer.alarm ? <Text fw={600}>! {w.alarm}</Text> : null}
      <Text>{w.first}: <b>{named(agencies, answer.first) || w.nobody}</b></Text>
      <Text>{w.supporting}: <b>{named(agencies, answer.supporting) || w.nobody}</b></Text>
      <Said title={w.card} lines={answer.card.map((each) => `${named(agencies, [each.agency])}: ${each.what}`)} />
      <Said title={w.why} lines={answer.why} />
      <Said title={w.passed} lines={answer.passed_over.map((each) => `${each.rule}: ${each.why}`)} />
      <Text size="sm" c="dimmed">{w.when(answer.local_time, answer.routing_version)}</Text>
    </Stack>
  );
}

function Said({ title, lines }: { title: string; lines: readonly string[] }) {
  if (lines.length === 0) return null;
  return (
    <div>
      <Title order={3} size="h6">{title}</Title>
      <List>{lines.map((line) => <List.Item key={line}>{line}</List.Item>)}</List>
    </div>
  );
}
