import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { everySecond } from "./now";

beforeEach(() => { vi.useFakeTimers({ now: 1_700_000_000_997 }); });
afterEach(() => { vi.useRealTimers(); });

test("each second is told once, soon after it begins, however the clock was started", () => {
  const told: number[] = [];
  const stop = everySecond((now) => { told.push(now); }, Date.now);
  vi.advanceTimersByTime(4_900);
  stop();
  vi.advanceTimersByTime(3_000);
  expect(told).toEqual([1, 2, 3, 4, 5].map((second) => 1_700_000_000_000 + 1_000 * second));
});

test("a desk whose clock is behind is told the seconds of the server, and a late one is not caught up", () => {
  const told: number[] = [];
  const stop = everySecond((now) => {
    told.push(now);
    if (told.length === 2) vi.setSystemTime(Date.now() + 2_300); // the machine had no time
  }, () => Date.now() + 500);
  vi.advanceTimersByTime(3_000);
  stop();
  expect(told.map((now) => Math.floor(now / 1_000) - 1_700_000_000)).toEqual([2, 3, 6]);
});
