import { expect, test } from "vitest";
import { difference, together } from "./difference";
import { menuOf } from "./document/menu";
import { parse } from "./document/yaml";
import { lineDifference } from "./lines";

const BEFORE = `languages: [id]
start: a
nodes:
  a: { type: announce, say: { id: Halo, en: Hello }, next: q }
  old: { type: queue, class: urgent }
  q: { type: queue, class: emergency }
`;
const AFTER = BEFORE.replace("Halo", "Selamat pagi").replace("  old: { type: queue, class: urgent }\n", "").replace("languages: [id]", "languages: [id, ms]").concat("  new: { type: language, language: ms, next: q }\n");
const menu = (text: string) => menuOf(parse(text));

test("each node that changes is named with what was and what is", () => {
  const changes = difference(menu(BEFORE), menu(AFTER));
  expect(changes.map((change) => [change.node, change.mark])).toEqual([["", "changed"], ["a", "changed"], ["new", "added"], ["old", "removed"]]);
  expect(changes[1]?.fields).toEqual([{ field: "say", before: "id: Halo", after: "id: Selamat pagi" }]);
  expect(difference(menu(BEFORE), menu(`# only a comment\n${BEFORE}`))).toEqual([]);
  expect([...together(menu(BEFORE), menu(AFTER)).nodes.keys()]).toEqual(["a", "q", "new", "old"]);
});

test("lines are compared with what stands around them, however large the texts", () => {
  expect(lineDifference("a\nb\nc\nd\ne", "a\nb\nx\nd\ne")).toEqual([" a", " b", "-c", "+x", " d", " e"]);
  expect(lineDifference("a", "a")).toEqual([" a"]);
  const many = Array.from({ length: 5_000 }, (_, number) => `# ${number}`);
  const began = Date.now();
  expect(lineDifference(many.join("\n"), many.toReversed().join("\n"))).toHaveLength(10_000);
  expect(Date.now() - began).toBeLessThan(2_000);
});
