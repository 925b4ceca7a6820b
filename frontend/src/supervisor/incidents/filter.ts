/** Which incidents are searched for: the address keeps it. */
import type { paths } from "../../shared/api/openapi";
import { fromLocal } from "../../shared/days";

export type IncidentQuery = NonNullable<paths["/api/v1/incidents"]["get"]["parameters"]["query"]>;

const NAMES = ["since", "until", "category", "kelurahan", "status"] as const;
export type Filter = Readonly<Record<(typeof NAMES)[number], string>>;
export const EVERYTHING: Filter = { since: "", until: "", category: "", kelurahan: "", status: "" };

export function readFilter(search: string): Filter {
  const given = new URLSearchParams(search);
  return Object.fromEntries(NAMES.map((name) => [name, given.get(name) ?? ""])) as Filter;
}

export function addressOf(filter: Filter, after: string | null = null): string {
  const kept = new URLSearchParams(NAMES.filter((name) => filter[name]).map((name) => [name, filter[name]]));
  if (after !== null) kept.set("after", after);
  return kept.size ? `?${kept.toString()}` : "";
}

export function queryOf(filter: Filter, after: string | null): IncidentQuery {
  const asked: Record<string, string> = {};
  for (const name of ["category", "kelurahan", "status"] as const) if (filter[name]) asked[name] = filter[name];
  for (const name of ["since", "until"] as const) if (filter[name]) asked[name] = fromLocal(filter[name]);
  if (after !== null) asked.after = after;
  return asked;
}
