import { expect, test } from "vitest";
import { movedRule, NO_RULE, read, STARTER, withoutRule, withRule } from "./document";

const TEXT = `# who is asked
default:
  first: [bpbd]
areas:
  coast: [33.75.03.1001, 33.75.04]
hours:
  malam:
    - {days: [mon], from: "22:00", to: "06:00"}
rules:
  # rob first: the sea does not wait
  - name: rob by night
    categories: [rob]
    areas: [coast]
    hours: [malam]
    first: [bpbd, polres] # both
  - name: rob
    categories: [rob]
    first: [bpbd]
run_cards:
  rob:
    2: [dinkes, {agency: satpol_pp, send: two teams}]
`;

test("a document is a table", () => {
  const found = read(TEXT);
  expect(found?.rules.map((each) => each.name)).toEqual(["rob by night", "rob"]);
  expect(found?.rules[0]).toEqual({ name: "rob by night", categories: ["rob"], areas: ["coast"], hours: ["malam"], first: ["bpbd", "polres"], supporting: [] });
  expect([found?.groups, found?.hours]).toEqual([["coast"], ["malam"]]);
});

test("a rule is added, and all that stood there stays as it was written", () => {
  const text = withRule(TEXT, null, { ...NO_RULE, name: "api", categories: ["kebakaran"], first: ["damkar"] });
  for (const line of TEXT.trimEnd().split("\n")) expect(text).toContain(line.trim());
  expect(read(text)?.rules[2]).toEqual({ ...NO_RULE, name: "api", categories: ["kebakaran"], first: ["damkar"] });
});

test("a rule is changed in its place: comments stay, an empty list goes", () => {
  const text = withRule(TEXT, 0, { ...NO_RULE, name: "rob", categories: ["rob"], first: ["bpbd"] });
  expect(read(text)?.rules[0]).toEqual({ ...NO_RULE, name: "rob", categories: ["rob"], first: ["bpbd"] });
  expect(text).toContain("# rob first: the sea does not wait");
});

test("the order is the meaning: a rule is moved and taken out", () => {
  expect(read(movedRule(TEXT, 1, 0))?.rules.map((each) => each.name)).toEqual(["rob", "rob by night"]);
  expect(read(withoutRule(TEXT, 0))?.rules.map((each) => each.name)).toEqual(["rob"]);
});

test("what is no YAML is no table, and what is odd in it throws nothing", () => {
  expect(read("rules: [")).toBeNull();
  expect(read("rules: 5\nrun_cards: [1]\ndefault: x")?.rules).toEqual([]);
  expect(read("")?.rules).toEqual([]);
});

test("one begins with the default alone", () => {
  expect(read(withRule(STARTER, null, { ...NO_RULE, name: "rob", first: ["bpbd"] }))?.rules).toHaveLength(1);
});
