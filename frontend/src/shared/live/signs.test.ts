import { expect, test } from "vitest";
import { type Opened, signsOf } from "./signs";

const line = (state: Opened["state"], since = 0): Opened => ({ state, since: new Date(since) });
const kinds = (...given: Parameters<typeof signsOf>): string[] => signsOf(...given).map((sign) => sign.kind);

test("each part that is away is named, and a lost line speaks for all behind it", () => {
  expect(kinds([line("fresh")], "all")).toEqual([]);
  expect(kinds([line("fresh")], "database-away")).toEqual(["database-away"]);
  expect(kinds([line("telephone-away")], "database-away")).toEqual(["telephone-away", "database-away"]);
  expect(kinds([line("lost")], "database-away")).toEqual(["lost"]);
  expect(kinds([line("connecting")], "all")).toEqual(["connecting"]);
});

test("of two lines the worse is told, once, and since it began", () => {
  expect(signsOf([line("lost", 9), line("lost", 5)], "all")).toEqual([{ kind: "lost", since: new Date(5) }]);
  expect(kinds([line("fresh"), line("database-away")], "database-away")).toEqual(["database-away"]);
  expect(kinds([line("fresh"), line("connecting")], "all")).toEqual(["connecting"]);
});

test("who sees nothing live is told of the database alone", () => {
  expect(kinds([], "database-away")).toEqual(["database-away"]);
});
