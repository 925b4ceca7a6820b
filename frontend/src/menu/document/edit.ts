/**
 * Changes of a menu's YAML in place: only the characters of what is changed are written anew; comments, blank lines, quotes
 * and the order of all else stay as somebody wrote them. Every change is read back: one that came out otherwise than meant
 * is written again by the library (which keeps comments but not every blank), and one that cannot be is refused.
 */
import { isMap, type Pair, parseDocument } from "yaml";
import { insertion, keySplice, removal, replacement, type Splice } from "./splice";
import { at, pairOf, parse, type Parsed, type Path, type Value, valueOf } from "./yaml";
import { isList } from "./writing";

/** `value` undefined: take it out. `after`: the key a new one is put behind, else it is the last. */
export interface Edit {
  readonly path: Path;
  readonly value: Value | undefined;
  readonly after?: string;
}

/** This cannot be changed here: the text itself has to be edited. */
export class NotEditable extends Error {}

/** The text with these changes; none of them may be inside another. Throws NotEditable, Unreadable. */
export function edit(text: string, edits: readonly Edit[]): string {
  const parsed = parse(text);
  const meant = edits.reduce<Value>((value, each) => put(value, each.path, each.value), valueOf(parsed.root));
  return written(parsed, edits.map((each) => spliceOf(parsed, each)), meant, () => byTheLibrary(text, edits));
}

/** The text with a node under another name, wherever it is named. */
export function renamed(text: string, from: string, to: string): string {
  const parsed = parse(text);
  const ways = references(valueOf(parsed.root), from);
  const key = pairOf(mapAt(parsed, ["nodes"]), from);
  if (!key) throw new NotEditable(from);
  const meant = ways.reduce<Value>((value, path) => put(value, path, to), valueOf(parsed.root));
  const splices = [keySplice(key, to), ...ways.map((path) => spliceOf(parsed, { path, value: to }))];
  return written(parsed, splices, underAnotherName(meant, from, to), () => {
    throw new NotEditable(from);
  });
}

/** Where a node is led to. */
export function references(document: Value, name: string): Path[] {
  const found: Path[] = get(document, ["start"]) === name ? [["start"]] : [];
  const nodes = get(document, ["nodes"]);
  if (typeof nodes !== "object" || nodes === null || isList(nodes)) return found;
  for (const [node, fields] of Object.entries(nodes)) {
    for (const field of ["next", "silence", "invalid", "open", "closed"]) {
      if (get(fields, [field]) === name) found.push(["nodes", node, field]);
    }
    const choices = get(fields, ["choices"]);
    if (typeof choices !== "object" || choices === null || isList(choices)) continue;
    for (const [key, target] of Object.entries(choices)) if (target === name) found.push(["nodes", node, "choices", key]);
  }
  return found;
}

function written(parsed: Parsed, splices: readonly (Splice | null)[], meant: Value, otherwise: () => string): string {
  if (splices.every((each) => each !== null)) {
    const text = applied(parsed.text, splices);
    if (reads(text, meant)) return text;
  }
  const text = otherwise();
  if (!reads(text, meant)) throw new NotEditable("read back otherwise");
  return text;
}

function reads(text: string, meant: Value): boolean {
  try {
    return same(valueOf(parse(text).root), meant);
  } catch {
    return false;
  }
}

function applied(text: string, splices: readonly Splice[]): string {
  let result = text;
  const inOrder = splices.map((splice, number) => ({ ...splice, number }));
  for (const { from, to, put: piece } of inOrder.sort((one, other) => other.from - one.from || other.number - one.number)) {
    result = result.slice(0, from) + piece + result.slice(to);
  }
  return result;
}

function spliceOf(parsed: Parsed, { path, value, after }: Edit): Splice | null {
  const parent = at(parsed.root, path.slice(0, -1));
  const key = path.at(-1) ?? "";
  const there = at(parsed.root, path) !== null || (isMap(parent) && pairOf(parent, String(key)) !== undefined);
  if (value === undefined) return there ? removal(parsed.text, parent, key) : { from: 0, to: 0, put: "" };
  return there ? replacement(parsed.text, parent, key, value) : insertion(parsed.text, parent, String(key), value, after);
}

function byTheLibrary(text: string, edits: readonly Edit[]): string {
  const document = parseDocument(text, { schema: "failsafe", uniqueKeys: false });
  for (const { path, value } of edits) {
    if (value === undefined) document.deleteIn(path);
    else document.setIn(path, document.createNode(value));
  }
  return document.toString({ lineWidth: 0 });
}

function mapAt(parsed: Parsed, path: Path) {
  const node = at(parsed.root, path);
  if (!isMap(node)) throw new NotEditable(path.join("."));
  return node;
}

export function get(value: Value | undefined, path: Path): Value | undefined {
  let found: Value | undefined = value;
  for (const step of path) {
    if (typeof found !== "object" || found === null) return undefined;
    found = isList(found) ? found[Number(step)] : Object.hasOwn(found, step) ? found[step] : undefined;
  }
  return found;
}

/** The value with another one at this path; `undefined` takes it out. */
export function put(value: Value, path: Path, to: Value | undefined): Value {
  const [step, ...rest] = path;
  if (step === undefined) return to ?? null;
  if (isList(value)) {
    const inner = rest.length ? put(value[Number(step)] ?? null, rest, to) : to;
    const result = [...value];
    if (inner === undefined) result.splice(Number(step), 1);
    else result[Number(step)] = inner;
    return result;
  }
  const fields = new Map(Object.entries(typeof value === "object" && value !== null ? value : {}));
  const inner = rest.length ? put(fields.get(String(step)) ?? null, rest, to) : to;
  if (inner === undefined) fields.delete(String(step));
  else fields.set(String(step), inner);
  return Object.fromEntries(fields);
}

function underAnotherName(document: Value, from: string, to: string): Value {
  const nodes = get(document, ["nodes"]);
  const entries = Object.entries((nodes ?? {}) as Readonly<Record<string, Value>>);
  return put(document, ["nodes"], Object.fromEntries(entries.map(([name, fields]) => [name === from ? to : name, fields])));
}

function same(one: Value, other: Value): boolean {
  if (one === other) return true;
  if (typeof one !== "object" || typeof other !== "object" || one === null || other === null) return false;
  if (isList(one) || isList(other)) {
    return isList(one) && isList(other) && one.length === other.length && one.every((each, number) => same(each, other[number] ?? null));
  }
  const keys = Object.keys(one);
  return keys.length === Object.keys(other).length && keys.every((key) => Object.hasOwn(other, key) && same(one[key] ?? null, other[key] ?? null));
}

export type { Pair };
