/** What a form of the roster plans. */
import type { components } from "../../shared/api/openapi";
import { fromLocal, later, toLocal } from "../../shared/days";

export interface Draft {
  readonly operator: string;
  readonly people: number | string;
  readonly day: string;
  readonly start: string;
  readonly hours: number | string;
  readonly days: number | string;
}

const HOUR_MS = 3_600_000;
const MOST_DAYS = 62;

/** The duties, one a day; a time that is none is sent as it is, and refused there. */
export function duties({ operator, people, day, start, hours, days }: Draft): components["schemas"]["NewDuty"][] {
  const count = Math.min(Math.max(1, Math.floor(Number(days)) || 1), MOST_DAYS);
  return Array.from({ length: count }, (_, at) => {
    const starts_at = Number.isNaN(Date.parse(day)) ? "" : fromLocal(`${later(day, at)}T${start}`);
    return { starts_at, ends_at: ended(starts_at, Number(hours)), ...(operator ? { operator } : { people: people as number }) };
  });
}

function ended(starts_at: string, hours: number): string {
  const end = Date.parse(starts_at) + hours * HOUR_MS;
  return Number.isFinite(end) ? new Date(end).toISOString() : "";
}

type Times = Pick<components["schemas"]["Duty"], "starts_at" | "ends_at">;

/** Those of a day, also who began the day before and is still there. */
export function dutiesOf<D extends Times>(all: readonly D[], day: string): readonly D[] {
  return all.filter((one) => toLocal(one.starts_at).slice(0, 10) <= day && toLocal(one.ends_at) > `${day}T00:00`);
}

/** "22:00–06:00"; on the day after it began "→06:00". */
export function hoursOf({ starts_at, ends_at }: Times, day: string): string {
  const [start, end] = [toLocal(starts_at), toLocal(ends_at)];
  return start < day ? `→${end.slice(0, 10) === day ? end.slice(11) : "24:00"}` : `${start.slice(11)}–${end.slice(11)}`;
}

/** The people who stand twice at one time: each is one person all the same. */
export function doubled(all: readonly (Times & { readonly operator: string | null })[]): readonly string[] {
  const named = all.filter((one) => one.operator !== null);
  const twice = named.filter((one, at) => named.some((other, place) => place !== at && other.operator === one.operator && other.starts_at < one.ends_at && one.starts_at < other.ends_at));
  return [...new Set(twice.map((one) => one.operator ?? ""))].sort();
}
