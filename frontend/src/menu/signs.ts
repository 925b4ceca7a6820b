/** What is shown beside a node, in the outline and in the graph. */
import type { Mark } from "./difference";
import type { MenuNode } from "./document/menu";
import type { MenuWords } from "./words";

export interface Signs {
  readonly bad: number;
  readonly hints: number;
  readonly calls?: number | undefined;
  readonly left?: number | undefined;
  readonly mark?: Mark | undefined;
}

export function classOf(node: MenuNode, w: MenuWords): string {
  const said: Readonly<Record<string, string>> = w.classes;
  return said[node.serviceClass] ?? node.serviceClass;
}
