import { expect, test, vi } from "vitest";
import { press, REST_MS } from "./hand";

test("a second press of the same finger is none, whichever card it meets", () => {
  vi.useFakeTimers();
  expect([press("first"), press("other")]).toEqual([true, false]);
  vi.advanceTimersByTime(REST_MS);
  expect(press("other")).toBe(true);
  vi.useRealTimers();
});
