import { expect, test } from "vitest";
import { callable, type Place } from "./callable";

const place = (position: string, more: Partial<Place> = {}): Place => ({ position, operator: null, state: "off_duty", registered_at: ["a"], ...more });

test("only a phone that is there, at a position that is offered nobody", () => {
  const places = [place("pos-1", { state: "ready" }), place("pos-2", { registered_at: [] }), place("pos-3", { state: "on_call" }), place("pos-4")];
  expect(callable(places, null)).toEqual(["pos-4"]);
});

test("one's own first, then by number", () => {
  const places = [place("pos-10"), place("pos-2"), place("pos-9", { operator: "siti" })];
  expect(callable(places, "siti")).toEqual(["pos-9", "pos-2", "pos-10"]);
  expect(callable(places, null)).toEqual(["pos-2", "pos-9", "pos-10"]);
});

test("nobody's place is not taken for one's own", () => {
  expect(callable([place("pos-2"), place("pos-1")], null)).toEqual(["pos-1", "pos-2"]);
});
