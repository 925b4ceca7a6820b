import { expect, test } from "vitest";
import { changed, differences, onTop, placed } from "./draft";

const base = { name: "Damkar", active: true, ways: [{ kind: "page" }] };

test("a change sends what differs alone, lists by what they hold", () => {
  expect(changed(base, { ...base, ways: [{ kind: "page" }] })).toEqual({});
  expect(changed(base, { ...base, name: "Pemadam", ways: [] })).toEqual({ name: "Pemadam", ways: [] });
});

test("what somebody else changed is named, and where both did", () => {
  const mine = { ...base, name: "Pemadam" };
  const theirs = { ...base, name: "Damkar Kota", active: false };
  expect(differences(base, mine, theirs)).toEqual([
    { name: "name", was: "Damkar", theirs: "Damkar Kota", both: true },
    { name: "active", was: true, theirs: false, both: false },
  ]);
  expect(differences(base, theirs, theirs).map((each) => each.both)).toEqual([false, false]);
});

test("mine on top of theirs keeps what only they changed", () => {
  const mine = { ...base, name: "Pemadam" };
  expect(onTop(base, mine, { ...base, name: "Lain", active: false })).toEqual({ ...base, name: "Pemadam", active: false });
});

test("an error stands at its field, one of a list at the list, and what has no field is not lost", () => {
  expect(placed({ name: "is empty", "ways.0.url": "leads inside", "If-Match": "is old" }, ["name", "ways"])).toEqual({
    name: "is empty",
    ways: "0.url: leads inside",
    "": "is old",
  });
});
