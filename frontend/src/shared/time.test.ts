import { expect, test } from "vitest";
import { clock, dayAndTime, duration } from "./time";
import { setLanguage } from "./words/words";

test("times are Jakarta's, in the language of the page", () => {
  expect(clock("2026-11-24T20:05:09Z")).toBe("03.05.09");
  expect(dayAndTime("2026-11-24T20:05:09Z")).toBe("25 Nov 2026, 03.05");
  setLanguage("en");
  expect(clock("2026-11-24T20:05:09Z")).toBe("03:05:09");
});

test("durations are read at a glance", () => {
  expect([duration(-3), duration(65.9), duration(3723)]).toEqual(["0:00", "1:05", "1:02:03"]);
});
