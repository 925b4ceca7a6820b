/** What a menu says, as far as it is right: a draft may be anything, and is shown all the same. */
import { isMap } from "yaml";
import { keyOf, type Parsed, type Value, valueOf } from "./yaml";

export const TYPES = ["menu", "announce", "information", "language", "schedule", "queue"] as const;
export type NodeType = (typeof TYPES)[number];
export const KEYS = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "0", "*", "#"] as const;
export const CLASSES = ["emergency", "urgent", "information"] as const;
export const DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"] as const;

/** One piece of what is said: a text, a recording, or both (the text is said while the recording is missing). */
export interface Piece {
  readonly text?: string;
  readonly recording?: string;
  readonly voice?: string;
}
/** By language. */
export type Say = Readonly<Record<string, readonly Piece[]>>;

/** A way out of a node. `field`: where it is written, as "next" or "choices". */
export interface Way {
  readonly field: "next" | "choices" | "silence" | "invalid" | "open" | "closed";
  readonly key?: string;
  readonly target: string;
}

export interface Hours {
  readonly days: readonly string[];
  readonly from: string;
  readonly to: string;
}

export interface MenuNode {
  readonly name: string;
  readonly type: NodeType | null;
  readonly say: Say;
  readonly again: Say;
  readonly ways: readonly Way[];
  readonly wait: string;
  readonly tries: string;
  readonly language: string;
  readonly serviceClass: string;
  readonly hours: readonly Hours[];
  /** Lines from … to …, counted from 1: whose problems are its own. */
  readonly lines: readonly [number, number];
}

export interface Menu {
  readonly name: string;
  readonly languages: readonly string[];
  readonly timeZone: string;
  readonly start: string;
  readonly waiting: Say;
  readonly nodes: ReadonlyMap<string, MenuNode>;
}

type Fields = Readonly<Record<string, Value>>;
const FIELDS: Readonly<Record<NodeType, readonly Way["field"][]>> = {
  menu: ["choices", "silence", "invalid"],
  announce: ["next"],
  information: ["next"],
  language: ["next"],
  schedule: ["open", "closed"],
  queue: [],
};

export function menuOf(parsed: Parsed): Menu {
  const document = fieldsOf(valueOf(parsed.root));
  return {
    name: textOf(document.name),
    languages: listOf(document.languages).map(textOf).filter(Boolean),
    timeZone: textOf(document.time_zone),
    start: textOf(document.start),
    waiting: sayOf(document.waiting),
    nodes: new Map(nodesOf(parsed, fieldsOf(document.nodes)).map((node) => [node.name, node])),
  };
}

function nodesOf(parsed: Parsed, nodes: Fields): MenuNode[] {
  const written = isMap(parsed.root) ? parsed.root.items.find((pair) => keyOf(pair.key) === "nodes")?.value : null;
  if (!isMap(written)) return [];
  const names = [...new Set(written.items.map((pair) => keyOf(pair.key)))];
  return names.map((name) => {
    const pair = written.items.find((each) => keyOf(each.key) === name);
    const [begins = 0] = rangeOf(pair?.key);
    const ends = rangeOf(pair?.value)[1] ?? begins;
    const line = (offset: number): number => parsed.lines.linePos(offset).line;
    return nodeOf(name, fieldsOf(nodes[name]), [line(begins), line(Math.max(begins, ends - 1))]);
  });
}

function nodeOf(name: string, fields: Fields, lines: readonly [number, number]): MenuNode {
  const type = TYPES.find((each) => each === fields.type) ?? null;
  return {
    name,
    type,
    say: sayOf(fields.say),
    again: sayOf(fields.again),
    ways: type ? FIELDS[type].flatMap((field) => waysOf(field, fields[field])) : [],
    wait: textOf(fields.wait),
    tries: textOf(fields.tries),
    language: textOf(fields.language),
    serviceClass: textOf(fields.class),
    hours: listOf(fields.hours).map(fieldsOf).map((each) => ({
      days: listOf(each.days).map(textOf),
      from: textOf(each.from),
      to: textOf(each.to),
    })),
    lines,
  };
}

function waysOf(field: Way["field"], value: Value | undefined): Way[] {
  if (field !== "choices") return [{ field, target: textOf(value) }];
  return Object.entries(fieldsOf(value)).map(([key, target]) => ({ field, key, target: textOf(target) }));
}

/** The keys of a telephone in their order; Object.entries would put "0" first. */
export function byKey(one: Way, other: Way): number {
  const order = (way: Way): number => (KEYS as readonly string[]).indexOf(way.key ?? "");
  return order(one) - order(other);
}

function sayOf(value: Value | undefined): Say {
  return Object.fromEntries(Object.entries(fieldsOf(value)).map(([language, said]) => [language, piecesOf(said)]));
}

function piecesOf(value: Value): Piece[] {
  return (isList(value) ? value : [value]).map((each) => {
    if (typeof each === "string") return { text: each };
    const { text, recording, voice } = fieldsOf(each);
    return Object.fromEntries(Object.entries({ text, recording, voice }).filter(([, is]) => typeof is === "string"));
  });
}

function isList(value: Value | undefined): value is readonly Value[] {
  return Array.isArray(value);
}

function listOf(value: Value | undefined): readonly Value[] {
  return isList(value) ? value : [];
}

function fieldsOf(value: Value | undefined): Fields {
  return typeof value === "object" && value !== null && !isList(value) ? value : {};
}

function textOf(value: Value | undefined): string {
  return typeof value === "string" ? value : "";
}

export function rangeOf(node: unknown): readonly number[] {
  return (node as { range?: readonly number[] | null } | null | undefined)?.range ?? [];
}
