/** Where each node is drawn: worked out anew from the ways, never stored. */
import { Graph, layout as arrange } from "@dagrejs/dagre";
import type { Menu } from "../document/menu";

export const WIDTH = 184;
export const HEIGHT = 74;

export interface Place {
  readonly x: number;
  readonly y: number;
}

/** What the layout depends on: two menus with the same shape have the same places. */
export function shapeOf(menu: Menu): string {
  return JSON.stringify([...menu.nodes.values()].map((node) => [node.name, ...node.ways.map((way) => way.target)]));
}

export function placesOf(menu: Menu): ReadonlyMap<string, Place> {
  const graph = new Graph();
  graph.setGraph({ rankdir: "TB", nodesep: 18, ranksep: 60, ranker: menu.nodes.size > 150 ? "longest-path" : "network-simplex" });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const name of menu.nodes.keys()) graph.setNode(name, { width: WIDTH, height: HEIGHT });
  for (const node of menu.nodes.values()) {
    for (const way of node.ways) if (menu.nodes.has(way.target) && way.target !== node.name) graph.setEdge(node.name, way.target);
  }
  arrange(graph);
  return new Map([...menu.nodes.keys()].map((name) => {
    const { x = 0, y = 0 } = graph.node(name) as Partial<Place>;
    return [name, { x: x - WIDTH / 2, y: y - HEIGHT / 2 }];
  }));
}
