/** Days, and moments as an input of date and time has them, on the room's clock (Asia/Jakarta, which knows no summer time). */
const OFFSET = "+07:00";
const OFFSET_MS = 7 * 3_600_000;
const DAY_MS = 86_400_000;

/** "2026-11-26T14:05"; "" stays. */
export function toLocal(at: string | Date): string {
  return at === "" ? "" : new Date(new Date(at).getTime() + OFFSET_MS).toISOString().slice(0, 16);
}

/** The moment, as the API takes it; "" stays, and is refused there. */
export function fromLocal(local: string): string {
  return local === "" ? "" : `${local.length === 16 ? `${local}:00` : local}${OFFSET}`;
}

/** "2026-11-26": the day it is in the room. */
export function dayOf(at: Date): string {
  return toLocal(at).slice(0, 10);
}

/** The Monday of a day's week. */
export function mondayOf(day: string): string {
  const noon = Date.parse(`${day}T12:00:00Z`);
  const behind = (new Date(noon).getUTCDay() + 6) % 7;
  return new Date(noon - behind * DAY_MS).toISOString().slice(0, 10);
}

/** So many days later, or earlier. */
export function later(day: string, days: number): string {
  return new Date(Date.parse(`${day}T12:00:00Z`) + days * DAY_MS).toISOString().slice(0, 10);
}

/** When a day begins in the room. */
export function beginOf(day: string): string {
  return `${day}T00:00:00${OFFSET}`;
}
