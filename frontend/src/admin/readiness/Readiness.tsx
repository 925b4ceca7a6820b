/** Readiness: what `ct112 doctor` finds, and the remedy of each. */
import { Alert, Button, Group, Stack, Text, Title } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { api, got } from "../../shared/api/client";
import type { components } from "../../shared/api/openapi";
import { explain } from "../../shared/api/problem";
import { dayAndTime } from "../../shared/time";
import { List } from "../common/List";
import { useLanguage } from "../../shared/words/words";
import { detailOf, nameOf, remedyOf, type Said } from "./catalogue";
import { useReadinessWords } from "./words";

type Readiness = components["schemas"]["Readiness"];
type Check = Readiness["checks"][number];
type Sign = "good" | "maybe" | "bad" | "unasked";

const KEY = ["admin", "readiness"];
const EVERY_MS = 1_000; // while it runs
const SIGNS: Record<Sign, string> = { bad: "✗", maybe: "!", unasked: "–", good: "✓" };
const ORDER = Object.keys(SIGNS) as readonly Sign[];

export function signOf({ ok, asked }: Check): Sign {
  if (!asked) return "unasked";
  if (ok === null) return "maybe";
  return ok ? "good" : "bad";
}

export default function ReadinessPage() {
  const w = useReadinessWords();
  const language = useLanguage();
  const queries = useQueryClient();
  const { data, error, refetch } = useQuery({
    queryKey: KEY,
    queryFn: () => got(api.GET("/api/v1/readiness")),
    refetchInterval: (query) => (query.state.data?.running ? EVERY_MS : false),
  });
  const examine = async (): Promise<void> => {
    try {
      queries.setQueryData<Readiness>(KEY, await got(api.POST("/api/v1/readiness")));
    } catch {
      await refetch(); // it says what is wrong
    }
  };
  const count = (sign: Sign): number => data?.checks.filter((check) => signOf(check) === sign).length ?? 0;
  const checks = data?.at ? [...data.checks].sort((one, other) => ORDER.indexOf(signOf(one)) - ORDER.indexOf(signOf(other))) : [];
  return (
    <Stack>
      <div>
        <Title order={1} size="h2">{w.title}</Title>
        <Text maw="44rem">{w.lead}</Text>
      </div>
      <Group>
        <Button onClick={() => void examine()} loading={data?.running ?? false}>{w.examine}</Button>
        <Text role="status">{data?.running ? w.running : data?.at ? `${w.at(dayAndTime(data.at))}: ${w.counts(count("good"), count("maybe"), count("bad"))}` : ""}</Text>
      </Group>
      {error && data ? <Alert color="red" variant="outline" role="alert">{explain(error)}</Alert> : null}
      {data?.trouble ? <Alert color="red" variant="outline" role="alert">{w.trouble}</Alert> : null}
      {data?.at && count("bad") === 0 ? <Text fw={600}>✓ {w.ready}</Text> : null}
      <List things={data ? checks : undefined} error={error} again={() => void refetch()} id={(one) => one.name} empty={w.never} columns={[
        { title: w.state, cell: (one) => `${SIGNS[signOf(one)]} ${w.signs[signOf(one)]}` },
        { title: w.check, cell: (one) => <InWords said={nameOf(one.name, language)} />, text: (one) => nameOf(one.name, language).text },
        { title: w.detail, cell: (one) => <InWords said={detailOf(one.detail, language)} />, text: (one) => detailOf(one.detail, language).text },
        { title: w.remedy, cell: (one) => <InWords said={remedyOf(one.remedy, language)} />, text: (one) => remedyOf(one.remedy, language).text },
      ]} />
    </Stack>
  );
}

/** What has no words in the reader's language yet is marked as English, for who hears the page. */
function InWords({ said: { text, known } }: { said: Said }) {
  return <span {...(known ? {} : { lang: "en" })}>{text}</span>;
}
