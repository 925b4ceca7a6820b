/** What the wall shows, out of what is live: numbers alone. */
import type { Thing } from "../shared/live/floor";
import { CLASSES, seatState, type SeatState, type ServiceClass } from "../shared/signs/Signs";

export interface Waiting {
  readonly of: ServiceClass;
  readonly calls: number;
  /** When the one that waits longest arrived, in milliseconds; null: nobody waits. */
  readonly since: number | null;
}

/** Who waits for a person, by class; a call without a class yet is served as an emergency. */
export function waiting(calls: Iterable<Thing<"calls">>): Waiting[] {
  const unanswered = [...calls].filter((call) => call.queued_at !== null && call.answered_at === null);
  return CLASSES.map((of) => {
    const since = unanswered.filter((call) => (call.service_class ?? "emergency") === of).map((call) => Date.parse(call.arrived_at));
    return { of, calls: since.length, since: since.length ? Math.min(...since) : null };
  });
}

export const STATES: readonly SeatState[] = ["ready", "ringing", "on_call", "wrap_up", "paused", "resting"];

/** How many positions with somebody at them are in each state. */
export function seats(positions: Iterable<Thing<"positions">>): Record<string, number> {
  const found: Record<string, number> = Object.fromEntries(STATES.map((state) => [state, 0]));
  for (const seat of positions) {
    const state = seatState(seat);
    if (seat.operator !== null && state in found) found[state] = (found[state] ?? 0) + 1;
  }
  return found;
}

/** Whole percent, rounded down so that 89.9 is not shown as reached; null: there was no call. */
export function percent(part: number, whole: number): number | null {
  return whole === 0 ? null : Math.floor((100 * part) / whole);
}
