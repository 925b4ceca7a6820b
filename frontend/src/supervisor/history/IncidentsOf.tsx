/** The incidents a call belongs to. */
import { Anchor, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "wouter";
import { api, got } from "../../shared/api/client";
import { explain } from "../../shared/api/problem";
import { useHistoryWords } from "./words";

export function IncidentsOf({ call }: { call: string }) {
  const w = useHistoryWords();
  const { data, error } = useQuery({
    queryKey: ["incidents-of", call], queryFn: () => got(api.GET("/api/v1/incidents", { params: { query: { call } } })),
  });
  if (error) return <Text role="alert">{explain(error)}</Text>;
  if (data?.incidents.length === 0) return <Text>{w.noIncidents}</Text>;
  return data?.incidents.map((incident) => (
    <Text key={incident.id}>
      <Anchor component={Link} href={`/incidents/${incident.id}`}>{incident.number}</Anchor> {incident.category_name}
    </Text>
  ));
}
