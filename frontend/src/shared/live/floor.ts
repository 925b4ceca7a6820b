/** What is live as one value: a snapshot, then changes, each of which follows on the one before. */
import type { components } from "../api/openapi";

export type FloorView = components["schemas"]["FloorView"];

/** The lists of a snapshot, and what names a thing in each. */
const NAMED_BY = {
  calls: "id",
  positions: "position",
  operators: "operator",
  callbacks: "id",
  nodes: "node",
} as const satisfies { [P in Part]: keyof FloorView[P][number] };

export type Part = { [K in keyof FloorView]: FloorView[K] extends readonly object[] ? K : never }[keyof FloorView];
export type Thing<P extends Part> = FloorView[P][number];
export const PARTS = Object.keys(NAMED_BY) as Part[];

export type Floor = { readonly revision: number; readonly boot: string; readonly at: string } & {
  readonly [P in Part]: ReadonlyMap<string, Thing<P>>;
};

export type Snapshot = FloorView & { readonly kind: "snapshot" };
export type Change = { readonly kind: "change"; readonly revision: number; readonly at: string } & {
  readonly [P in Part]?: Readonly<Record<string, Thing<P> | null>>;
};
/** Serve cannot be heard: what was shown may be wrong by now. */
export interface Away {
  readonly kind: "away";
  readonly at: string;
}
export type Message = Snapshot | Change | Away;

function listed<P extends Part>(part: P, things: FloorView[P]): ReadonlyMap<string, Thing<P>> {
  const name: string = NAMED_BY[part];
  return new Map((things as Thing<P>[]).map((thing) => [String(Reflect.get(thing, name)), thing]));
}

export function begin(snapshot: Snapshot): Floor {
  const parts = PARTS.map((part) => [part, listed(part, snapshot[part])]);
  const { revision, boot, at } = snapshot;
  return { revision, boot, at, ...Object.fromEntries(parts) } as Floor;
}

/** The floor after a change; null: a message is missing, a new snapshot is needed. What has not changed stays the same object. */
export function take(floor: Floor, change: Change): Floor | null {
  if (change.revision !== floor.revision + 1) return null;
  const touched = PARTS.filter((part) => change[part] !== undefined);
  const parts = touched.map((part) => [part, changed<object>(floor[part], change[part] ?? {})]);
  return { ...floor, revision: change.revision, at: change.at, ...Object.fromEntries(parts) } as Floor;
}

function changed<T>(before: ReadonlyMap<string, T>, by: Readonly<Record<string, T | null>>): ReadonlyMap<string, T> {
  const after = new Map(before);
  for (const [name, thing] of Object.entries(by)) {
    if (thing === null) after.delete(name);
    else after.set(name, thing);
  }
  return after;
}
