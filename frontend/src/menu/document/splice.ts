/** Which characters of the text change for one change of its tree. null: this cannot be said; the library writes it. */
import { isMap, isPair, isScalar, isSeq, type Node, type Pair } from "yaml";
import { pairOf, type Value } from "./yaml";
import { behindKey, block, flow, scalar } from "./writing";

export interface Splice {
  readonly from: number;
  readonly to: number;
  readonly put: string;
}

type Item = Pair | Node;

/** Another value for what is there. */
export function replacement(text: string, parent: Node | null, key: string | number, value: Value): Splice | null {
  const inFlow = isFlow(parent);
  const pair = isMap(parent) ? pairOf(parent, String(key)) : undefined;
  const node = (pair ? pair.value : isSeq(parent) ? parent.items[Number(key)] : null) as Node | null | undefined;
  const [from, to] = spanOf(node);
  if (pair && (!node || from === to)) return emptied(text, pair, value, inFlow);
  if (from === undefined || to === undefined) return null;
  if (inFlow || isFlow(node)) return { from, to, put: flow(value) };
  const end = node ? contentEnd(text, node) : to;
  if (typeof value === "string" || value === null) return isScalar(node) ? { from, to: end, put: scalar(value) } : null;
  if (!pair) return isScalar(node) ? { from, to: end, put: flow(value) } : null;
  if (isScalar(node)) return { from: afterColon(pair) ?? from, to: end, put: behindKey(value, indentOf(text, startOf(pair))) };
  return isMap(node) || isSeq(node) ? { from: lineStart(text, from), to: contentEnd(text, node), put: block(value, indentOf(text, from)) } : null;
}

/** A value where none stood: directly behind the colon. */
function emptied(text: string, pair: Pair, value: Value, inFlow: boolean): Splice | null {
  const from = afterColon(pair);
  if (from === null) return null;
  return { from, to: from, put: inFlow ? ` ${flow(value)}` : behindKey(value, indentOf(text, startOf(pair))) };
}

/** A new key of a map, or a new last item of a list. `after`: the key it is put behind. */
export function insertion(text: string, parent: Node | null, key: string, value: Value, after?: string): Splice | null {
  if (!isMap(parent) && !isSeq(parent)) return null;
  const items = parent.items as Item[];
  const beside = (after !== undefined && isMap(parent) ? pairOf(parent, after) : undefined) ?? items.at(-1);
  if (!beside) return null;
  if (isFlow(parent)) {
    const from = contentEnd(text, beside);
    return { from, to: from, put: `, ${isMap(parent) ? `${scalar(key, true)}: ` : ""}${flow(value)}` };
  }
  const indent = indentOf(text, startOf(items[0]));
  const from = lineEnd(text, contentEnd(text, beside));
  const line = isMap(parent) ? `${indent}${scalar(key)}:${behindKey(value, indent)}` : `${indent}- ${flow(value)}`;
  return { from, to: from, put: `\n${apart(text, items) ? "\n" : ""}${line}` };
}

/** Whether the items are set apart by blank lines. */
function apart(text: string, items: readonly Item[]): boolean {
  const last = items.length > 1 ? startOf(items.at(-1)) : 0;
  const above = text.slice(0, lineStart(text, last)).split("\n").slice(0, -1).reverse();
  return items.length > 1 && above[above.findIndex((line) => !isComment(line))]?.trim() === "";
}

/** A key or an item gone, and the comment that stands right above it with it. */
export function removal(text: string, parent: Node | null, key: string | number): Splice | null {
  if (!isMap(parent) && !isSeq(parent)) return null;
  const items = parent.items as Item[];
  const number = isSeq(parent) ? Number(key) : items.findIndex((item) => isPair(item) && item === pairOf(parent, String(key)));
  const item = items[number];
  if (!item || items.length === 1) return null;
  const [before, next] = [items[number - 1], items[number + 1]];
  if (isFlow(parent)) {
    if (before) return { from: contentEnd(text, before), to: contentEnd(text, item), put: "" };
    return next ? { from: startOf(item), to: startOf(next), put: "" } : null;
  }
  const to = lineEnd(text, contentEnd(text, item));
  if (!before) return { from: lineStart(text, startOf(item)), to: Math.min(text.length, to + 1), put: "" };
  const above = text.slice(lineEnd(text, contentEnd(text, before)), lineStart(text, startOf(item)));
  return { from: lineStart(text, startOf(item)) - belonging(above).length - 1, to, put: "" };
}

/** Of the lines between two items, those that go with the second: its comment, and the blank lines above that. */
function belonging(above: string): string {
  const lines = above.split("\n").slice(0, -1);
  let first = lines.length;
  while (first > 1 && isComment(lines[first - 1] ?? "")) first -= 1;
  while (first > 1 && lines[first - 1]?.trim() === "") first -= 1;
  return lines.slice(first).map((line) => `\n${line}`).join("");
}

/** Another name for a key. */
export function keySplice(pair: Pair, to: string): Splice {
  const [from = 0, end = 0] = spanOf(pair.key);
  return { from, to: end, put: scalar(to) };
}

function isFlow(node: unknown): boolean {
  return (isMap(node) || isSeq(node)) && node.flow === true;
}

function isComment(line: string): boolean {
  return /^\s*#/.test(line);
}

function spanOf(node: unknown): readonly number[] {
  return (node as { range?: readonly number[] | null } | null | undefined)?.range ?? [];
}

function startOf(item: Item | undefined): number {
  return spanOf(isPair(item) ? item.key : item)[0] ?? 0;
}

/** Where the last character of a thing stands, comments behind it aside. */
function contentEnd(text: string, item: Item): number {
  if (isPair(item)) {
    const value = item.value as Node | null;
    const [from, to] = spanOf(value);
    return value && from !== to ? contentEnd(text, value) : (afterColon(item) ?? spanOf(item.key)[1] ?? 0);
  }
  if ((isMap(item) || isSeq(item)) && !item.flow) {
    const last = (item.items as Item[]).at(-1);
    if (last) return contentEnd(text, last);
  }
  const [from = 0, to = 0] = spanOf(item);
  return from + text.slice(from, to).trimEnd().length;
}

/** Behind the colon of a pair. */
function afterColon(pair: Pair): number | null {
  const token = (pair as { srcToken?: { sep?: { type: string; offset: number }[] } }).srcToken;
  const colon = token?.sep?.find((each) => each.type === "map-value-ind");
  return colon ? colon.offset + 1 : null;
}

function lineStart(text: string, at: number): number {
  return text.lastIndexOf("\n", at - 1) + 1;
}

function lineEnd(text: string, at: number): number {
  const end = text.indexOf("\n", at);
  return end < 0 ? text.length : end;
}

/** The blanks before what stands at `at`; a dash counts as one: "- a:" is indented by two more than its dash. */
function indentOf(text: string, at: number): string {
  return text.slice(lineStart(text, at), at).replace(/\S/g, " ");
}
