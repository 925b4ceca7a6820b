/** The menu as a list in the order callers meet it: arrows move, Enter goes to the fields. Everything can be done from here. */
import { type KeyboardEvent, useRef } from "react";
import type { Menu, MenuNode } from "./document/menu";
import { inOrder } from "./document/order";
import { classOf, type Signs } from "./signs";
import classes from "./Menu.module.css";
import { WHOLE } from "./problems";
import { useMenuWords } from "./words";

interface Props {
  readonly menu: Menu;
  readonly signs: (name: string) => Signs;
  readonly picked: string;
  readonly onPick: (name: string) => void;
  readonly onEnter: () => void;
}

const DEEPEST = 4;

export function Outline({ menu, signs, picked, onPick, onEnter }: Props) {
  const w = useMenuWords();
  const list = useRef<HTMLUListElement>(null);
  const steps = inOrder(menu);
  const names = [WHOLE, ...steps.map((step) => step.node.name)];
  const move = (event: KeyboardEvent): void => {
    const by: Partial<Record<string, number>> = { ArrowDown: 1, ArrowUp: -1, Home: -names.length, End: names.length };
    const step = by[event.key];
    if (event.key === "Enter") {
      event.preventDefault();
      onEnter();
    }
    if (step === undefined) return;
    event.preventDefault();
    const at = Math.min(names.length - 1, Math.max(0, names.indexOf(picked) + step));
    onPick(names[at] ?? WHOLE);
    list.current?.querySelectorAll("button")[at]?.focus();
  };
  return (
    <nav aria-label={w.outline}>
      <ul ref={list} className={classes.list} onKeyDown={move}>
        <li>
          <Item name={WHOLE} picked={picked} onPick={onPick} signs={signs(WHOLE)} title={w.whole} said={menu.name} />
        </li>
        {steps.map(({ node, depth, reached }) => (
          <li key={node.name} className={classes[`depth${Math.min(depth, DEEPEST)}`]}>
            <Item name={node.name} node={node} picked={picked} onPick={onPick} signs={signs(node.name)} title={node.name}
              said={reached ? "" : w.unreached} />
          </li>
        ))}
      </ul>
    </nav>
  );
}

interface ItemProps {
  readonly name: string;
  readonly title: string;
  readonly said: string;
  readonly node?: MenuNode;
  readonly picked: string;
  readonly onPick: (name: string) => void;
  readonly signs: Signs;
}

function Item({ name, title, said, node, picked, onPick, signs }: ItemProps) {
  const w = useMenuWords();
  const is = name === picked;
  const kind = node ? (node.type === "queue" ? `${w.types.queue}: ${classOf(node, w)}` : node.type ? w.types[node.type] : "?") : "";
  const told = [said, kind, signs.calls === undefined ? "" : w.calls(signs.calls), signs.left ? w.left(signs.left) : ""];
  return (
    <button type="button" className={classes.item} aria-current={is} tabIndex={is ? 0 : -1} data-class={node?.serviceClass ?? ""}
      onClick={() => { onPick(name); }}>
      {title}{" "}
      {signs.bad ? <span className={classes.bad}>✗ {w.problems(signs.bad)}</span> : signs.hints ? <span className={classes.hint}>! {w.hints(signs.hints)}</span> : null}
      <span className={classes.small}>{told.filter(Boolean).join(" · ")}</span>
    </button>
  );
}
