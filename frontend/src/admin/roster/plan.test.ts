import { expect, test } from "vitest";
import { doubled, duties, dutiesOf, hoursOf } from "./plan";

const DRAFT = { operator: "siti", people: 1, day: "2026-11-26", start: "21:00", hours: 10, days: 2 };

test("a night shift of two days is two duties that end the next morning", () => {
  const found = duties(DRAFT);
  expect(found.map((each) => [each.operator, new Date(each.starts_at).toISOString(), each.ends_at])).toEqual([
    ["siti", "2026-11-26T14:00:00.000Z", "2026-11-27T00:00:00.000Z"],
    ["siti", "2026-11-27T14:00:00.000Z", "2026-11-28T00:00:00.000Z"],
  ]);
});

test("without an operator it is so many people", () => {
  expect(duties({ ...DRAFT, operator: "", people: 3, days: 1 })[0]).toMatchObject({ people: 3 });
  expect(duties({ ...DRAFT, operator: "", people: 3, days: 1 })[0]).not.toHaveProperty("operator");
});

test("what is no time throws nothing here", () => {
  expect(duties({ ...DRAFT, start: "late", hours: "x", days: 100000 })).toHaveLength(62);
  expect(duties({ ...DRAFT, day: "", days: 1 })[0]?.starts_at).toBe("");
});

const NIGHT = { starts_at: "2026-11-26T15:00:00Z", ends_at: "2026-11-26T23:00:00Z", operator: "siti" }; // 22:00 to 06:00

test("a night belongs to both its days", () => {
  expect(["2026-11-25", "2026-11-26", "2026-11-27", "2026-11-28"].map((day) => dutiesOf([NIGHT], day).length)).toEqual([0, 1, 1, 0]);
  expect([hoursOf(NIGHT, "2026-11-26"), hoursOf(NIGHT, "2026-11-27")]).toEqual(["22:00–06:00", "→06:00"]);
  expect(dutiesOf([{ ...NIGHT, ends_at: "2026-11-26T17:00:00Z" }], "2026-11-27")).toEqual([]); // until midnight
});

test("who stands twice at one time is named once; two numbers of people are nobody", () => {
  const later = { ...NIGHT, starts_at: "2026-11-26T22:00:00Z", ends_at: "2026-11-27T06:00:00Z" };
  expect(doubled([NIGHT, later, { ...later, operator: "budi" }])).toEqual(["siti"]);
  expect(doubled([NIGHT, { ...later, starts_at: NIGHT.ends_at }])).toEqual([]);
  expect(doubled([{ ...NIGHT, operator: null }, { ...NIGHT, operator: null }])).toEqual([]);
});
