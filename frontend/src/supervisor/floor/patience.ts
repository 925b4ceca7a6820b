/** How long an information call may wait before it counts as urgent: a number of the centre's. */
import { useQuery } from "@tanstack/react-query";
import { api, got } from "../../shared/api/client";

const DEFAULT = 180;

export function usePatience(): number {
  const { data } = useQuery({
    queryKey: ["settings"], queryFn: () => got(api.GET("/api/v1/settings")), staleTime: 300_000,
  });
  return data?.settings.find(({ name }) => name === "patience_seconds")?.value ?? DEFAULT;
}
