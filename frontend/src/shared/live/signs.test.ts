import { expect, test } from "vitest";
import type { Live } from "./live";
import { signsOf } from "./signs";

const live = (state: Live["state"]): Live => ({ floor: null, state, since: new Date(0) });
const kinds = (...given: Parameters<typeof signsOf>): string[] => signsOf(...given).map((sign) => sign.kind);

test("each part that is away is named, and a lost line speaks for all behind it", () => {
  expect(kinds(live("fresh"), "all")).toEqual([]);
  expect(kinds(live("fresh"), "database-away")).toEqual(["database-away"]);
  expect(kinds(live("telephone-away"), "database-away")).toEqual(["telephone-away", "database-away"]);
  expect(kinds(live("lost"), "database-away")).toEqual(["lost"]);
  expect(kinds(live("connecting"), "all")).toEqual(["connecting"]);
});

test("who sees nothing live is told of the database alone", () => {
  expect(kinds(null, "database-away")).toEqual(["database-away"]);
});
