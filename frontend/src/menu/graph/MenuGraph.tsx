/** The menu as a graph. It shows and picks; everything is edited in the outline, so the keyboard needs nothing here. */
import "@xyflow/react/dist/base.css";
import { Controls, type Edge, Handle, MarkerType, type Node, type NodeProps, Position, ReactFlow, ReactFlowProvider, useReactFlow, useStore } from "@xyflow/react";
import { useEffect, useMemo } from "react";
import type { Menu, MenuNode, Way } from "../document/menu";
import { waysOf } from "../document/order";
import classes from "../Menu.module.css";
import { classOf, type Signs } from "../signs";
import { type MenuWords, useMenuWords } from "../words";
import { HEIGHT, placesOf, shapeOf, WIDTH } from "./layout";

interface Shown extends Record<string, unknown> {
  readonly language: string;
  readonly node: MenuNode;
  readonly signs: Signs;
  readonly picked: boolean;
}

interface Props {
  readonly menu: Menu;
  readonly signs: (name: string) => Signs;
  readonly picked: string | null;
  readonly onPick: (name: string) => void;
  /** A picture only: nothing to press in it. */
  readonly still?: boolean;
}

const FIT = { maxZoom: 1, padding: 0.04 };
const TYPES = { box: Box };
const MARKER = { type: MarkerType.ArrowClosed, width: 16, height: 16 };

export default function MenuGraph(props: Props) {
  return <ReactFlowProvider><Drawn {...props} /></ReactFlowProvider>;
}

function Drawn({ menu, signs, picked, onPick, still = false }: Props) {
  const w = useMenuWords();
  const shape = shapeOf(menu);
  // eslint-disable-next-line react-hooks/exhaustive-deps -- the places depend on the shape alone, and take time
  const places = useMemo(() => placesOf(menu), [shape]);
  const edges = useMemo(() => [...menu.nodes.values()].flatMap((node) => edgesOf(node, menu, w)), [menu, w]);
  const nodes = [...menu.nodes.values()].map((node): Node<Shown> => ({
    id: node.name,
    type: "box",
    position: places.get(node.name) ?? { x: 0, y: 0 },
    data: { node, language: menu.languages[0] ?? "", signs: signs(node.name), picked: node.name === picked },
    width: WIDTH,
    height: HEIGHT,
  }));
  return (
    <ReactFlow
      nodes={nodes}
      edges={edges}
      nodeTypes={TYPES}
      onNodeClick={(_, node) => { onPick(node.id); }}
      nodesDraggable={false}
      nodesConnectable={false}
      nodesFocusable={false}
      edgesFocusable={false}
      elementsSelectable={false}
      disableKeyboardA11y
      deleteKeyCode={null}
      onlyRenderVisibleElements={menu.nodes.size > 60}
      minZoom={0.05}
      fitView
      fitViewOptions={FIT}
      proOptions={{ hideAttribution: true }}
    >
      {still ? null : <Controls showInteractive={false} />}
      <Follow picked={picked} places={places} />
    </ReactFlow>
  );
}

/** Brings what was picked in the outline into sight. */
function Follow({ picked, places }: { picked: string | null; places: ReturnType<typeof placesOf> }) {
  const flow = useReactFlow();
  const size = useStore((store) => `${store.width} ${store.height}`);
  useEffect(() => {
    void flow.fitView(FIT);
  }, [flow, places, size]);
  useEffect(() => {
    const place = picked === null ? undefined : places.get(picked);
    if (place && places.size > 12) void flow.setCenter(place.x + WIDTH / 2, place.y + HEIGHT / 2, { zoom: Math.max(flow.getZoom(), 0.5) });
  }, [flow, picked, places]);
  return null;
}

function edgesOf(node: MenuNode, menu: Menu, w: MenuWords): Edge[] {
  const byTarget = new Map<string, string[]>();
  for (const way of waysOf(node)) if (menu.nodes.has(way.target)) byTarget.set(way.target, [...(byTarget.get(way.target) ?? []), said(way, w)]);
  return [...byTarget].map(([target, words]) => ({
    id: `${node.name} ${target}`,
    source: node.name,
    target,
    label: words.join(", "),
    markerEnd: MARKER,
  }));
}

function said(way: Way, w: MenuWords): string {
  if (way.key !== undefined) return way.key;
  return way.field === "next" ? "" : w.ways[way.field];
}

function Box({ data: { node, language, signs, picked } }: NodeProps<Node<Shown>>) {
  const w = useMenuWords();
  const said = node.say[language] ?? Object.values(node.say)[0];
  const text = node.type === "queue" ? classOf(node, w) : node.type === "language" ? node.language : (said?.[0]?.text ?? "");
  return (
    <div className={classes.box} data-type={node.type} data-class={node.serviceClass || undefined} data-mark={signs.mark} data-picked={picked || undefined}>
      <Handle type="target" position={Position.Top} className={classes.handle} isConnectable={false} />
      <strong>{signs.bad ? <span className={classes.bad}>✗ </span> : signs.hints ? <span className={classes.hint}>! </span> : null}{node.name}</strong>
      <span className={classes.small}>
        {node.type ? w.types[node.type] : "?"}{signs.mark ? ` · ${w.marks[signs.mark]}` : ""}{signs.calls === undefined ? "" : ` · ${w.calls(signs.calls)}`}
      </span>
      <span className={classes.small}>{text}</span>
      <Handle type="source" position={Position.Bottom} className={classes.handle} isConnectable={false} />
    </div>
  );
}
