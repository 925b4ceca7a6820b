/** What the duty officer may press next: the order of reports, and what of them is still on its way to the server. */
import type { components } from "../shared/api/openapi";

export type Dispatch = components["schemas"]["DispatchWhole"];
export type Status = Dispatch["status"];
export type Said = Exclude<components["schemas"]["Report"]["status"], "received" | "cancelled">;
export type Telling = NonNullable<Dispatch["unacknowledged"]>;

/** What was pressed for a dispatch and has not arrived yet, the oldest first. */
export type Pressed = readonly Said[];

export interface Now {
  /** As it will be once all that was pressed has arrived. */
  readonly status: Status;
  readonly unacknowledged: Telling | null;
}

const AHEAD: Partial<Record<Status, Said>> = { acknowledged: "en_route", en_route: "on_scene", on_scene: "done" };
const LATER: Partial<Record<Status, readonly Said[]>> = { acknowledged: ["on_scene", "done"], en_route: ["done"] };
const ORDER: readonly Status[] = ["sent", "received", "acknowledged", "en_route", "on_scene", "done"];
const DECLINABLE: readonly Status[] = ["sent", "received", "acknowledged", "en_route"];
const OVER: readonly Status[] = ["done", "cancelled"];

/** The dispatch as it will be; what cannot follow (a stand-down came first) is left to the server to refuse. */
export function after(dispatch: Pick<Dispatch, "status" | "unacknowledged">, pressed: Pressed): Now {
  let now: Now = { status: dispatch.status, unacknowledged: dispatch.unacknowledged };
  for (const said of pressed) now = moved(now, said);
  return now;
}

function moved({ status, unacknowledged }: Now, said: Said): Now {
  if (said === "acknowledged") {
    const waits = status === "sent" || status === "received" || status === "declined";
    return { status: waits ? said : status, unacknowledged: null };
  }
  if (said === "declined") return { status: DECLINABLE.includes(status) ? said : status, unacknowledged: null };
  const ahead = status === "declined" || ORDER.indexOf(said) > ORDER.indexOf(status);
  const left = unacknowledged === "new" || said === "done" ? null : unacknowledged;
  return OVER.includes(status) || !ahead ? { status, unacknowledged } : { status: said, unacknowledged: left };
}

/** The large button; null: there is nothing to say any more. */
export function nextStep({ status, unacknowledged }: Now): Said | null {
  if (unacknowledged !== null || status === "declined") return "acknowledged";
  return AHEAD[status] ?? null;
}

/** Reports may be left out, as radio does. */
export function laterSteps({ status, unacknowledged }: Now): readonly Said[] {
  return unacknowledged === null ? (LATER[status] ?? []) : [];
}

export function mayDecline({ status }: Now): boolean {
  return DECLINABLE.includes(status);
}

export function isOver(now: Now): boolean {
  return OVER.includes(now.status) && now.unacknowledged === null;
}

/** What nobody has acknowledged first, then the more urgent, then the newest. */
export function inOrder(some: readonly { dispatch: Dispatch; now: Now }[]): readonly { dispatch: Dispatch; now: Now }[] {
  const rank = (now: Now): number => (now.unacknowledged === null ? 1 : 0);
  return [...some].sort(
    (one, other) =>
      rank(one.now) - rank(other.now) ||
      one.dispatch.incident.priority - other.dispatch.incident.priority ||
      other.dispatch.asked_at.localeCompare(one.dispatch.asked_at) ||
      one.dispatch.id.localeCompare(other.dispatch.id),
  );
}
