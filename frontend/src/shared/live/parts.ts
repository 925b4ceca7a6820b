/** Lists as they are told live: whole in a snapshot, then by what differs; what has not changed stays the same object. */

/** How a stream of lists is made up. */
export interface Shape {
  /** The lists of a snapshot, and what names a thing in each. */
  readonly namedBy: Readonly<Record<string, string>>;
  /** The field that is one more with every change. */
  readonly counted: "revision" | "version";
}

type Named = ReadonlyMap<string, object>;
type Fields = Readonly<Record<string, unknown>>;

/** The snapshot's fields, with a map by name in place of each list. */
export function begin(shape: Shape, snapshot: object): object {
  const given = snapshot as Fields;
  const parts = Object.entries(shape.namedBy).map(([part, name]) => [part, listed(given[part] as object[], name)]);
  return { ...given, ...(Object.fromEntries(parts) as object) };
}

/** What is known after a change; null: a message is missing, a new snapshot is needed. */
export function take<S extends object>(shape: Shape, state: S, change: object): S | null {
  const [before, by] = [state as Fields, change as Fields];
  const count = by[shape.counted];
  if (count !== (before[shape.counted] as number) + 1) return null;
  const parts = Object.keys(shape.namedBy)
    .filter((part) => touched(by[part]))
    .map((part) => [part, changed(before[part] as Named, by[part] as Record<string, object | null>)]);
  return { ...state, [shape.counted]: count, at: by.at, ...Object.fromEntries(parts) } as S;
}

function listed(things: object[], name: string): Named {
  return new Map(things.map((thing) => [String(Reflect.get(thing, name)), thing]));
}

function touched(by: unknown): boolean {
  return typeof by === "object" && by !== null && Object.keys(by).length > 0;
}

function changed(before: Named, by: Readonly<Record<string, object | null>>): Named {
  const after = new Map(before);
  for (const [name, thing] of Object.entries(by)) {
    if (thing === null) after.delete(name);
    else after.set(name, thing);
  }
  return after;
}
