/** Places: a city's files are taken in, and the search is tried. */
import { Alert, Button, Checkbox, FileInput, Group, NativeSelect, Progress, Stack, Text, TextInput, Title } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { type SyntheticEvent, useState } from "react";
import { api, got } from "../../shared/api/client";
import type { components } from "../../shared/api/openapi";
import { explain } from "../../shared/api/problem";
import { dayAndTime } from "../../shared/time";
import { List, Rows } from "../common/List";
import { type Import, LARGEST, upload } from "./upload";
import { usePlaceWords } from "./words";

const KEY = ["admin", "imports"];
const EVERY_MS = 1_000; // while one is under way
const KINDS = ["areas", "area_names", "names"] as const;

const running = (one: Import): boolean => one.ended_at === null && one.step !== "broken";
const list = async (): Promise<readonly Import[]> => (await got(api.GET("/api/v1/place-imports"))).imports;

export default function Places() {
  const w = usePlaceWords();
  return (
    <Stack>
      <div>
        <Title order={1} size="h2">{w.title}</Title>
        <Text maw="44rem">{w.lead}</Text>
      </div>
      <Take />
      <Imports />
      <Try />
    </Stack>
  );
}

function Take() {
  const w = usePlaceWords();
  const queries = useQueryClient();
  const [kind, setKind] = useState<Import["kind"]>("areas");
  const [file, setFile] = useState<File | null>(null);
  const [mend, setMend] = useState(false);
  const [said, setSaid] = useState("");
  const [busy, setBusy] = useState(false);
  const submit = async (event: SyntheticEvent): Promise<void> => {
    event.preventDefault();
    if (file === null) { setSaid(w.choose); return; }
    if (file.size > LARGEST) { setSaid(w.tooLarge); return; }
    setSaid("");
    setBusy(true);
    try {
      await upload(kind, file, mend);
      setFile(null);
      await queries.invalidateQueries({ queryKey: KEY });
    } catch (error) {
      setSaid(explain(error));
    } finally {
      setBusy(false);
    }
  };
  return (
    <form onSubmit={(event) => void submit(event)}>
      <Stack maw="44rem" gap="sm">
        <NativeSelect label={w.kind} name="kind" value={kind} data={KINDS.map((each) => ({ value: each, label: w.kinds[each] }))}
          onChange={(event) => { setKind(event.target.value as Import["kind"]); }} />
        <FileInput label={w.file} description={w.fileHelp} name="file" id="file" value={file} onChange={setFile} placeholder={w.pick}
          accept={kind === "areas" ? ".geojson,.json" : ".csv"} />
        {kind === "areas" ? <Checkbox label={w.mend} description={w.mendHelp} checked={mend} onChange={(event) => { setMend(event.target.checked); }} /> : null}
        {said ? <Alert color="red" variant="outline" role="alert">{said}</Alert> : null}
        <Group><Button type="submit" loading={busy}>{w.take}</Button><Text role="status">{busy ? w.sending : ""}</Text></Group>
      </Stack>
    </form>
  );
}

function Imports() {
  const w = usePlaceWords();
  const { data, error, refetch } = useQuery({
    queryKey: KEY,
    queryFn: list,
    refetchInterval: (query) => (query.state.data?.some(running) ? EVERY_MS : false),
  });
  const now = data?.find(running);
  const state = (one: Import): string => {
    if (one.step === "done") return [`✓ ${w.steps.done}: ${w.result(one.added, one.changed, one.same)}`, one.mended.length ? w.mended(one.mended.join(", ")) : ""].filter(Boolean).join("; ");
    return one.said ? `✗ ${w.steps[one.step]}: ${one.said}` : w.steps[one.step];
  };
  return (
    <Stack component="section" aria-label={w.imports} gap="sm">
      <Title order={2} size="h4">{w.imports}</Title>
      {now ? (
        <Stack gap="xs" role="status">
          <Text>{now.file_name}: {w.steps[now.step]}{now.total ? `, ${w.progress(now.done, now.total)}` : "…"}</Text>
          <Progress value={now.total ? (100 * now.done) / now.total : 0} aria-label={now.file_name} animated={now.total === 0} />
          <Text size="sm">{w.goesOn}</Text>
        </Stack>
      ) : null}
      <List things={data} error={error} again={() => void refetch()} id={(one) => one.id} empty={w.none} columns={[
        { title: w.file, cell: (one) => one.file_name },
        { title: w.state, cell: state },
        { title: w.at, cell: (one) => dayAndTime(one.asked_at) },
        { title: w.by, cell: (one) => one.asked_by },
      ]} />
    </Stack>
  );
}

/** What operators will find. */
function Try() {
  const w = usePlaceWords();
  const [q, setQ] = useState("");
  const [found, setFound] = useState<components["schemas"]["PlacesFound"] | null>(null);
  const [problem, setProblem] = useState<unknown>(null);
  const submit = async (event: SyntheticEvent): Promise<void> => {
    event.preventDefault();
    try {
      setFound(await got(api.GET("/api/v1/places", { params: { query: { q } } })));
      setProblem(null);
    } catch (error) {
      setProblem(error);
    }
  };
  return (
    <Stack component="section" aria-label={w.try} gap="sm">
      <Title order={2} size="h4">{w.try}</Title>
      <form onSubmit={(event) => void submit(event)}>
        <Group align="flex-end">
          <TextInput label={w.try} description={w.tryHelp} name="q" required w="24rem" maw="100%" value={q} onChange={(event) => { setQ(event.target.value); }} />
          <Button type="submit" variant="default">{w.search}</Button>
        </Group>
      </form>
      {problem ? <Text role="alert">{explain(problem)}</Text> : null}
      {found?.places.length === 0 ? <Text role="status">{w.nothing}</Text> : null}
      {found?.places.length ? (
        <Rows things={found.places} id={(one) => one.code} columns={[
          { title: w.found.name, cell: (one) => one.name },
          { title: w.found.kind, cell: (one) => one.kind },
          { title: w.found.area, cell: (one) => one.area_name ?? "" },
          { title: w.found.fits, cell: (one) => one.score },
        ]} />
      ) : null}
    </Stack>
  );
}
