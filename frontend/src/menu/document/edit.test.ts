import { describe, expect, test } from "vitest";
import { type Edit, edit, get, NotEditable, put, renamed } from "./edit";
import { parse, type Value, valueOf } from "./yaml";

const PLAIN = `# our menu
name: Pusat 112   # the city's
languages: [id, en] # first one first
start:   main
waiting:
  id: 'Mohon tunggu.'
  en: "Please wait."

nodes:
  # what everybody hears
  main:
    type: menu   # with keys
    say:
      id:
        - Tekan 1.   # short

        - { text: Press 9., voice: en }
      en: >-
        Press one
        for help.
    wait: 2
    choices:
      1: emergency
      "*": hours # office hours

    silence: emergency
    invalid: emergency


  # the office
  hours:
    type: schedule
    hours:
      - days: [mon, tue]
        from: 08:00   # in the morning
        to: "16:00"
    open: emergency
    closed: emergency

  emergency: # gawat darurat
    type: queue
    class: emergency
# the end
`;
const FLOW = `{ name: x, languages: [id], start: a, waiting: {id: Tunggu},
  nodes: { a: {type: announce, say: {id: Halo}, next: q}, # first
           q: {type: queue, class: emergency} } }
`;
const WIDE = `languages:
    - id
    - en
start: a
waiting:
    id: |
        Mohon
        tunggu.
    en: Wait.
nodes:
    a:
        type: announce
        say:
            id: Halo
            en: Hello
        next: q
    q: {type: queue, class: emergency}`;
const CRLF = "languages: [id]\r\nstart: q # c\r\nwaiting:\r\n  id: Tunggu\r\nnodes:\r\n  q:\r\n    type: queue\r\n    class: emergency\r\n";
const DOCUMENTS: Record<string, string> = { PLAIN, FLOW, WIDE, CRLF };

const TEXTS = ["Halo", "a: b # c", "", "null", "08:00", "*", "<script>alert(1)</script>", "😀 darurat", "line\nbreak", "x".repeat(10_000), " blank ", "'\"\\", "{[,]}", "- a", "?", "\u0007\u2028\u0085", "yes"];

/** Every path of a document at which a value stands. */
function paths(value: Value, above: readonly (string | number)[] = []): (readonly (string | number)[])[] {
  if (typeof value !== "object" || value === null) return [above];
  const entries = Array.isArray(value) ? value.map((each: Value, number) => [number, each] as const) : Object.entries(value as Readonly<Record<string, Value>>);
  return [...(above.length ? [above] : []), ...entries.flatMap(([key, each]) => paths(each, [...above, key]))];
}

const read = (text: string): Value => valueOf(parse(text).root);

/** The comments of these documents that stand in a text. */
const COMMENTS = [...Object.values(DOCUMENTS).join("\n").matchAll(/(?:^|\s)(# \w.*?)\r?$/gm)].map(([, comment]) => comment ?? "");
const comments = (text: string): string[] => COMMENTS.filter((comment) => text.includes(`${comment}\n`) || text.includes(`${comment}\r\n`));

/** Lines of one that stand in the other too, in the same order. */
function kept(before: string, after: string): number {
  const [one, other] = [before.split("\n"), after.split("\n")];
  let head = 0;
  while (head < one.length && one[head] === other[head]) head += 1;
  let tail = 0;
  while (tail < one.length - head && one.at(-1 - tail) === other.at(-1 - tail)) tail += 1;
  return head + tail;
}

describe.each(Object.entries(DOCUMENTS))("%s", (name, text) => {
  const document = read(text);

  test("reading and writing nothing changes nothing", () => {
    expect(edit(text, [])).toBe(text);
  });

  test.each(paths(document).filter((path) => typeof get(document, path) === "string"))("each text takes any text: %s %s %s %s %s", (...path) => {
    for (const value of TEXTS) {
      const after = edit(text, [{ path, value }]);
      expect(read(after)).toEqual(put(document, path, value));
      expect(comments(after)).toEqual(comments(text));
      expect(kept(text, after)).toBeGreaterThanOrEqual(text.split("\n").length - 4); // a value has three lines at most
      expect(read(edit(after, [{ path, value: get(document, path) }]))).toEqual(document);
    }
  });

  test.each(paths(document).filter((path) => typeof path.at(-1) === "string" && path.length > 1))("each part can be taken out: %s %s %s %s %s", (...path) => {
    const meant = put(document, path, undefined);
    const after = edit(text, [{ path, value: undefined }]);
    expect(read(after)).toEqual(meant);
  });

  test("a node is put in behind another one, and taken out again, and the text is as it was", () => {
    const node = { type: "announce", say: { id: "Baru: ya", en: [{ text: "New", voice: "id" }] }, next: "q" };
    const [first = ""] = Object.keys((get(document, ["nodes"]) ?? {}) as object);
    const after = edit(text, [{ path: ["nodes", "new"], value: node, after: first }]);
    expect(read(after)).toEqual(put(document, ["nodes", "new"], node));
    expect(comments(after)).toEqual(comments(text));
    const again = edit(after, [{ path: ["nodes", "new"], value: undefined }]);
    if (name === "PLAIN" || name === "WIDE") expect(again).toBe(text);
    else expect(read(again)).toEqual(document);
  });

  test("a node under another name is found under it wherever it is named", () => {
    const nodes = Object.keys((get(document, ["nodes"]) ?? {}) as object);
    for (const node of nodes) {
      const after = renamed(text, node, "other-name");
      expect(JSON.stringify(read(after))).toBe(JSON.stringify(document).replaceAll(new RegExp(`"${node}"(?=[,:}])`, "g"), (found, at: number, whole: string) =>
        whole.slice(at - 8, at) === '"class":' || whole.slice(at + found.length, at + found.length + 2) === ':[' ? found : '"other-name"'));
      expect(comments(after)).toEqual(comments(text));
    }
  });
});

test("many changes at once are one change", () => {
  const edits: Edit[] = [
    { path: ["nodes", "main", "choices", "2"], value: "new" },
    { path: ["nodes", "main", "choices", "3"], value: "new" },
    { path: ["nodes", "new"], value: { type: "queue", class: "urgent" }, after: "main" },
    { path: ["languages"], value: ["id", "en", "ms"] },
    { path: ["waiting", "ms"], value: "Sila tunggu." },
  ];
  const after = edit(PLAIN, edits);
  expect(read(after)).toEqual(edits.reduce<Value>((value, each) => put(value, each.path, each.value), read(PLAIN)));
  expect(comments(after)).toEqual(comments(PLAIN));
  expect(after).toContain('      "*": hours # office hours\n      2: new\n      3: new\n\n    silence');
  expect(after).toContain("languages: [id, en, ms] # first one first");
});

test("a list of pieces becomes a text, a text a list, and back", () => {
  const path = ["nodes", "main", "say", "id"];
  const one = edit(PLAIN, [{ path, value: "Halo" }]);
  expect(get(read(one), path)).toBe("Halo");
  const two = edit(PLAIN, [{ path: ["waiting", "en"], value: [{ recording: "up-1", text: "Wait" }, "a, b"] }]);
  expect(two).toContain('  en:\n    - { recording: up-1, text: Wait }\n    - "a, b"\n\nnodes:');
});

test("what is used twice through an alias is not changed behind its back", () => {
  const text = "waiting: &w\n  id: Halo\nother: *w\n";
  const after = edit(text, [{ path: ["waiting", "id"], value: "Tunggu" }]);
  expect(after).toBe("waiting: &w\n  id: Tunggu\nother: *w\n");
  expect(() => edit("nodes: 1\n", [{ path: ["nodes", "a", "next"], value: "b" }])).not.toThrow(RangeError);
});

test("a key that stands twice is not written over", () => {
  const text = "nodes:\n  a: { type: queue }\n  a: { type: menu }\n";
  expect(() => edit(text, [{ path: ["nodes", "a"], value: undefined }])).toThrow(NotEditable);
});

test.each(["a: &x [*x]", "a: [1", "\t- x", "[".repeat(60_000), "- ".repeat(30_000), "x".repeat(70_000), "%YAML 9.9\n---\n!!binary x", "a: !!js/function x", "lol: &a [x,x,x,x]\nb: &b [*a,*a,*a,*a]\nc: [*b,*b,*b,*b]"])("a text that is no menu ends nothing: %#", (text) => {
  const began = Date.now();
  try {
    read(text);
  } catch (error) {
    expect((error as Error).name).toBe("Unreadable");
  }
  expect(Date.now() - began).toBeLessThan(5_000);
});
