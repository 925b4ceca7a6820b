/** The day's numbers: read again when an incident changes, and every few seconds anyway. */
import { useQuery } from "@tanstack/react-query";
import { useDeferredValue } from "react";
import { api, got } from "../shared/api/client";
import type { components } from "../shared/api/openapi";
import { useWorkPart } from "../shared/live/work";

export type Wall = components["schemas"]["WallView"];
export const EVERY_MS = 5_000;
export const OLD_MS = 20_000; // four were missed

/** Undefined until it was read once; it stays when it cannot be read again. */
export function useDay(): { readonly wall: Wall | undefined; readonly failed: boolean } {
  const incidents = useDeferredValue(useWorkPart("incidents"));
  const newest = [...incidents.values()].reduce((latest, one) => (one.changed_at > latest ? one.changed_at : latest), "");
  const { data, isError } = useQuery({
    queryKey: ["wall", incidents.size, newest],
    queryFn: () => got(api.GET("/api/v1/wall")),
    placeholderData: (before: Wall | undefined) => before,
    refetchInterval: EVERY_MS,
    refetchIntervalInBackground: true,
    gcTime: EVERY_MS,
    staleTime: 0,
  });
  return { wall: data, failed: isError };
}
