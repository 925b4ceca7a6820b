/** One live line for the whole page: who looks at it holds it open, and it says what of it may be old. */
import { useSyncExternalStore } from "react";
import { ended, lookAgain, onSession, sessionState } from "../session/session";
import { Line } from "./line";
import type { Shape } from "./parts";

export type Freshness = "fresh" | "connecting" | "lost" | "telephone-away" | "database-away";

export interface Shown<S> {
  /** What was told last; it stays while it is old. */
  readonly value: S | null;
  /** "fresh", or why what is shown may be wrong: our line is gone, or what lies behind `ct112 web` is. */
  readonly state: Freshness;
  /** Since when it has not been fresh. */
  readonly since: Date;
}

const LINGER_MS = 2_000; // from one screen to the next the line stays open

export class Source<S extends object> {
  readonly #listeners = new Set<() => void>();
  readonly #line: Line<S>;
  #current: Shown<S> = { value: null, state: "connecting", since: new Date() };
  #holders = 0;
  #running = false;
  #linger: ReturnType<typeof setTimeout> | undefined;

  /** `behind`: the state when web says that what it tells of is away. */
  constructor(path: `/${string}`, shape: Shape, behind: Freshness) {
    this.#line = new Line<S>(() => new WebSocket(address(path)), shape, {
      told: (value, old) => { this.#set(value && !old ? "fresh" : behind, value); },
      lost: () => {
        this.#set("lost", null);
        void lookAgain();
      },
      ended,
    });
    window.addEventListener("online", () => { this.again(); });
    onSession(() => { this.#settle(); });
  }

  readonly shown = (): Shown<S> => this.#current;

  /** Whether anybody holds it open. */
  readonly opened = (): boolean => this.#holders > 0;

  /** Be told of every change; it is not opened for this. */
  readonly listen = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Be told of every change, and have it open until the answer is called. */
  readonly hold = (listener: () => void): (() => void) => {
    this.#holders += 1;
    this.#settle();
    const deaf = this.listen(listener);
    return () => {
      deaf();
      this.#holders -= 1;
      clearTimeout(this.#linger);
      this.#linger = setTimeout(() => { this.#settle(); }, LINGER_MS);
    };
  };

  /** Begin anew, if it is open: the line may be dead without anybody having said so. */
  again(): void {
    if (this.#running) this.#line.again();
  }

  /** It is open exactly while somebody holds it and somebody is signed in; nothing of one person's is left for the next. */
  #settle(): void {
    const session = sessionState();
    const wanted = this.#holders > 0 && session === "here";
    if (session === "nobody") this.#current = { value: null, state: "connecting", since: new Date() };
    if (wanted === this.#running) return;
    this.#running = wanted;
    if (wanted) this.#line.start();
    else this.#line.stop();
    this.#set(wanted ? "connecting" : this.#current.state, null);
  }

  #set(state: Freshness, value: S | null): void {
    const { since, ...before } = this.#current;
    const kept = state === before.state || (state === "connecting" && before.state === "lost");
    this.#current = { value: value ?? before.value, state: kept ? before.state : state, since: kept ? since : new Date() };
    for (const listener of this.#listeners) listener();
  }
}

function address(path: string): string {
  return `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}${path}`;
}

/** What a source shows; held open by somebody else. */
export function useShown<S extends object>(source: Source<S>): Shown<S> {
  return useSyncExternalStore(source.listen, source.shown);
}

/** The same, held open while it is drawn; `wanted` false: only looked at. */
export function useOpened<S extends object>(source: Source<S>, wanted = true): Shown<S> {
  return useSyncExternalStore(wanted ? source.hold : source.listen, source.shown);
}

const NONE: ReadonlyMap<string, never> = new Map<string, never>();

/** The things of one part by name, drawn again only when one of them has changed; `held`: opened for this. */
export function usePart<S extends object, P extends keyof S>(source: Source<S>, part: P, held = true): S[P] {
  const snapshot = (): S[P] => source.shown().value?.[part] ?? (NONE as S[P]);
  return useSyncExternalStore(held ? source.hold : source.listen, snapshot);
}

/** One thing of a part by its name, undefined when there is none. */
export function useThing<S extends object>(source: Source<S>, part: keyof S, name: string | null | undefined, held = true): unknown {
  const snapshot = (): unknown => {
    const things = source.shown().value?.[part] as ReadonlyMap<string, unknown> | undefined;
    return name === null || name === undefined ? undefined : things?.get(name);
  };
  return useSyncExternalStore(held ? source.hold : source.listen, snapshot);
}
