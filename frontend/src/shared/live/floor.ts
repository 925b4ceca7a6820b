/** The floor as it is told live: calls, positions, operators, call-backs, nodes. */
import type { components } from "../api/openapi";

export type FloorView = components["schemas"]["FloorView"];

const NAMED_BY = {
  calls: "id",
  positions: "position",
  operators: "operator",
  callbacks: "id",
  nodes: "node",
} as const satisfies { [P in Part]: keyof FloorView[P][number] };

export type Part = { [K in keyof FloorView]: FloorView[K] extends readonly object[] ? K : never }[keyof FloorView];
export type Thing<P extends Part> = FloorView[P][number];

export type Floor = { readonly revision: number; readonly boot: string; readonly at: string } & {
  readonly [P in Part]: ReadonlyMap<string, Thing<P>>;
};

export const FLOOR = { namedBy: NAMED_BY, counted: "revision" } as const;
