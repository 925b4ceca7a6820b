import { expect, test } from "vitest";
import { percent, seats, waiting } from "./figures";

const call = (service_class: string | null, arrived_at: string, answered_at: string | null = null, queued_at: string | null = arrived_at) =>
  ({ service_class, arrived_at, answered_at, queued_at }) as unknown as Parameters<typeof waiting>[0] extends Iterable<infer C> ? C : never;
const seat = (state: string, operator: string | null = "siti") =>
  ({ state, operator }) as unknown as Parameters<typeof seats>[0] extends Iterable<infer S> ? S : never;

test("who waits is counted by class, with the longest wait; talks and menus do not wait", () => {
  const found = waiting([
    call("urgent", "2026-11-26T01:00:09Z"),
    call("urgent", "2026-11-26T01:00:05Z"),
    call(null, "2026-11-26T01:00:07Z"),
    call("information", "2026-11-26T01:00:00Z", "2026-11-26T01:00:04Z"),
    call("information", "2026-11-26T01:00:00Z", null, null),
  ]);
  expect(found.map(({ of, calls }) => [of, calls])).toEqual([["emergency", 1], ["urgent", 2], ["information", 0]]);
  expect(found[1]?.since).toBe(Date.parse("2026-11-26T01:00:05Z"));
  expect(found[2]?.since).toBeNull();
});

test("somebody off duty at a position is paused, and an empty one is nobody", () => {
  expect(seats([seat("ready"), seat("off_duty"), seat("off_duty", null), seat("ready", null)])).toMatchObject({ ready: 1, paused: 1 });
});

test("a target is not reached by rounding", () => {
  expect(percent(899, 1000)).toBe(89);
  expect(percent(0, 0)).toBeNull();
});
