import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Problem, UNREACHABLE } from "../../shared/api/problem";
import { backed, inMemory, type KeptItem, openKept, type Report } from "./kept";
import { isForLater, Outbox } from "./outbox";

const item = (id: string, more: Partial<Report> = {}): Report => ({ id, account: "damkar", dispatch: "d", at: "2026-11-26T01:00:00Z", kind: "report", status: "acknowledged", ...more });

function outbox(answer: (item: KeptItem) => Promise<void>) {
  const sent: string[] = [];
  const arrived: string[] = [];
  let items: readonly KeptItem[] = [];
  const box = new Outbox("damkar", openKept(), async (one) => { sent.push(one.id); await answer(one); }, {
    items: (now) => { items = now; },
    arrived: (one) => arrived.push(one.id),
    explain: () => "stood down",
  });
  return { box, sent, arrived, items: () => items };
}

beforeEach(() => { vi.useFakeTimers(); });
afterEach(() => { vi.useRealTimers(); });

describe("what was pressed", () => {
  it("is sent in order, and again with the same id until it is answered", async () => {
    let up = false;
    const { box, sent, arrived, items } = outbox(() => (up ? Promise.resolve() : Promise.reject(new Problem(UNREACHABLE, 0))));
    await box.put(item("1"));
    await box.put(item("2", { kind: "report", status: "en_route" }));
    await vi.advanceTimersByTimeAsync(10);
    expect(new Set(sent)).toEqual(new Set(["1"]));
    expect(items().map((one) => one.id)).toEqual(["1", "2"]);
    up = true;
    await vi.advanceTimersByTimeAsync(20_000);
    expect(arrived).toEqual(["1", "2"]);
    expect(items()).toEqual([]);
    box.stop();
  });

  it("is kept with the reason when the server will not have it, and what follows is sent", async () => {
    const stale = new Problem("conflict", 409);
    const { box, arrived, items } = outbox((one) => (one.id === "1" ? Promise.reject(stale) : Promise.resolve()));
    await box.put(item("1"));
    await box.put(item("2", { dispatch: "e" }));
    await vi.advanceTimersByTimeAsync(100);
    expect(arrived).toEqual(["2"]);
    expect(items().map((one) => [one.id, one.refused])).toEqual([["1", "stood down"]]);
    await box.forget(items()[0]?.seq ?? 0);
    expect(items()).toEqual([]);
    box.stop();
  });

  it("goes before a photo, and breaks one off that is under way", async () => {
    const slow: { signal?: AbortSignal } = {};
    const order: string[] = [];
    const upload = (one: KeptItem, signal: AbortSignal): Promise<void> => {
      order.push(one.id);
      if (one.kind === "report" || slow.signal) return Promise.resolve();
      slow.signal = signal;
      return new Promise((_, reject) => { signal.onabort = () => { reject(new DOMException("", "AbortError")); }; });
    };
    const sink = { items: () => undefined, arrived: () => undefined, explain: () => "" };
    const box = new Outbox("damkar", openKept(), upload, sink);
    await box.put({ id: "photo", account: "damkar", dispatch: "d", at: "2026-11-26T01:00:00Z", kind: "note", photo: new Blob(["x"]) });
    await vi.advanceTimersByTimeAsync(100);
    await box.put(item("ack", { dispatch: "e" }));
    await vi.advanceTimersByTimeAsync(100);
    expect(order).toEqual(["photo", "ack", "photo"]);
    box.stop();
  });

  it("is nobody else's to send", async () => {
    const { box, sent } = outbox(() => Promise.resolve());
    await box.put(item("1", { account: "pmi" }));
    await vi.advanceTimersByTimeAsync(100);
    expect(sent).toEqual([]);
    box.stop();
  });
});

it("is sent though the browser's store is full, and said not to last", async () => {
  const full = { ...inMemory(), lasts: true, add: () => Promise.reject(new DOMException("", "QuotaExceededError")) };
  const kept = backed(full, inMemory(2 ** 40));
  const sent: string[] = [];
  const sink = { items: () => undefined, arrived: (one: KeptItem) => sent.push(one.id), explain: () => "" };
  const box = new Outbox("damkar", Promise.resolve(kept), () => Promise.resolve(), sink);
  await box.put(item("1"));
  await box.put(item("2"));
  await vi.advanceTimersByTimeAsync(100);
  expect([sent, kept.lasts, await kept.all()]).toEqual([["1", "2"], false, []]);
  box.stop();
});

it("tells what passes from what does not", () => {
  const kinds: [string, number, boolean][] = [
    ["unreachable", 0, true], ["away", 503, true], ["sign-in", 401, true], ["http-502", 502, true],
    ["conflict", 409, false], ["not-found", 404, false], ["refused", 422, false], ["too-large", 413, false],
  ];
  for (const [kind, status, later] of kinds) expect(isForLater(new Problem(kind, status)), kind).toBe(later);
  expect(isForLater(new Problem("conflict", 409, undefined, 1))).toBe(true);
  expect(isForLater(new Error("a mistake of ours"))).toBe(false);
});
