import { expect, test } from "vitest";
import { beginOf, dayOf, fromLocal, later, mondayOf, toLocal } from "./days";

test("a moment goes to the room's clock and back, whatever this machine's zone", () => {
  expect(toLocal("2026-11-26T17:30:00Z")).toBe("2026-11-27T00:30");
  expect(new Date(fromLocal("2026-11-27T00:30")).toISOString()).toBe("2026-11-26T17:30:00.000Z");
  expect(toLocal(new Date("2026-11-25T17:30:00Z"))).toBe("2026-11-26T00:30");
  expect(fromLocal("2026-11-26T00:00:30")).toBe("2026-11-26T00:00:30+07:00");
  expect([toLocal(""), fromLocal("")]).toEqual(["", ""]);
});

test("weeks begin on Monday, across months and years", () => {
  expect(mondayOf("2026-11-26")).toBe("2026-11-23");
  expect(mondayOf("2026-11-23")).toBe("2026-11-23");
  expect(mondayOf("2027-01-03")).toBe("2026-12-28");
  expect(later("2026-12-28", 7)).toBe("2027-01-04");
});

test("a day begins at midnight in the room", () => {
  expect(dayOf(new Date("2026-11-26T17:30:00Z"))).toBe("2026-11-27");
  expect(new Date(beginOf("2026-11-27")).toISOString()).toBe("2026-11-26T17:00:00.000Z");
});
