import { expect, test } from "vitest";
import { duties } from "./plan";

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
});
