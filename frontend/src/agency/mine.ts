/** My agency's dispatches, whole; which there are and how far they are is followed live. */
import { useQueries, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useMemo, useRef } from "react";
import { api, got } from "../shared/api/client";
import { useWork, useWorkPart } from "../shared/live/work";
import type { Dispatch, Status } from "./steps";

const RECENT = 10;
const OVER: readonly Status[] = ["done", "cancelled"];

export const keyOf = (id: string): [string, string] => ["dispatch", id];

export interface Mine {
  readonly dispatches: readonly Dispatch[];
  /** Nothing was answered yet. */
  readonly loading: boolean;
  readonly error: Error | null;
}

interface Listed {
  readonly id: string;
  /** Differs when what is to be read of it does. */
  readonly mark: string;
}

export function useMine(): Mine {
  const { listed, known } = useListed();
  const queries = useQueryClient();
  const marks = useRef(new Map<string, string>());
  useEffect(() => {
    for (const { id, mark } of listed) {
      if (marks.current.has(id) && marks.current.get(id) !== mark) void queries.invalidateQueries({ queryKey: keyOf(id) });
      marks.current.set(id, mark);
    }
  }, [listed, queries]);
  const found = useQueries({ queries: listed.map(({ id }) => whole(id)) });
  return {
    dispatches: found.flatMap(({ data }) => (data ? [data] : [])),
    loading: !known || found.some(({ isPending, isError }) => isPending && !isError),
    error: found.find((each) => each.error && !each.data)?.error ?? null,
  };
}

export function whole(id: string) {
  return {
    queryKey: keyOf(id),
    queryFn: () => got(api.GET("/api/v1/dispatches/{id}", { params: { path: { id } } })),
    staleTime: Number.POSITIVE_INFINITY,
  };
}

function useListed(): { listed: readonly Listed[]; known: boolean } {
  const { state } = useWork();
  const [dispatches, incidents] = [useWorkPart("dispatches"), useWorkPart("incidents")];
  const listed = useMemo(
    () =>
      [...dispatches.values()]
        .filter(({ status, unacknowledged }) => unacknowledged !== null || !OVER.includes(status))
        .map(({ id, incident_id, ...dispatch }) => ({
          id,
          mark: `${dispatch.version} ${dispatch.status} ${dispatch.unacknowledged ?? ""} ${incidents.get(incident_id)?.version ?? ""}`,
        })),
    [dispatches, incidents],
  );
  return { listed, known: state !== "connecting" };
}

/** The newest that are over. */
export function usePast(wanted: boolean): readonly Dispatch[] | undefined {
  const { data } = useQuery({
    queryKey: ["dispatches", "past"],
    queryFn: async () => {
      const query = { live: false, limit: RECENT };
      const { dispatches } = await got(api.GET("/api/v1/dispatches", { params: { query } }));
      return Promise.all(dispatches.map(({ id }) => whole(id).queryFn()));
    },
    enabled: wanted,
  });
  return data;
}
