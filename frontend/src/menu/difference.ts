/** What changes from one menu to another, node by node. */
import type { Menu, MenuNode } from "./document/menu";

export type Mark = "added" | "removed" | "changed";
export type Field = "say" | "again" | "ways" | "wait" | "tries" | "language" | "class" | "hours" | "type" | "name" | "languages" | "time_zone" | "start" | "waiting";

export interface Change {
  /** "": the menu as a whole. */
  readonly node: string;
  readonly mark: Mark;
  readonly fields: readonly { readonly field: Field; readonly before: string; readonly after: string }[];
}

type Fields = Readonly<Partial<Record<Field, string>>>;

export function difference(before: Menu, after: Menu): readonly Change[] {
  const names = [...new Set([...after.nodes.keys(), ...before.nodes.keys()])];
  const whole = compared("", wholeOf(before), wholeOf(after));
  const nodes = names.map((name) => {
    const [one, other] = [before.nodes.get(name), after.nodes.get(name)];
    if (!one) return { node: name, mark: "added", fields: compared(name, {}, other ? fieldsOf(other) : {})?.fields ?? [] } as const;
    if (!other) return { node: name, mark: "removed", fields: [] } as const;
    return compared(name, fieldsOf(one), fieldsOf(other));
  });
  return [whole, ...nodes].filter((change) => change !== null);
}

/** Both menus in one, for the picture: what was removed is there as it was. */
export function together(before: Menu, after: Menu): Menu {
  const gone = [...before.nodes].filter(([name]) => !after.nodes.has(name));
  return { ...after, nodes: new Map([...after.nodes, ...gone]) };
}

function compared(node: string, before: Fields, after: Fields): Change | null {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])] as Field[];
  const fields = names
    .map((field) => ({ field, ...unlike(before[field] ?? "", after[field] ?? "") }))
    .filter((each) => each.before !== each.after);
  return fields.length ? { node, mark: "changed", fields } : null;
}

/** Of several lines (languages, ways) those that differ. */
function unlike(before: string, after: string): { before: string; after: string } {
  const [one, other] = [before.split("\n"), after.split("\n")];
  return { before: one.filter((line) => !other.includes(line)).join("\n"), after: other.filter((line) => !one.includes(line)).join("\n") };
}

function wholeOf(menu: Menu): Fields {
  return { name: menu.name, languages: menu.languages.join(", "), time_zone: menu.timeZone, start: menu.start, waiting: saidOf(menu.waiting) };
}

function fieldsOf(node: MenuNode): Fields {
  return {
    type: node.type ?? "",
    say: saidOf(node.say),
    again: saidOf(node.again),
    ways: node.ways.map((way) => `${way.key ?? way.field} → ${way.target}`).sort().join("\n"),
    wait: node.wait,
    tries: node.tries,
    language: node.language,
    class: node.serviceClass,
    hours: node.hours.map((each) => `${each.days.join(", ")} ${each.from}–${each.to}`).join("\n"),
  };
}

function saidOf(say: MenuNode["say"]): string {
  const languages = Object.entries(say).sort(([one], [other]) => one.localeCompare(other));
  return languages
    .map(([language, pieces]) => `${language}: ${pieces.map((piece) => [piece.recording && `[${piece.recording}]`, piece.text, piece.voice && `(${piece.voice})`].filter(Boolean).join(" ")).join(" / ")}`)
    .join("\n");
}
