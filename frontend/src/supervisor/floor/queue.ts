/** Who is served next, as the floor orders them (`core/queueing.py`), and how long they may wait. */
import type { Thing } from "../../shared/live/floor";
import type { ServiceClass } from "../../shared/signs/Signs";

export type LiveCall = Thing<"calls">;

/** NENA-STA-020.1: 90 % are answered within so many seconds. */
export const TARGET_SECONDS = 15;
const WAITING: readonly LiveCall["state"][] = ["waiting", "kept", "offered"];
const TALKING: readonly LiveCall["state"][] = ["joining", "talking", "stranded"];
const BEFORE: readonly LiveCall["state"][] = ["arriving", "in_menu"];

export function waits(call: LiveCall): boolean {
  return WAITING.includes(call.state);
}

export function talks(call: LiveCall): boolean {
  return TALKING.includes(call.state);
}

export function comes(call: LiveCall): boolean {
  return BEFORE.includes(call.state);
}

/** Seconds after which a wait is too long. Information: until it counts as urgent (`patience_seconds`). */
export function limitOf(service: ServiceClass | null, patience: number): number {
  return service === "information" ? patience : TARGET_SECONDS;
}

/** The calls that wait, the one who is served next first. */
export function inOrder(calls: Iterable<LiveCall>, now: number, patience: number): readonly LiveCall[] {
  const key = (call: LiveCall): readonly [number, number, number] =>
    [rank(call, now, patience), call.first ? 0 : 1, Date.parse(call.queued_at ?? call.arrived_at)];
  return [...calls].filter(waits).sort((a, b) => compare(key(a), key(b)) || (a.id < b.id ? -1 : 1));
}

function rank(call: LiveCall, now: number, patience: number): number {
  if (call.service_class === "information") {
    const waited = (now - Date.parse(call.queued_at ?? call.arrived_at)) / 1000;
    return waited >= patience ? 1 : 2;
  }
  return call.service_class === "urgent" ? 1 : 0;
}

function compare(a: readonly number[], b: readonly number[]): number {
  const at = a.findIndex((value, index) => value !== b[index]);
  return at < 0 ? 0 : (a[at] ?? 0) - (b[at] ?? 0);
}
