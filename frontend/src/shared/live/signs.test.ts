import { expect, test } from "vitest";
import type { Health } from "./health";
import { type Opened, signsOf } from "./signs";

const line = (state: Opened["state"], since = 0): Opened => ({ state, since: new Date(since) });
const seen = (health: Health, since = 7) => ({ health, since: new Date(since) });
const kinds = (lines: readonly Opened[], health: Health): string[] => signsOf(lines, seen(health)).map((sign) => sign.kind);

test("each part that is away is named, and a lost line speaks for all behind it", () => {
  expect(kinds([line("fresh")], "all")).toEqual([]);
  expect(kinds([line("fresh")], "database-away")).toEqual(["database-away"]);
  expect(kinds([line("telephone-away")], "database-away")).toEqual(["telephone-away", "database-away"]);
  expect(kinds([line("lost")], "database-away")).toEqual(["lost"]);
  expect(kinds([line("connecting")], "all")).toEqual(["connecting"]);
});

test("of two lines the worse is told, once, and since it began", () => {
  expect(signsOf([line("lost", 9), line("lost", 5)], seen("all"))).toEqual([{ kind: "lost", since: new Date(5) }]);
  expect(kinds([line("fresh"), line("database-away")], "database-away")).toEqual(["database-away"]);
  expect(kinds([line("fresh"), line("connecting")], "all")).toEqual(["connecting"]);
});

test("a database that is away is told since whoever saw it first", () => {
  expect(signsOf([line("database-away", 9)], seen("database-away", 7))).toEqual([{ kind: "database-away", since: new Date(7) }]);
  expect(signsOf([line("database-away", 5)], seen("all"))).toEqual([{ kind: "database-away", since: new Date(5) }]);
});

test("who sees nothing live is told of the database alone", () => {
  expect(kinds([], "database-away")).toEqual(["database-away"]);
});
