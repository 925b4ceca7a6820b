/** The duty roster, a week at a time. */
import { Alert, Button, Group, Stack, Text, Title } from "@mantine/core";
import { keepPreviousData, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api, got, once } from "../../shared/api/client";
import type { components } from "../../shared/api/openapi";
import { useLanguage } from "../../shared/words/words";
import { Ask } from "../common/Ask";
import classes from "../common/common.module.css";
import { Form } from "../common/Form";
import { Missing } from "../common/List";
import { beginOf, dayOf, later, mondayOf } from "../../shared/days";
import { doubled, type Draft, duties, dutiesOf, hoursOf } from "./plan";
import roster from "./roster.module.css";
import { useRosterWords } from "./words";

type Duty = components["schemas"]["Duty"];

const KEY = ["admin", "roster"];
const DAYS = [0, 1, 2, 3, 4, 5, 6];

const list = (monday: string) => async (): Promise<readonly Duty[]> => {
  const query = { since: beginOf(monday), until: beginOf(later(monday, DAYS.length)) };
  return (await got(api.GET("/api/v1/roster", { params: { query } }))).duties;
};

export default function Roster() {
  const w = useRosterWords();
  const language = useLanguage();
  const [monday, setMonday] = useState(() => mondayOf(dayOf(new Date())));
  const { data, error, refetch } = useQuery({ queryKey: [...KEY, monday], queryFn: list(monday), placeholderData: keepPreviousData });
  const named = (day: string): string => new Intl.DateTimeFormat(language, { weekday: "short", day: "numeric", month: "short", timeZone: "UTC" }).format(new Date(`${day}T12:00:00Z`));
  return (
    <Stack>
      <div>
        <Title order={1} size="h2">{w.title}</Title>
        <Text>{w.lead}</Text>
      </div>
      <Group>
        <Button variant="default" onClick={() => { setMonday(later(monday, -7)); }}>{w.before}</Button>
        <Button variant="default" onClick={() => { setMonday(mondayOf(dayOf(new Date()))); }}>{w.now}</Button>
        <Button variant="default" onClick={() => { setMonday(later(monday, 7)); }}>{w.after}</Button>
        <Text fw={600} role="status">{w.week(named(monday), named(later(monday, 6)))}</Text>
      </Group>
      {data === undefined ? <Missing error={error} again={() => void refetch()} /> : (
        <>
          {data.length === 0 ? <Text className={classes.empty}><b>{w.empty.title}.</b> {w.empty.text}</Text> : null}
          {doubled(data).length ? <Alert color="yellow" variant="outline">{w.doubled(doubled(data).join(", "))}</Alert> : null}
          <Week duties={data} days={DAYS.map((at) => later(monday, at))} named={named} />
        </>
      )}
      <Planning key={monday} monday={monday} />
    </Stack>
  );
}

interface WeekProps {
  readonly duties: readonly Duty[];
  readonly days: readonly string[];
  readonly named: (day: string) => string;
}

function Week({ duties: all, days, named }: WeekProps) {
  const w = useRosterWords();
  const queries = useQueryClient();
  const [leaving, setLeaving] = useState<{ duty: Duty; said: string } | null>(null);
  const said = (one: Duty, day: string): string => `${hoursOf(one, day)} ${one.operator ?? w.people(one.people)}`;
  const cancel = async ({ id }: Duty): Promise<void> => {
    await got(api.DELETE("/api/v1/roster/{id}", { params: { path: { id } } }));
    await queries.invalidateQueries({ queryKey: KEY });
  };
  return (
    <ol className={roster.week}>
      {days.map((day) => {
        const there = dutiesOf(all, day);
        return (
          <li key={day}>
            <Title order={2} size="h6">{named(day)}</Title>
            {there.length === 0 ? <Text c="dimmed">{w.nobody}</Text> : null}
            {there.map((one) => (
              <Button key={one.id} variant="default" size="compact-sm" className={roster.duty} onClick={() => { setLeaving({ duty: one, said: said(one, day) }); }} aria-label={w.cancel(said(one, day))}>
                {said(one, day)}
              </Button>
            ))}
          </li>
        );
      })}
      {leaving ? (
        <Ask title={w.cancel(leaving.said)} ends={w.ends} yes={w.cancel("").split(":")[0] ?? ""} act={() => cancel(leaving.duty)} close={() => { setLeaving(null); }} />
      ) : null}
    </ol>
  );
}

function Planning({ monday }: { monday: string }) {
  const w = useRosterWords();
  const queries = useQueryClient();
  const [said, setSaid] = useState("");
  const [count, setCount] = useState(0);
  const { data } = useQuery({ queryKey: ["admin", "operators", "list"], queryFn: async () => (await got(api.GET("/api/v1/operators"))).operators });
  const today = dayOf(new Date());
  const start: Draft = { operator: "", people: 1, day: today > monday ? today : monday, start: "07:00", hours: 8, days: 1 };
  const save = async (draft: Draft, key: string): Promise<void> => {
    const { planned } = await got(api.POST("/api/v1/roster", { params: { header: once(key) }, body: { duties: duties(draft) } }));
    setSaid(w.planned(planned));
    setCount(count + 1);
    await queries.invalidateQueries({ queryKey: KEY });
  };
  return (
    <section aria-label={w.plan}>
      <Title order={2} size="h4" mb="xs">{w.plan}</Title>
      <Text role="status" fw={600}>{said}</Text>
      <Form<Draft, Draft> key={count} thing={null} start={start} toDraft={(same) => same} labels={w.fields} submit={w.plan} reread={() => Promise.resolve(start)}
        save={(draft, _, __, key) => save(draft, key)}
        fields={(f) => (
          <Group align="flex-end">
            {f.choice("operator", [{ value: "", label: w.anyone }, ...(data ?? []).filter((one) => one.active).map(({ name, full_name }) => ({ value: name, label: full_name || name }))])}
            {f.draft.operator === "" ? f.number("people") : null}
            {f.text("day", { type: "date" })}
            {f.text("start")}
            {f.number("hours")}
            {f.number("days")}
          </Group>
        )} />
    </section>
  );
}
