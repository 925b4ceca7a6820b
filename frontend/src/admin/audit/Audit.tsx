/** The audit: searched, paged, downloaded. */
import { Alert, Button, Group, Stack, Text, TextInput, Title } from "@mantine/core";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { type SyntheticEvent, useState } from "react";
import { api, got } from "../../shared/api/client";
import type { components } from "../../shared/api/openapi";
import { explain, fieldErrors } from "../../shared/api/problem";
import { dayAndTime } from "../../shared/time";
import { csv, download } from "../common/csv";
import type { Labels } from "../common/fields";
import { Missing, Rows } from "../common/List";
import { fromLocal } from "../../shared/days";
import classes from "../common/common.module.css";
import { useCommonWords } from "../common/words";
import { useAuditWords } from "./words";

type Row = components["schemas"]["AuditView"];

const ALL = { actor: "", action: "", object_kind: "", object_id: "", since: "", until: "" };
type Filter = typeof ALL;
const NAMES = Object.keys(ALL) as (keyof Filter)[];
const TIMES: readonly string[] = ["since", "until"];
const PAGE = 50;
const MOST_ROWS = 10_000; // of a CSV

function ask(filter: Filter, limit: number, after: string | undefined) {
  const wanted = NAMES.filter((name) => filter[name] !== "").map((name) => [name, TIMES.includes(name) ? fromLocal(filter[name]) : filter[name].trim()] as const);
  const query = { limit, ...Object.fromEntries(wanted), ...(after === undefined ? {} : { after }) };
  return got(api.GET("/api/v1/audit", { params: { query } }));
}

export default function Audit() {
  const w = useAuditWords();
  const [filter, setFilter] = useState(ALL);
  return (
    <Stack>
      <div>
        <Title order={1} size="h2">{w.title}</Title>
        <Text maw="44rem">{w.lead}</Text>
      </div>
      <Found key={JSON.stringify(filter)} filter={filter} setFilter={setFilter} />
    </Stack>
  );
}

interface FoundProps {
  readonly filter: Filter;
  readonly setFilter: (filter: Filter) => void;
}

function Found({ filter, setFilter }: FoundProps) {
  const w = useAuditWords();
  const common = useCommonWords();
  const [pages, setPages] = useState<readonly (string | undefined)[]>([undefined]);
  const after = pages.at(-1);
  const { data, error, refetch } = useQuery({ queryKey: ["admin", "audit", filter, after], queryFn: () => ask(filter, PAGE, after), placeholderData: keepPreviousData });
  return (
    <>
      <Search filter={filter} setFilter={setFilter} errors={fieldErrors(error)} />
      {data === undefined ? <Missing error={error} again={() => void refetch()} /> : (
        <>
          <Group>
            <Text role="status">{w.total(data.total, data.exact)}</Text>
            <Download filter={filter} />
          </Group>
          {data.rows.length === 0 ? <Text className={classes.empty}><b>{w.empty.title}.</b> {w.empty.text}</Text> : <Table rows={data.rows} />}
          <Group component="nav" aria-label={common.pages}>
            <Button variant="default" size="compact-sm" disabled={pages.length === 1} onClick={() => { setPages(pages.slice(0, -1)); }}>{common.previous}</Button>
            <Button variant="default" size="compact-sm" disabled={data.next === null} onClick={() => { setPages([...pages, data.next ?? undefined]); }}>{common.next}</Button>
          </Group>
        </>
      )}
    </>
  );
}

function Search({ filter, setFilter, errors }: FoundProps & { errors: Readonly<Record<string, string>> }) {
  const w = useAuditWords();
  const labels: Labels<Filter> = w.fields;
  const [draft, setDraft] = useState(filter);
  const submit = (event: SyntheticEvent): void => {
    event.preventDefault();
    setFilter(draft);
  };
  return (
    <form onSubmit={submit}>
      <Group align="flex-end">
        {NAMES.map((name) => (
          <TextInput key={name} name={name} label={w.fields[name].label} description={labels[name].help} error={errors[name]}
            type={TIMES.includes(name) ? "datetime-local" : "text"} autoComplete="off" value={draft[name]} onChange={(event) => { setDraft({ ...draft, [name]: event.target.value }); }} />
        ))}
        <Button type="submit">{w.search}</Button>
        <Button variant="default" onClick={() => { setFilter(ALL); }}>{w.clear}</Button>
      </Group>
    </form>
  );
}

function detail(row: Row): string {
  const known = [row.detail, row.personal ?? {}].filter((each) => Object.keys(each).length > 0);
  return known.map((each) => JSON.stringify(each)).join(" ");
}

function Table({ rows }: { rows: readonly Row[] }) {
  const w = useAuditWords();
  return (
    <Rows things={rows} id={(row) => String(row.id)} columns={[
      { title: w.at, cell: (row) => dayAndTime(row.at) },
      { title: w.fields.actor.label, cell: (row) => row.actor },
      { title: w.role, cell: (row) => row.role },
      { title: w.fields.action.label, cell: (row) => row.action },
      { title: w.object, cell: (row) => [row.object_kind, row.object_id].filter(Boolean).join(" ") },
      { title: w.detail, cell: (row) => (row.personal === null ? `${detail(row)} (${w.erased})` : detail(row)) },
      { title: w.seq, cell: (row) => row.seq ?? w.unsealed },
    ]} />
  );
}

/** All that fits, page after page; what is many is cut and says so. */
function Download({ filter }: { filter: Filter }) {
  const w = useAuditWords();
  const [said, setSaid] = useState("");
  const [problem, setProblem] = useState<unknown>(null);
  const fetchAll = async (): Promise<void> => {
    const rows: Row[] = [];
    let after: string | undefined;
    do {
      const page = await ask(filter, 500, after);
      rows.push(...page.rows);
      after = page.next ?? undefined;
      setSaid(w.csvBusy(rows.length));
    } while (after !== undefined && rows.length < MOST_ROWS);
    setSaid(after === undefined ? "" : w.csvCut(rows.length));
    const head = ["id", "seq", "at", "actor", "role", "action", "object_kind", "object_id", "detail", "personal"] as const;
    download("audit.csv", csv(head, rows.map((row) => head.map((name) => row[name]))));
  };
  const start = (): void => {
    setProblem(null);
    fetchAll().catch((error: unknown) => { setProblem(error); setSaid(""); });
  };
  return (
    <>
      <Button variant="default" size="compact-sm" onClick={start}>{w.csv}</Button>
      <Text role="status" size="sm">{said}</Text>
      {problem ? <Alert color="red" variant="outline" role="alert">{explain(problem)}</Alert> : null}
    </>
  );
}
