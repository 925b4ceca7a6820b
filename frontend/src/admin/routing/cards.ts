/** Run cards of the routing document as rows: read from its YAML, written back card by card; other lines and comments stay. */
import { isMap, isScalar, isSeq, parseDocument, type YAMLMap } from "yaml";

export const FIRST_CARD_LEVEL = 2; // level 1 is what the rule asks for
export const LAST_LEVEL = 9;

/** What one level sends on top of the one below. */
export interface Row {
  readonly level: number;
  readonly agency: string;
  /** In words; "": the agency as such. */
  readonly send: string;
}

export interface RunCard {
  readonly category: string;
  readonly rows: readonly Row[];
}

/** Null when it is no YAML. */
export function cardsOf(text: string): readonly RunCard[] | null {
  const document = parseDocument(text);
  if (document.errors.length > 0) return null;
  const cards: unknown = document.get("run_cards");
  if (!isMap(cards)) return [];
  return cards.items.map((pair) => ({ category: word(pair.key), rows: rowsOf(pair.value) }));
}

function rowsOf(card: unknown): readonly Row[] {
  if (!isMap(card)) return [];
  return card.items.flatMap((level) => (isSeq(level.value) ? level.value.items : []).map((entry) => ({ level: Number(word(level.key)), ...sentOf(entry) })));
}

function sentOf(entry: unknown): { agency: string; send: string } {
  if (!isMap(entry)) return { agency: word(entry), send: "" };
  return { agency: word(entry.get("agency", true)), send: word(entry.get("send", true)) };
}

function word(node: unknown): string {
  const value: unknown = isScalar(node) ? node.value : null;
  return typeof value === "string" || typeof value === "number" ? String(value) : "";
}

/** Rows by level, those of one level as they stand. */
export function ordered(rows: readonly Row[]): readonly Row[] {
  return [...rows].sort((one, other) => one.level - other.level);
}

/** The document with this card; no rows: without it. What is the same is not touched; a comment behind a heading may go to the line below it. */
export function withCard(text: string, { category, rows }: RunCard): string {
  const now = cardsOf(text)?.find((card) => card.category === category);
  if (JSON.stringify(now?.rows) === JSON.stringify(rows)) return text;
  const document = parseDocument(text);
  if (rows.length === 0) {
    document.deleteIn(["run_cards", category]);
    const left: unknown = document.get("run_cards");
    if (isMap(left) && left.items.length === 0) document.delete("run_cards");
    return written(document);
  }
  if (!isMap(document.get("run_cards"))) document.set("run_cards", document.createNode({}));
  const cards = document.get("run_cards") as YAMLMap;
  cards.flow = false;
  if (!isMap(cards.get(category))) cards.set(category, document.createNode({}));
  const card = cards.get(category) as YAMLMap;
  card.flow = false;
  const before = rowsOf(card);
  const levels = [...new Set(rows.map((row) => row.level))].sort((one, other) => one - other);
  card.items = card.items.filter((pair) => levels.includes(Number(word(pair.key))));
  for (const level of levels) {
    const sent = of(rows, level);
    if (JSON.stringify(sent) === JSON.stringify(of(before, level))) continue;
    const entries = sent.map((row) => (row.send ? { agency: row.agency, send: row.send } : row.agency));
    const there = card.items.find((pair) => Number(word(pair.key)) === level);
    const made = document.createNode(entries, { flow: true });
    if (there) there.value = made;
    else card.add(document.createPair(level, made));
  }
  card.items.sort((one, other) => Number(word(one.key)) - Number(word(other.key)));
  return written(document);
}

function of(rows: readonly Row[], level: number): readonly Row[] {
  return rows.filter((row) => row.level === level);
}

function written(document: ReturnType<typeof parseDocument>): string {
  return document.toString({ lineWidth: 0, flowCollectionPadding: false });
}

export interface CardChange {
  readonly category: string;
  readonly level: number;
  readonly sign: "+" | "-" | "~";
  readonly agency: string;
  readonly was: string;
  readonly send: string;
}

/** What the cards of one document send otherwise than those of another: added, gone, in other words. */
export function cardChanges(before: readonly RunCard[], after: readonly RunCard[]): readonly CardChange[] {
  const [one, other] = [flat(before), flat(after)];
  const places = [...new Set([...one.keys(), ...other.keys()])];
  return places.flatMap((place): CardChange[] => {
    const [was, now] = [one.get(place), other.get(place)];
    const about = now ?? was;
    if (!about || was?.send === now?.send) return [];
    return [{ category: about.category, level: about.level, agency: about.agency, sign: !was ? "+" : !now ? "-" : "~", was: was?.send ?? "", send: now?.send ?? "" }];
  });
}

type Placed = Row & { readonly category: string };

function flat(cards: readonly RunCard[]): ReadonlyMap<string, Placed> {
  return new Map(cards.flatMap(({ category, rows }) => rows.map((row) => [`${category} ${row.level} ${row.agency}`, { ...row, category }])));
}

/** A card's mistakes that need no server: a gap in its levels, an agency twice. */
export function mistakes(rows: readonly Row[]): readonly ({ readonly kind: "gap"; readonly level: number } | { readonly kind: "twice"; readonly agency: string; readonly level: number } | { readonly kind: "nobody"; readonly level: number })[] {
  const levels = rows.map((row) => row.level);
  const gaps = Array.from({ length: Math.max(0, ...levels) - FIRST_CARD_LEVEL + 1 }, (_, at) => at + FIRST_CARD_LEVEL).filter((level) => !levels.includes(level));
  const twice = rows.filter((row, at) => row.agency !== "" && rows.findIndex((each) => each.level === row.level && each.agency === row.agency) < at);
  const nobody = rows.filter((row) => row.agency === "");
  return [
    ...gaps.map((level) => ({ kind: "gap", level }) as const),
    ...twice.map(({ agency, level }) => ({ kind: "twice", agency, level }) as const),
    ...nobody.map(({ level }) => ({ kind: "nobody", level }) as const),
  ];
}
