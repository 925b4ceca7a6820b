/** What is done to a menu in the editor, as changes of its text. */
import { type Edit, edit, get, references } from "./edit";
import { type Menu, type MenuNode, type NodeType, type Piece, type Way } from "./menu";
import { parse, type Path, type Value, valueOf } from "./yaml";
import { isList } from "./writing";

export const NAME = /^[a-z][a-z0-9_-]{0,39}$/;
export const LANGUAGE = /^[a-z]{2,3}(-[a-z0-9]{2,8})?$/;

export function setValue(text: string, path: Path, value: Value | undefined): string {
  const document = valueOf(parse(text).root);
  return edit(text, [outermost(document, path, value)]);
}

/** Where the parts around a value are missing too, all of them are put in at once. */
function outermost(document: Value, path: Path, value: Value | undefined): Edit {
  let short = path;
  let whole = value;
  while (whole !== undefined && short.length > 1 && empty(get(document, short.slice(0, -1)))) {
    whole = { [String(short.at(-1))]: whole };
    short = short.slice(0, -1);
  }
  return { path: short, value: whole };
}

function empty(value: Value | undefined): boolean {
  return value === undefined || value === null || value === "";
}

/** What is said at `say` (["nodes", "main", "say"]) in a language, piece by piece; none takes it out. */
export function setPieces(text: string, say: Path, language: string, pieces: readonly Piece[]): string {
  const document = valueOf(parse(text).root);
  const there = get(document, say);
  const path = [...say, language];
  if (pieces.length) return setValue(text, path, saidAs(pieces));
  const alone = typeof there === "object" && there !== null && Object.keys(there).every((each) => each === language);
  return edit(text, [{ path: alone && say.at(-1) === "again" ? say : path, value: undefined }]);
}

/** One piece changed, where it stands. */
export function setPiece(text: string, say: Path, language: string, number: number, pieces: readonly Piece[], piece: Piece): string {
  const path = [...say, language];
  const there = get(valueOf(parse(text).root), path);
  if (isList(there)) return edit(text, [{ path: [...path, number], value: pieceAs(piece) }]);
  return setPieces(text, say, language, pieces.map((each, at) => (at === number ? piece : each)));
}

function saidAs(pieces: readonly Piece[]): Value {
  const [only] = pieces;
  if (pieces.length === 1 && only) return typeof pieceAs(only) === "string" ? pieceAs(only) : [pieceAs(only)];
  return pieces.map(pieceAs);
}

function pieceAs(piece: Piece): Value {
  const { text, recording, voice } = piece;
  if (recording === undefined && voice === undefined) return text ?? "";
  const fields = Object.entries({ recording, text, voice }).filter((each): each is [string, string] => each[1] !== undefined && each[1] !== "");
  return Object.fromEntries(fields);
}

export function pathOf(node: string, way: Pick<Way, "field" | "key">): Path {
  return way.key === undefined ? ["nodes", node, way.field] : ["nodes", node, way.field, way.key];
}

/** A new node on a way that is there, or, without one, a node that nothing leads to yet. */
export function addNode(text: string, menu: Menu, type: NodeType, name: string, on: { node: string; way: Way } | "start" | null): string {
  const target = on === null ? menu.start : on === "start" ? menu.start : on.way.target;
  const edits: Edit[] = [];
  if (on === "start") edits.push({ path: ["start"], value: name });
  else if (on) edits.push(outermost(valueOf(parse(text).root), pathOf(on.node, on.way), name));
  const after = on !== null && on !== "start" ? { after: on.node } : {};
  edits.push({ path: ["nodes", name], value: blank(type, menu, target), ...after });
  return edit(text, edits);
}

function blank(type: NodeType, menu: Menu, target: string): Value {
  const say = Object.fromEntries(menu.languages.map((language) => [language, ""]));
  const spoken = menu.languages.at(-1) ?? "id";
  switch (type) {
    case "menu":
      return { type, say, choices: { 1: target }, silence: target, invalid: target };
    case "announce":
    case "information":
      return { type, say, next: target };
    case "language":
      return { type, language: spoken, next: target };
    case "schedule":
      return { type, hours: [{ days: ["mon", "tue", "wed", "thu", "fri"], from: "08:00", to: "16:00" }], open: target, closed: target };
    case "queue":
      return { type, class: "emergency" };
  }
}

/** Where one who came to this node goes on. */
export function onward(node: MenuNode): string | undefined {
  const fields = ["next", "silence", "open"] as const;
  return fields.map((field) => node.ways.find((way) => way.field === field)?.target).find((target) => target && target !== node.name);
}

/** A node taken out; who came to it goes on where it led. */
export function removeNode(text: string, node: MenuNode): string {
  const to = onward(node);
  const ways = references(valueOf(parse(text).root), node.name).filter((path) => path[1] !== node.name);
  const led = to === undefined ? [] : ways.map((path): Edit => ({ path, value: to }));
  return edit(text, [...led, { path: ["nodes", node.name], value: undefined }]);
}

export function addLanguage(text: string, menu: Menu, language: string): string {
  return edit(text, [{ path: ["languages"], value: [...menu.languages, language] }]);
}

export function removeLanguage(text: string, menu: Menu, language: string): string {
  const said = sayings(menu).filter(({ say }) => language in say);
  const gone = said.map(({ path }): Edit => ({ path: [...path, language], value: undefined }));
  return edit(text, [{ path: ["languages"], value: menu.languages.filter((each) => each !== language) }, ...gone]);
}

/** What is missing in a language is said in the first one, by its voice, until somebody writes it. */
export function fillLanguage(text: string, menu: Menu, language: string): string {
  const [first] = menu.languages;
  if (first === undefined || first === language) return text;
  const missing = sayings(menu).filter(({ say }) => !(language in say) && say[first]?.length);
  return edit(text, missing.map(({ path, say }): Edit => ({
    path: [...path, language],
    value: (say[first] ?? []).map((piece) => pieceAs({ ...piece, voice: piece.voice ?? first })),
  })));
}

/** Everything that is said, and where. */
export function sayings(menu: Menu): { path: Path; say: Menu["waiting"] }[] {
  const ofNodes = [...menu.nodes.values()].flatMap((node) => [
    ...(Object.keys(node.say).length ? [{ path: ["nodes", node.name, "say"], say: node.say }] : []),
    ...(Object.keys(node.again).length ? [{ path: ["nodes", node.name, "again"], say: node.again }] : []),
  ]);
  return [{ path: ["waiting"], say: menu.waiting }, ...ofNodes];
}
