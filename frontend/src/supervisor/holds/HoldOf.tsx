/** Beside a call or an incident: whether it is on hold, and placing one. */
import { Button, Text } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api, got, once } from "../../shared/api/client";
import { explain } from "../../shared/api/problem";
import { dayAndTime } from "../../shared/time";
import { HOLDS_KEY } from "./keys";
import { Why } from "./Why";
import { useHoldWords } from "./words";

type Of = { readonly call_id: string } | { readonly incident_id: string };
const MOST = 500;

export function HoldOf({ of }: { of: Of }) {
  const w = useHoldWords();
  const queries = useQueryClient();
  const [asked, setAsked] = useState(false);
  const { data, error } = useQuery({
    queryKey: [HOLDS_KEY, "in force"], queryFn: () => got(api.GET("/api/v1/holds", { params: { query: { limit: MOST } } })),
  });
  const holds = data?.holds.filter((hold) => ("call_id" in of ? hold.call_id === of.call_id : hold.incident_id === of.incident_id)) ?? [];
  const place = async (reason: string, key: string): Promise<void> => {
    await got(api.POST("/api/v1/holds", { params: { header: once(key) }, body: { ...of, reason } }));
    await queries.invalidateQueries({ queryKey: [HOLDS_KEY] });
  };
  return (
    <>
      {error ? <Text role="alert">{explain(error)}</Text> : null}
      {holds.map((hold) => <Text key={hold.id} fw={600}>{w.held(hold.placed_by, dayAndTime(hold.placed_at), hold.reason)}</Text>)}
      {data && holds.length === 0 ? <Button variant="default" onClick={() => { setAsked(true); }}>{w.place}</Button> : null}
      {asked ? <Why title={w.placeTitle} yes={w.yes} work={place} close={() => { setAsked(false); }} /> : null}
    </>
  );
}
