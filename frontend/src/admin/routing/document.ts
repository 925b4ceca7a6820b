/** The routing document as a table: read from its YAML, changed in it; comments and what is not touched stay as they are. */
import { type Document, isMap, isSeq, parseDocument, type YAMLSeq } from "yaml";

export interface Rule {
  readonly name: string;
  readonly categories: readonly string[];
  readonly areas: readonly string[];
  readonly hours: readonly string[];
  readonly first: readonly string[];
  readonly supporting: readonly string[];
}

export interface Routing {
  readonly first: readonly string[];
  readonly supporting: readonly string[];
  readonly rules: readonly Rule[];
  readonly groups: readonly string[];
  readonly hours: readonly string[];
}

export const NO_RULE: Rule = { name: "", categories: [], areas: [], hours: [], first: [], supporting: [] };
const LISTS = ["categories", "areas", "hours", "first", "supporting"] as const;
/** What one begins with where no document is in force. */
export const STARTER = "default:                         # what no rule fits\n  first: [bpbd]\nrules: []\n";

/** Null when it is no YAML: then the text has to be corrected first. */
export function read(text: string): Routing | null {
  const document = parseDocument(text);
  if (document.errors.length > 0) return null;
  const whole = record(document.toJS());
  const standing = record(whole.default);
  return {
    first: strings(standing.first),
    supporting: strings(standing.supporting),
    rules: list(whole.rules).map(rule),
    groups: Object.keys(record(whole.areas)),
    hours: Object.keys(record(whole.hours)),
  };
}

function rule(value: unknown): Rule {
  const found = record(value);
  const [categories, areas, hours, first, supporting] = LISTS.map((name) => strings(found[name]));
  return { name: word(found.name), categories: categories ?? [], areas: areas ?? [], hours: hours ?? [], first: first ?? [], supporting: supporting ?? [] };
}

function record(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
}

function word(value: unknown): string {
  return typeof value === "string" || typeof value === "number" ? String(value) : "";
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function strings(value: unknown): readonly string[] {
  return list(value).map(word);
}

/** The document with a rule changed at its place; `at` null: added at the end. */
export function withRule(text: string, at: number | null, changed: Rule): string {
  return edited(text, (rules, document) => {
    const place = at ?? rules.items.length;
    const there = rules.items[place];
    if (isMap(there)) {
      for (const [name, value] of Object.entries(written(changed))) document.setIn(["rules", place, name], flow(document, value));
      for (const name of LISTS) if (changed[name].length === 0) document.deleteIn(["rules", place, name]);
    } else {
      rules.items.push(document.createNode(Object.fromEntries(Object.entries(written(changed)).map(([name, value]) => [name, flow(document, value)]))));
    }
  });
}

/** Only what says something: a list that is left out means any. */
function written(changed: Rule): Record<string, unknown> {
  const lists = LISTS.filter((name) => changed[name].length > 0).map((name) => [name, changed[name]] as const);
  return { name: changed.name, ...Object.fromEntries(lists) };
}

/** A list on one line, as people write them. */
function flow(document: Document, value: unknown): unknown {
  if (!Array.isArray(value)) return value;
  const made: unknown = document.createNode(value as readonly unknown[], { flow: true });
  return made;
}

export function withoutRule(text: string, at: number): string {
  return edited(text, (rules) => { rules.items.splice(at, 1); });
}

/** A rule that stands before another is asked first. */
export function movedRule(text: string, from: number, to: number): string {
  return edited(text, (rules) => {
    const [moved] = rules.items.splice(from, 1);
    if (moved !== undefined) rules.items.splice(to, 0, moved);
  });
}

function edited(text: string, edit: (rules: YAMLSeq, document: Document) => void): string {
  const document = parseDocument(text);
  if (!isSeq(document.get("rules"))) document.set("rules", document.createNode([]));
  const rules = document.get("rules") as YAMLSeq;
  rules.flow = false;
  edit(rules, document);
  return document.toString({ lineWidth: 0, flowCollectionPadding: false });
}
