/**
 * A menu's YAML as a tree that knows where each thing stands. Every scalar is text, as the server reads it: `no`, `16:00` and
 * `1` are what they look like. A part that is used twice through an alias is nothing here, as it is a mistake there.
 */
import { type Document, isMap, isPair, isScalar, isSeq, LineCounter, type Node, parseDocument, type YAMLMap } from "yaml";

export const LARGEST = 64_000; // characters; the server takes no more
const DEEPEST = 40; // brackets inside one another: whoever nests deeper has not written a menu

export type Value = string | null | readonly Value[] | { readonly [key: string]: Value };
export type Path = readonly (string | number)[];

export interface Parsed {
  readonly text: string;
  readonly root: Node | null;
  readonly lines: LineCounter;
}

/** Why a text is no YAML: the line counts from 1. */
export class Unreadable extends Error {
  constructor(readonly line: number | null, readonly why: "too-large" | "too-deep" | "syntax", message = why as string) {
    super(message);
    this.name = "Unreadable";
  }
}

let last: Parsed | null = null;

/** Throws Unreadable. */
export function parse(text: string): Parsed {
  if (last?.text === text) return last;
  if (text.length > LARGEST) throw new Unreadable(null, "too-large");
  if (deepest(text) > DEEPEST) throw new Unreadable(null, "too-deep");
  const lines = new LineCounter();
  const document = composed(text, lines);
  const [error] = document.errors;
  if (error && error.code !== "DUPLICATE_KEY") throw new Unreadable(error.linePos?.[0].line ?? null, "syntax", error.message);
  last = { text, root: document.contents, lines };
  return last;
}

function composed(text: string, lines: LineCounter): Document.Parsed {
  try {
    return parseDocument(text, { schema: "failsafe", lineCounter: lines, prettyErrors: true, uniqueKeys: false, merge: false, keepSourceTokens: true });
  } catch (error) {
    if (error instanceof RangeError) throw new Unreadable(null, "too-deep");
    throw error;
  }
}

/** How deep brackets and lists lie inside one another, at most: parsing one that is made to be deep would end the page. */
function deepest(text: string): number {
  let depth = 0;
  let most = 0;
  for (const sign of text) {
    if (sign === "[" || sign === "{") most = Math.max(most, (depth += 1));
    else if (sign === "]" || sign === "}") depth = Math.max(0, depth - 1);
  }
  for (const [dashes] of text.matchAll(/^[ \t]*(?:- ){2,}/gm)) most = Math.max(most, dashes.split("-").length);
  return most;
}

export function at(root: Node | null, path: Path): Node | null {
  let node: unknown = root;
  for (const step of path) {
    if (isMap(node)) node = pairOf(node, String(step))?.value ?? null;
    else if (isSeq(node)) node = node.items[Number(step)] ?? null;
    else return null;
  }
  return (node as Node | null) ?? null;
}

export function pairOf(map: YAMLMap, key: string) {
  return map.items.find((pair) => isPair(pair) && keyOf(pair.key) === key);
}

export function keyOf(key: unknown): string {
  return isScalar(key) ? String(key.value) : "";
}

/** Plain values; keys that stand twice count once, as the first stands. */
export function valueOf(node: unknown, depth = 0): Value {
  if (depth > DEEPEST) return null;
  if (isScalar(node)) return scalarOf(node.value, node.type === "PLAIN");
  if (isSeq(node)) return node.items.map((item) => valueOf(item, depth + 1));
  if (!isMap(node)) return null;
  const fields = new Map<string, Value>();
  for (const pair of node.items) if (!fields.has(keyOf(pair.key))) fields.set(keyOf(pair.key), valueOf(pair.value, depth + 1));
  return Object.fromEntries(fields);
}

function scalarOf(value: unknown, plain: boolean): string | null {
  const text = typeof value === "string" ? value : "";
  return plain && ["", "~", "null"].includes(text) ? null : text;
}
