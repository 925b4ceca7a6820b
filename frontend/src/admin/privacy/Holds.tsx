/** Legal holds: what nothing erases while it is a case. */
import { Stack, Text } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api, got, newKey, once } from "../../shared/api/client";
import type { components } from "../../shared/api/openapi";
import { dayAndTime } from "../../shared/time";
import { AskButton } from "../common/Ask";
import { Form } from "../common/Form";
import { List } from "../common/List";
import { everyPage, pageQuery } from "../common/pages";
import { usePrivacyWords } from "./words";

type Hold = components["schemas"]["HoldView"];

const KEY = ["admin", "holds"];
const BLANK = { what: "call", id: "", reason: "" };
type Draft = typeof BLANK;

const list = (): Promise<readonly Hold[]> =>
  everyPage((after) => got(api.GET("/api/v1/holds", { params: { query: pageQuery(after) } })), (page) => page.holds);

export function Holds() {
  const { holds: w } = usePrivacyWords();
  const queries = useQueryClient();
  const [said, setSaid] = useState("");
  const { data, error, refetch } = useQuery({ queryKey: KEY, queryFn: list });
  const changed = (): Promise<void> => queries.invalidateQueries({ queryKey: KEY });
  const place = async ({ what, id, reason }: Draft, key: string): Promise<void> => {
    const body = what === "call" ? { call_id: id.trim(), reason } : { incident_id: id.trim(), reason };
    await got(api.POST("/api/v1/holds", { params: { header: once(key) }, body }));
    setSaid(w.placed);
    await changed();
  };
  const release = async ({ id }: Hold): Promise<void> => {
    const params = { path: { id }, header: once(newKey()) };
    await got(api.POST("/api/v1/holds/{id}/release", { params, body: { reason: w.releaseReason } }));
    await changed();
  };
  return (
    <Stack>
      <List things={data} error={error} again={() => void refetch()} id={(one) => one.id} empty={w.empty} columns={[
        { title: w.fields.what.label, cell: (one) => `${one.call_id ? w.call : w.incident} ${one.call_id ?? one.incident_id ?? ""}` },
        { title: w.fields.reason.label, cell: (one) => one.reason },
        { title: w.since, cell: (one) => dayAndTime(one.placed_at) },
        { title: w.by, cell: (one) => one.placed_by },
        { title: w.release, cell: (one) => <AskButton label={w.release} title={`${w.release}: ${one.reason}`} ends={w.releaseEnds} act={() => release(one)} /> },
      ]} />
      <Text role="status" fw={600}>{said}</Text>
      <Form<Draft, Draft> key={said} thing={null} start={BLANK} toDraft={(same) => same} labels={{ ...w.fields }} submit={w.place} reread={() => Promise.resolve(BLANK)}
        save={(draft, _, __, key) => place(draft, key)}
        fields={(f) => (
          <>
            {f.choice("what", [{ value: "call", label: w.call }, { value: "incident", label: w.incident }])}
            {f.text("id", { required: true })}
            {f.text("reason", { required: true })}
          </>
        )} />
    </Stack>
  );
}
