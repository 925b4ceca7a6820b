/** What the editor asks of the API. */
import { type QueryClient, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { api, got, ifMatch, newKey, once } from "../shared/api/client";
import type { components } from "../shared/api/openapi";
import { Problem as ApiProblem } from "../shared/api/problem";
import type { Report } from "./problems";

export type Now = components["schemas"]["IvrNow"];
export type Version = components["schemas"]["IvrVersion"];
export type Turn = components["schemas"]["IvrTurn"];

const CHECK_AFTER_MS = 400;
const AGAIN_MS = 5_000;
const NOW_EVERY_MS = 15_000;
const DAYS = 7;
const DAY_MS = 86_400_000;

/** What is live, with its text. */
export interface Live {
  readonly now: Now;
  readonly text: string;
}

const LIVE = ["ivr", "live"] as const;

/** Asked again now and then: somebody else may publish. */
export function useLive() {
  const queries = useQueryClient();
  return useQuery({
    queryKey: LIVE,
    queryFn: async (): Promise<Live> => {
      const now = await got(api.GET("/api/v1/ivr"));
      return { now, text: await queries.query({ ...source(now.live), staleTime: "static" }) };
    },
    refetchInterval: NOW_EVERY_MS,
  });
}

/** Another version is live: told by whoever published it here. */
export async function tellLive(queries: QueryClient, live: Live): Promise<void> {
  queries.setQueryData(source(live.now.live).queryKey, live.text);
  queries.setQueryData(LIVE, live);
  await queries.invalidateQueries({ queryKey: ["ivr", "versions"] });
}

export async function lookAgain(queries: QueryClient): Promise<void> {
  await queries.invalidateQueries({ queryKey: LIVE });
}

/** A version never changes. */
function source(number: number | null) {
  return { queryKey: ["ivr", "source", number], queryFn: () => sourceOf(number), staleTime: Infinity };
}

export async function sourceOf(number: number | null): Promise<string> {
  if (number === null) return (await got(api.GET("/api/v1/ivr/built-in"))).source_yaml;
  return (await got(api.GET("/api/v1/ivr/versions/{number}", { params: { path: { number } } }))).source_yaml;
}

/** The document of a version; null: the built-in one. */
export function useSource(number: number | null) {
  return useQuery(source(number));
}

export function useVersions(open: boolean) {
  return useQuery({ queryKey: ["ivr", "versions"], queryFn: () => got(api.GET("/api/v1/ivr/versions", { params: { query: { limit: 100 } } })), enabled: open, staleTime: 0 });
}

export function useCalls(number: number | null) {
  return useQuery({
    queryKey: ["ivr", "calls", number],
    queryFn: () => {
      const since = new Date(Date.now() - DAYS * DAY_MS).toISOString();
      return got(api.GET("/api/v1/ivr/calls", { params: { query: { number: number ?? 0, since } } }));
    },
    refetchInterval: NOW_EVERY_MS,
  });
}

export interface Checked {
  /** Of which text. */
  readonly text: string;
  readonly report: Report;
}

/** The check of a text a moment after it was changed last; while nobody answers it is asked again. */
export function useCheck(text: string): { checked: Checked | null; error: unknown } {
  const [checked, setChecked] = useState<Checked | null>(null);
  const [error, setError] = useState<unknown>(null);
  useEffect(() => {
    const gone = new AbortController();
    let timer: ReturnType<typeof setTimeout>;
    const ask = (): void => {
      got(api.POST("/api/v1/ivr/check", { body: { source_yaml: text }, signal: gone.signal }))
        .then((report) => {
          if (gone.signal.aborted) return;
          setError(null);
          setChecked({ text, report });
        })
        .catch((problem: unknown) => {
          if (gone.signal.aborted) return;
          setError(problem);
          if (problem instanceof ApiProblem && problem.passes) timer = setTimeout(ask, AGAIN_MS);
        });
    };
    timer = setTimeout(ask, CHECK_AFTER_MS);
    return () => {
      clearTimeout(timer);
      gone.abort();
    };
  }, [text]);
  return { checked, error };
}

const stored = new Map<string, { key: string; number?: number }>();

/** The number of this text as a version: stored once, however often it is asked. */
async function numberOf(text: string, note: string): Promise<number> {
  const said = `${note}\n${text}`;
  const kept = stored.get(said) ?? { key: newKey() };
  stored.set(said, kept);
  if (kept.number !== undefined) return kept.number;
  const made = await got(api.POST("/api/v1/ivr/versions", { body: { source_yaml: text, note }, params: { header: once(kept.key) } }));
  kept.number = made.number;
  return made.number;
}

/** Make a version live, on what was live when it was decided. Throws Problem. */
export async function publish(what: { text: string } | { number: number }, note: string, base: number): Promise<Now> {
  const number = "number" in what ? what.number : await numberOf(what.text, note);
  const params = { path: { number }, header: ifMatch(base) };
  return got(api.POST("/api/v1/ivr/versions/{number}/publish", { params, body: { note } }));
}
