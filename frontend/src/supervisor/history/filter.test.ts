import { expect, test } from "vitest";
import { addressOf, EVERYTHING, queryOf, readAfter, readFilter } from "./filter";

const FILTER = {
  since: "2026-11-26T00:00", until: "", service_class: "urgent", outcome: "abandoned", operator: "operator-1", number: "+62 812&x=1#",
};

test("the address keeps the filter, and the number where no server sees it", () => {
  const address = new URL(`http://x/calls${addressOf(FILTER, "abc=")}`);
  expect(address.search).not.toContain("812");
  expect(readFilter(address.search, address.hash)).toEqual(FILTER);
  expect(readAfter(address.search)).toBe("abc=");
});

test("without a filter the address is bare", () => {
  expect(addressOf(EVERYTHING)).toBe("");
  expect(readFilter("", "")).toEqual(EVERYTHING);
  expect(queryOf(EVERYTHING, null)).toEqual({ limit: 50 });
});

test("times are Jakarta's, whatever the desk is set to", () => {
  expect(queryOf(FILTER, null).since).toBe("2026-11-26T00:00:00+07:00");
});

test("what is blank is not asked for", () => {
  expect(queryOf({ ...EVERYTHING, operator: "  ", number: " 0812 " }, "c")).toEqual({ limit: 50, number: "0812", after: "c" });
});
