import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Source } from "./source";
import { type Work, WORK } from "./work";

const session = vi.hoisted(() => ({ state: "here", listeners: new Set<() => void>() }));
vi.mock("../session/session", () => ({
  ended: () => { sign("over"); },
  lookAgain: () => Promise.resolve(),
  onSession: (listener: () => void) => session.listeners.add(listener),
  sessionState: () => session.state,
}));

class Socket {
  static all: Socket[] = [];
  onopen: (() => void) | null = null;
  onmessage: ((event: object) => void) | null = null;
  onclose: ((event: object) => void) | null = null;
  closed = false;

  constructor(readonly address: string) {
    Socket.all.push(this);
  }

  say(message: object): void {
    this.onopen?.();
    this.onmessage?.({ data: JSON.stringify(message) });
  }

  close(): void {
    this.closed = true;
  }
}

function sign(state: string): void {
  session.state = state;
  for (const listener of session.listeners) listener();
}

const INCIDENT = { id: "i", number: "2026-0001", version: 1 };
const SNAPSHOT = {
  kind: "snapshot", version: 3, at: "2026-11-26T01:02:03Z", old_since: null, cut: false,
  alerts: [], incidents: [INCIDENT], dispatches: [], offers: [],
};
const CHANGE = {
  kind: "change", version: 4, at: "2026-11-26T01:02:04Z",
  alerts: {}, incidents: { i: { ...INCIDENT, version: 2 } }, dispatches: {}, offers: {},
};
const nothing = (): void => undefined;
let source: Source<Work>;

function last(): Socket {
  const socket = Socket.all.at(-1);
  if (!socket) throw new Error("nothing was opened");
  return socket;
}

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal("WebSocket", Socket);
  Socket.all = [];
  session.state = "here";
  source = new Source<Work>("/api/v1/live/work", WORK, "database-away");
});
afterEach(() => {
  sign("nobody");
  session.listeners.clear();
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

test("it is open while somebody holds it, and a little longer", () => {
  source.listen(nothing);
  expect(Socket.all).toEqual([]);
  const leave = source.hold(nothing);
  last().say(SNAPSHOT);
  leave();
  source.hold(nothing)();
  vi.advanceTimersByTime(1_900);
  expect(last().closed).toBe(false);
  vi.advanceTimersByTime(100);
  expect(last().closed).toBe(true);
  expect(Socket.all).toHaveLength(1);
});

test("changes are taken, and the parts that did not change stay the same", () => {
  source.hold(nothing);
  last().say(SNAPSHOT);
  const before = source.shown();
  last().say(CHANGE);
  const after = source.shown();
  expect(after.value?.incidents.get("i")?.version).toBe(2);
  expect(after.value?.dispatches).toBe(before.value?.dispatches);
  expect([before.state, after.state]).toEqual(["fresh", "fresh"]);
});

test("what the database held before it went is shown as old, whether one was there or comes now", () => {
  source.hold(nothing);
  last().say({ ...SNAPSHOT, old_since: "2026-11-26T01:00:00Z" });
  expect(source.shown()).toMatchObject({ state: "database-away", value: { version: 3 } });
  last().say({ ...SNAPSHOT, version: 1 });
  expect(source.shown().state).toBe("fresh");
  last().say({ kind: "away", at: "2026-11-26T01:02:05Z", since: null });
  expect(source.shown()).toMatchObject({ state: "database-away", value: { version: 1 } });
});

test("nothing is opened without a session, and nothing of one person's is left for the next", () => {
  source.hold(nothing);
  last().say(SNAPSHOT);
  sign("over");
  expect(last().closed).toBe(true);
  expect(source.shown().value?.version).toBe(3);
  sign("nobody");
  expect(source.shown().value).toBeNull();
  sign("here");
  expect(Socket.all).toHaveLength(2);
  expect(last().address).toContain("/api/v1/live/work");
});

test("a page that is in a network again begins anew, if it had anything open", () => {
  window.dispatchEvent(new Event("online"));
  expect(Socket.all).toEqual([]);
  source.hold(nothing);
  last().say(SNAPSHOT);
  window.dispatchEvent(new Event("online"));
  expect(source.shown().state).toBe("lost");
  expect(Socket.all).toHaveLength(2);
});
