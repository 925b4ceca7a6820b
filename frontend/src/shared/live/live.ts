/** What is live, for components: one line for the whole page, and what of it may be old. */
import { useSyncExternalStore } from "react";
import { ended, lookAgain } from "../session/session";
import type { Floor, Part, Thing } from "./floor";
import { Line } from "./line";

export interface Live {
  /** What was told last; it stays while it is old. */
  readonly floor: Floor | null;
  /** "fresh", or why what is shown may be wrong: our line is gone, or serve's to `ct112 web` is. */
  readonly state: "fresh" | "connecting" | "lost" | "telephone-away";
  /** Since when it has not been fresh. */
  readonly since: Date;
}

const listeners = new Set<() => void>();
let current: Live = { floor: null, state: "connecting", since: new Date() };

function set(state: Live["state"], floor: Floor | null): void {
  const since = state === current.state ? current.since : new Date();
  current = { state, floor: floor ?? current.floor, since };
  for (const listener of listeners) listener();
}

function address(): string {
  return `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/api/v1/live`;
}

export const line = new Line(() => new WebSocket(address()), {
  floor: (floor) => { set(floor ? "fresh" : "telephone-away", floor); },
  lost: () => {
    set("lost", null);
    void lookAgain();
  },
  ended,
});

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function useLive(): Live {
  return useSyncExternalStore(subscribe, () => current);
}

const NONE: ReadonlyMap<string, never> = new Map<string, never>();

/** The things of one part by name: drawn again only when one of them has changed. */
export function useLivePart<P extends Part>(part: P): ReadonlyMap<string, Thing<P>> {
  const snapshot = (): ReadonlyMap<string, Thing<P>> => current.floor?.[part] ?? NONE;
  return useSyncExternalStore(subscribe, snapshot);
}

/** One thing by its name, undefined when there is none. */
export function useLiveThing<P extends Part>(part: P, name: string | null | undefined): Thing<P> | undefined {
  const snapshot = (): Thing<P> | undefined =>
    name === null || name === undefined ? undefined : current.floor?.[part].get(name);
  return useSyncExternalStore(subscribe, snapshot);
}
