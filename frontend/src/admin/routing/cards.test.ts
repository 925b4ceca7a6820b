import { expect, test } from "vitest";
import { cardChanges, cardsOf, mistakes, ordered, type Row, withCard } from "./cards";

const TEXT = `# who is asked
default: {first: [bpbd]} # always
rules:
  - name: rob
    first: [bpbd]
run_cards: # agreed with damkar
  rob:
    # two teams are all there are
    2: [dinkes, {agency: satpol_pp, send: two teams}] # by radio
    3: [damkar]
  banjir:
    2: [pmi]
`;
const ROWS: readonly Row[] = [
  { level: 2, agency: "dinkes", send: "" },
  { level: 2, agency: "satpol_pp", send: "two teams" },
  { level: 3, agency: "damkar", send: "" },
];

test("cards are rows", () => {
  expect(cardsOf(TEXT)).toEqual([{ category: "rob", rows: ROWS }, { category: "banjir", rows: [{ level: 2, agency: "pmi", send: "" }] }]);
  expect(cardsOf("run_cards: 7\n")).toEqual([]);
  expect(cardsOf("run_cards: {rob: 5, banjir: {2: x}}")).toEqual([{ category: "rob", rows: [] }, { category: "banjir", rows: [] }]);
  expect(cardsOf("run_cards: [")).toBeNull();
});

test("a card that is kept as it is leaves every sign of the document as it is", () => {
  expect(withCard(TEXT, { category: "rob", rows: ROWS })).toBe(TEXT);
});

test("a level that changes is written anew, the others and the comments stay", () => {
  const rows = [...ROWS.slice(0, 2), { level: 3, agency: "damkar", send: "tangga" }, { level: 4, agency: "polres", send: "" }];
  const text = withCard(TEXT, { category: "rob", rows });
  expect(cardsOf(text)?.[0]?.rows).toEqual(rows);
  for (const line of ["# who is asked", "# agreed with damkar", "# two teams are all there are", "send: two teams}] # by radio", "2: [pmi]"]) expect(text).toContain(line);
});

test("a level that goes is gone, a card without rows as well, and the last card takes its heading with it", () => {
  const less = withCard(TEXT, { category: "rob", rows: ROWS.slice(0, 2) });
  expect(cardsOf(less)?.[0]?.rows).toEqual(ROWS.slice(0, 2));
  const one = withCard(less, { category: "rob", rows: [] });
  expect(cardsOf(one)?.map((card) => card.category)).toEqual(["banjir"]);
  expect(withCard(one, { category: "banjir", rows: [] })).not.toContain("run_cards");
});

test("the first card of a document begins the part", () => {
  const text = withCard("default:\n  first: [bpbd]\n", { category: "rob", rows: [{ level: 2, agency: "pmi", send: "" }] });
  expect(cardsOf(text)).toEqual([{ category: "rob", rows: [{ level: 2, agency: "pmi", send: "" }] }]);
});

test("what changes is said by level and agency", () => {
  const after = [{ category: "rob", rows: [{ level: 2, agency: "dinkes", send: "ambulans" }, { level: 3, agency: "damkar", send: "" }, { level: 3, agency: "pmi", send: "" }] }];
  const changes = cardChanges([{ category: "rob", rows: ROWS }], after).map((each) => `${each.sign}${each.level} ${each.agency} ${each.was}→${each.send}`);
  expect(changes).toEqual(["~2 dinkes →ambulans", "-2 satpol_pp two teams→", "+3 pmi →"]);
  expect(cardChanges(after, after)).toEqual([]);
});

test("a gap, an agency twice and a row without one are told", () => {
  expect(mistakes(ROWS)).toEqual([]);
  expect(mistakes([{ level: 4, agency: "pmi", send: "" }])).toEqual([{ kind: "gap", level: 2 }, { kind: "gap", level: 3 }]);
  expect(mistakes([{ level: 2, agency: "pmi", send: "" }, { level: 2, agency: "pmi", send: "x" }, { level: 2, agency: "", send: "" }])).toEqual([
    { kind: "twice", agency: "pmi", level: 2 },
    { kind: "nobody", level: 2 },
  ]);
  expect(ordered([{ level: 3, agency: "a", send: "" }, { level: 2, agency: "b", send: "" }]).map((row) => row.agency)).toEqual(["b", "a"]);
});
