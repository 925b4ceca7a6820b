import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { FLOOR, type Floor } from "./floor";
import { Line, type Open, SESSION_ENDED } from "./line";

type Socket = ReturnType<Open>;
let sockets: Socket[];
let told: (Floor | "away" | "lost" | "ended")[];
let line: Line<Floor>;

function open(): Socket {
  const socket: Socket = { close: () => undefined, onopen: null, onmessage: null, onclose: null };
  sockets.push(socket);
  return socket;
}

function last(): Socket {
  const socket = sockets.at(-1);
  if (!socket) throw new Error("nothing was opened");
  return socket;
}

function say(message: object): void {
  const event = new MessageEvent("message", { data: JSON.stringify(message) });
  last().onmessage?.call(null as never, event);
}

function hangUp(code = 1006): void {
  last().onclose?.call(null as never, new CloseEvent("close", { code }));
}

const NODE = { node: "a", ready: true };
const SNAPSHOT = {
  kind: "snapshot", revision: 7, boot: "b", at: "2026-11-24T01:02:03Z",
  calls: [], positions: [], operators: [], callbacks: [], nodes: [NODE],
};
const change = (revision: number, ready: boolean): object => ({
  kind: "change", revision, at: "2026-11-24T01:02:04Z", nodes: { a: { node: "a", ready } },
});

beforeEach(() => {
  vi.useFakeTimers();
  sockets = [];
  told = [];
  line = new Line(
    open,
    FLOOR,
    {
      told: (floor) => told.push(floor ?? "away"),
      lost: () => told.push("lost"),
      ended: () => told.push("ended"),
    },
    () => 1,
  );
  line.start();
});
afterEach(() => {
  line.stop();
  vi.useRealTimers();
});

test("changes follow on the snapshot, and what did not change stays the same object", () => {
  say(SNAPSHOT);
  say(change(8, false));
  const [before, after] = told as Floor[];
  expect(before?.nodes.get("a")?.ready).toBe(true);
  expect(after?.nodes.get("a")?.ready).toBe(false);
  expect(after?.calls).toBe(before?.calls);
});

test("what is gone is gone", () => {
  say(SNAPSHOT);
  say({ kind: "change", revision: 8, at: "2026-11-24T01:02:04Z", nodes: { a: null } });
  expect((told.at(-1) as Floor).nodes.size).toBe(0);
});

test("after a gap a new line is opened, and it begins with a snapshot", () => {
  say(SNAPSHOT);
  say(change(9, false));
  expect(told.at(-1)).toBe("lost");
  vi.advanceTimersByTime(500);
  expect(sockets).toHaveLength(2);
  say({ ...SNAPSHOT, revision: 9 });
  expect((told.at(-1) as Floor).revision).toBe(9);
});

test("each loss waits twice as long as the one before, at most 15 s; a snapshot begins anew", () => {
  const waits: number[] = [];
  for (let count = 0; count < 7; count += 1) {
    const before = sockets.length;
    hangUp();
    let waited = 0;
    while (sockets.length === before) {
      vi.advanceTimersByTime(100);
      waited += 100;
    }
    waits.push(waited);
  }
  expect(waits).toEqual([500, 1000, 2000, 4000, 8000, 15_000, 15_000]);
  say(SNAPSHOT);
  hangUp();
  vi.advanceTimersByTime(500);
  expect(sockets).toHaveLength(9);
});

test("a socket that never opens is given up", () => {
  vi.advanceTimersByTime(10_000);
  expect(told).toEqual(["lost"]);
});

test("serve away is told, and the next snapshot is taken", () => {
  say(SNAPSHOT);
  say({ kind: "away", at: "2026-11-24T01:02:05Z" });
  expect(told.at(-1)).toBe("away");
  say({ ...SNAPSHOT, revision: 1, boot: "c" });
  expect((told.at(-1) as Floor).boot).toBe("c");
});

test("when the session is over nothing is tried again", () => {
  say(SNAPSHOT);
  hangUp(SESSION_ENDED);
  vi.advanceTimersByTime(60_000);
  expect(told.at(-1)).toBe("ended");
  expect(sockets).toHaveLength(1);
});

test("a socket that is given up while it opens is closed once it is open", () => {
  let closed = 0;
  const opening = last();
  opening.close = () => { closed += 1; };
  line.stop();
  expect(closed).toBe(0);
  opening.onopen?.call(null as never, new Event("open"));
  expect(closed).toBe(1);
});

test("a line begun anew listens to the old socket no more", () => {
  const old = last();
  line.again();
  old.onmessage?.call(null as never, new MessageEvent("message", { data: JSON.stringify(SNAPSHOT) }));
  old.onclose?.call(null as never, new CloseEvent("close", { code: 1006 }));
  expect(told).toEqual(["lost"]);
  expect(sockets).toHaveLength(2);
});
