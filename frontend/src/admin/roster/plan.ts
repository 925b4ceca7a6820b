/** What a form of the roster plans. */
import type { components } from "../../shared/api/openapi";
import { fromLocal, later } from "../common/local";

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
    const starts_at = fromLocal(`${later(day, at)}T${start}`);
    return { starts_at, ends_at: ended(starts_at, Number(hours)), ...(operator ? { operator } : { people: people as number }) };
  });
}

function ended(starts_at: string, hours: number): string {
  const end = Date.parse(starts_at) + hours * HOUR_MS;
  return Number.isFinite(end) ? new Date(end).toISOString() : "";
}
