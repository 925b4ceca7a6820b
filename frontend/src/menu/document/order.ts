/** The nodes in the order a caller meets them, for the outline. */
import { byKey, type Menu, type MenuNode, type Way } from "./menu";

export interface Step {
  readonly node: MenuNode;
  /** How many nodes lie before it. */
  readonly depth: number;
  /** Whether any way leads to it. */
  readonly reached: boolean;
}

export function inOrder(menu: Menu): readonly Step[] {
  const steps: Step[] = [];
  const seen = new Set<string>();
  const waiting: { name: string; depth: number }[] = [{ name: menu.start, depth: 0 }];
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    const node = menu.nodes.get(next.name);
    if (!node || seen.has(next.name)) continue;
    seen.add(next.name);
    steps.push({ node, depth: next.depth, reached: true });
    const { depth } = next;
    waiting.push(...waysOf(node).map((way) => ({ name: way.target, depth: depth + 1 })).reverse());
  }
  const rest = [...menu.nodes.values()].filter((node) => !seen.has(node.name));
  return [...steps, ...rest.map((node) => ({ node, depth: 0, reached: false }))];
}

export function waysOf(node: MenuNode): readonly Way[] {
  const choices = node.ways.filter((way) => way.field === "choices").sort(byKey);
  return [...choices, ...node.ways.filter((way) => way.field !== "choices")];
}
