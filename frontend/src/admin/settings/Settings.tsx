/** The numbers that may change while calls go on, and their history. */
import { Alert, Stack, Text, Title } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api, got, ifMatch } from "../../shared/api/client";
import type { components } from "../../shared/api/openapi";
import { dayAndTime } from "../../shared/time";
import type { Labels } from "../common/fields";
import { Form } from "../common/Form";
import { Missing, Rows } from "../common/List";
import { useSettingWords } from "./words";

type Settings = components["schemas"]["SettingList"];
type Version = components["schemas"]["SettingVersionView"];
/** Seconds by the setting's name; "" is the default. */
type Draft = Record<string, number | string>;

const KEY = ["admin", "settings"];

const read = (): Promise<Settings> => got(api.GET("/api/v1/settings"));
const history = async (): Promise<readonly Version[]> =>
  (await got(api.GET("/api/v1/settings/versions", { params: { query: { limit: 50 } } }))).versions;

function toDraft({ settings }: Settings): Draft {
  return { ...Object.fromEntries(settings.map((one) => [one.name, one.changed ? one.value : ""])), note: "" };
}

function change({ version }: Settings, touched: Partial<Draft>): Promise<Settings> {
  const body = Object.fromEntries(Object.entries(touched).map(([name, value]) => [name, name !== "note" && value === "" ? null : value]));
  return got(api.PATCH("/api/v1/settings", { params: { header: ifMatch(version) }, body }));
}

/** What our words do not know says the server itself. */
function useLabels(settings: Settings | undefined): Labels<Draft> {
  const w = useSettingWords();
  const known: Readonly<Record<string, { label: string; help?: string }>> = w.fields;
  const found = (settings?.settings ?? []).map((one) => {
    const { label, help } = known[one.name] ?? { label: w.other(one.name), help: one.meaning };
    const range = w.range(one.minimum, one.maximum, one.default);
    return [one.name, { label, help: help ? `${help}. ${range}` : range }] as const;
  });
  return { ...Object.fromEntries(found), note: w.fields.note };
}

export default function SettingsPage() {
  const w = useSettingWords();
  const queries = useQueryClient();
  const [said, setSaid] = useState("");
  const { data, error, refetch } = useQuery({ queryKey: [...KEY, "now"], queryFn: read, refetchOnWindowFocus: false, refetchOnReconnect: false });
  const labels = useLabels(data);
  return (
    <Stack>
      <Title order={1} size="h2">{w.title}</Title>
      <Text maw="44rem">{w.lead}</Text>
      <Text role="status" fw={600}>{said}</Text>
      {data?.refused ? <Alert color="red" variant="outline" role="alert">{w.refused} {data.refused}</Alert> : null}
      {data ? (
        <Form key={data.version} thing={data} start={toDraft(data)} toDraft={toDraft} labels={labels} reread={read} submit={w.save}
          fields={(f) => (
            <>
              {data.settings.map((one) => <div key={one.name}>{f.number(one.name)}</div>)}
              {f.text("note")}
            </>
          )}
          save={async (_, touched, thing) => {
            const { version } = await change(thing ?? data, touched);
            setSaid(w.savedAs(version));
            await queries.invalidateQueries({ queryKey: KEY });
          }} />
      ) : <Missing error={error} again={() => void refetch()} />}
      <History labels={labels} />
    </Stack>
  );
}

function History({ labels }: { labels: Labels<Draft> }) {
  const w = useSettingWords();
  const { data, error, refetch } = useQuery({ queryKey: [...KEY, "versions"], queryFn: history });
  const set = ({ values }: Version): string => {
    const some = Object.entries(values).filter(([, value]) => typeof value === "number");
    return some.map(([name, value]) => `${labels[name]?.label ?? name}: ${String(value)}`).join("; ") || w.allDefault;
  };
  return (
    <section aria-label={w.history}>
      <Title order={2} size="h4" mb="xs">{w.history}</Title>
      {data === undefined ? <Missing error={error} again={() => void refetch()} /> : data.length === 0 ? <Text>{w.none}</Text> : (
        <Rows things={data} id={(one) => String(one.version)} columns={[
          { title: w.version, cell: (one) => one.version },
          { title: w.at, cell: (one) => dayAndTime(one.changed_at) },
          { title: w.by, cell: (one) => one.changed_by },
          { title: w.fields.note.label, cell: (one) => one.note },
          { title: w.set, cell: set },
        ]} />
      )}
    </section>
  );
}
