/** Which days a report is of: the address keeps them. Days are Asia/Jakarta's; the last one counts whole. */
import { beginOf, dayOf, later } from "../../shared/days";

export interface Span {
  /** "2026-11-01" */
  readonly from: string;
  readonly to: string;
}

const DAY = /^\d{4}-\d\d-\d\d$/;
export const PRESETS = ["today", "week", "thisMonth", "lastMonth"] as const;
export type Preset = (typeof PRESETS)[number];

export function preset(name: Preset, now: Date): Span {
  const today = dayOf(now);
  const first = `${today.slice(0, 8)}01`;
  switch (name) {
    case "today":
      return { from: today, to: today };
    case "week":
      return { from: later(today, -6), to: today };
    case "thisMonth":
      return { from: first, to: today };
    case "lastMonth": {
      const last = later(first, -1);
      return { from: `${last.slice(0, 8)}01`, to: last };
    }
  }
}

/** What the address says; without it, or when it is no day, this month. */
export function readSpan(search: string, now: Date): Span {
  const given = new URLSearchParams(search);
  const [from, to] = [given.get("from") ?? "", given.get("to") ?? ""];
  return isDay(from) && isDay(to) ? { from, to } : preset("thisMonth", now);
}

export function isDay(text: string): boolean {
  return DAY.test(text) && !Number.isNaN(Date.parse(`${text}T00:00:00Z`));
}

export function spanAddress(span: Span): string {
  return `?${new URLSearchParams({ from: span.from, to: span.to }).toString()}`;
}

/** The span as the API takes it: half-open. */
export function asked(span: Span): { since: string; until: string } {
  return { since: beginOf(span.from), until: beginOf(later(span.to, 1)) };
}
