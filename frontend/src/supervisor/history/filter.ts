/** Which calls are searched for. The address keeps it; a number stands behind "#", where no server sees it. */
import type { paths } from "../../shared/api/openapi";
import { fromLocal } from "../../shared/days";

export type CallQuery = NonNullable<paths["/api/v1/calls"]["get"]["parameters"]["query"]>;

/** As it was typed; "" is everything. `since`, `until`: "2026-11-26T14:05", of Asia/Jakarta. */
export interface Filter {
  readonly since: string;
  readonly until: string;
  readonly service_class: string;
  readonly outcome: string;
  readonly operator: string;
  readonly number: string;
}

export const EVERYTHING: Filter = { since: "", until: "", service_class: "", outcome: "", operator: "", number: "" };
export const PAGE = 50;
const IN_SEARCH = ["since", "until", "service_class", "outcome", "operator"] as const;

export function readFilter(search: string, hash: string): Filter {
  const given = new URLSearchParams(search);
  const kept = Object.fromEntries(IN_SEARCH.map((name) => [name, given.get(name) ?? ""]));
  return { ...EVERYTHING, ...kept, number: new URLSearchParams(hash.replace(/^#/, "")).get("number") ?? "" };
}

/** The cursor of the page in this address; null: the first one. */
export function readAfter(search: string): string | null {
  return new URLSearchParams(search).get("after");
}

/** What stands behind the path: search and hash. */
export function addressOf(filter: Filter, after: string | null = null): string {
  const kept = new URLSearchParams(IN_SEARCH.filter((name) => filter[name]).map((name) => [name, filter[name]]));
  if (after !== null) kept.set("after", after);
  const search = kept.size ? `?${kept.toString()}` : "";
  return filter.number ? `${search}#${new URLSearchParams({ number: filter.number }).toString()}` : search;
}

/** What is asked of the API: it says itself what is wrong with a field. */
export function queryOf(filter: Filter, after: string | null): CallQuery {
  const asked: Record<string, string | number> = { limit: PAGE };
  for (const name of ["service_class", "outcome", "operator", "number"] as const) {
    const value = filter[name].trim();
    if (value) asked[name] = value;
  }
  if (filter.since) asked.since = fromLocal(filter.since);
  if (filter.until) asked.until = fromLocal(filter.until);
  if (after !== null) asked.after = after;
  return asked;
}
