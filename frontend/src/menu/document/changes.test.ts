import { expect, test } from "vitest";
import { addLanguage, addNode, fillLanguage, onward, removeLanguage, removeNode, setPiece, setPieces, setValue } from "./changes";
import { type Menu, menuOf, type MenuNode } from "./menu";
import { inOrder } from "./order";
import { parse } from "./yaml";

const TEXT = `languages: [id, en] # two
start: main
waiting: { id: Tunggu, en: Wait }

nodes:
  main: # the first
    type: menu
    say: { id: Tekan 1, en: Press 1 }
    choices: { 1: q }
    silence: q
    invalid: q

  alone:
    type: announce
    say: { id: Halo, en: Hello }
    next: q

  q:
    type: queue
    class: emergency
`;
const menu = (text: string): Menu => menuOf(parse(text));
const node = (text: string, name: string): MenuNode => {
  const found = menu(text).nodes.get(name);
  if (!found) throw new Error(`no ${name}`);
  return found;
};

test("a node is put in on a way, and leads where that way led", () => {
  const [, silence] = node(TEXT, "main").ways;
  if (!silence) throw new Error("no way");
  const after = addNode(TEXT, menu(TEXT), "announce", "news", { node: "main", way: silence });
  expect(node(after, "main").ways.map((way) => way.target)).toEqual(["q", "news", "q"]);
  expect(node(after, "news").ways).toEqual([{ field: "next", target: "q" }]);
  expect(Object.keys(node(after, "news").say)).toEqual(["id", "en"]);
  expect([...menu(after).nodes.keys()]).toEqual(["main", "news", "alone", "q"]);
  expect(after).toContain("main: # the first");
});

test("one is put in at the very beginning, and one that nothing leads to yet", () => {
  expect(menu(addNode(TEXT, menu(TEXT), "schedule", "hours", "start")).start).toBe("hours");
  const after = addNode(TEXT, menu(TEXT), "language", "malay", null);
  expect(inOrder(menu(after)).filter((step) => !step.reached).map((step) => step.node.name)).toEqual(["alone", "malay"]);
});

test("whoever came to a node that is taken out goes on where it led", () => {
  const led = setValue(TEXT, ["nodes", "main", "choices", "2"], "alone");
  const after = removeNode(led, node(led, "alone"));
  expect(node(after, "main").ways.filter((way) => way.key).map((way) => way.target)).toEqual(["q", "q"]);
  expect(onward(node(TEXT, "q"))).toBeUndefined();
  expect(node(removeNode(TEXT, node(TEXT, "q")), "main").ways.map((way) => way.target)).toEqual(["q", "q", "q"]);
});

test("a language is added, filled from the first one by its voice, and taken out without a trace", () => {
  const added = addLanguage(TEXT, menu(TEXT), "ms");
  const filled = fillLanguage(added, menu(added), "ms");
  expect(node(filled, "main").say.ms).toEqual([{ text: "Tekan 1", voice: "id" }]);
  expect(menu(filled).waiting.ms).toEqual([{ text: "Tunggu", voice: "id" }]);
  expect(removeLanguage(filled, menu(filled), "ms")).toBe(TEXT);
});

test("a text becomes a recording with the text in reserve, and a text again", () => {
  const say = ["nodes", "alone", "say"];
  const recorded = setPiece(TEXT, say, "id", 0, [{ text: "Halo" }], { text: "Halo", recording: "up-1" });
  expect(node(recorded, "alone").say.id).toEqual([{ text: "Halo", recording: "up-1" }]);
  expect(setPieces(recorded, say, "id", [{ text: "Halo" }])).toBe(TEXT);
});

test("what is said after a wrong key appears with its first text and goes with its last", () => {
  const say = ["nodes", "main", "again"];
  const said = setPieces(TEXT, say, "id", [{ text: "Salah." }]);
  expect(node(said, "main").again).toEqual({ id: [{ text: "Salah." }] });
  expect(setPieces(said, say, "id", [])).toBe(TEXT);
});

test("circles and ways to nowhere end nothing", () => {
  const round = setValue(setValue(TEXT, ["nodes", "alone", "next"], "main"), ["nodes", "main", "silence"], "alone");
  expect(inOrder(menu(round)).map((step) => step.node.name)).toEqual(["main", "q", "alone"]);
  const nowhere = setValue(TEXT, ["start"], "nobody");
  expect(inOrder(menu(nowhere)).every((step) => !step.reached)).toBe(true);
});
