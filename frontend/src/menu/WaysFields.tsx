/** Where a node leads: a field for each way, keys with their node. */
import { Button, Group, NativeSelect } from "@mantine/core";
import { pathOf, setValue } from "./document/changes";
import { edit } from "./document/edit";
import { KEYS, type Menu, type MenuNode, type Way } from "./document/menu";
import { waysOf } from "./document/order";
import classes from "./Menu.module.css";
import type { Change } from "./Says";
import { useMenuWords } from "./words";

interface Props {
  readonly menu: Menu;
  readonly node: MenuNode;
  readonly change: Change;
  readonly onPick: (name: string) => void;
}

export function WaysFields({ menu, node, change, onPick }: Props) {
  const w = useMenuWords();
  const ways = waysOf(node);
  const used = ways.map((way) => way.key);
  const free = KEYS.find((key) => !used.includes(key));
  return (
    <fieldset className={classes.says}>
      {ways.length ? <legend className={classes.legend}>{w.ways2}</legend> : null}
      {ways.map((way) => <OneWay key={`${way.field}${way.key ?? ""}`} menu={menu} node={node} way={way} change={change} onPick={onPick} />)}
      {node.type === "menu" && free ? (
        <Button variant="subtle" size="compact-xs" onClick={() => { change((text) => setValue(text, ["nodes", node.name, "choices", free], menu.start), ""); }}>
          {w.addChoice}
        </Button>
      ) : null}
    </fieldset>
  );
}

function OneWay({ menu, node, way, change, onPick }: Props & { way: Way }) {
  const w = useMenuWords();
  const said = way.key === undefined ? w.ways[way.field] : `${w.ways.choices} ${way.key}`;
  const names = [...menu.nodes.keys()];
  const options = names.includes(way.target) ? names : [{ value: way.target, label: way.target ? `✗ ${way.target}` : w.nowhere }, ...names];
  const others = node.ways.map((each) => each.key);
  return (
    <div className={classes.row}>
      {way.key === undefined ? null : (
        <NativeSelect label={w.key} size="xs" value={way.key} data={KEYS.filter((key) => key === way.key || !others.includes(key))}
          onChange={(event) => {
            const key = event.currentTarget.value;
            change((text) => edit(text, [{ path: pathOf(node.name, way), value: undefined }, { path: pathOf(node.name, { field: "choices", key }), value: way.target }]), "");
          }} />
      )}
      <NativeSelect label={way.key === undefined ? said : `${w.target} (${said})`} size="xs" value={way.target} data={options}
        onChange={(event) => {
          const target = event.currentTarget.value;
          change((text) => setValue(text, pathOf(node.name, way), target), "");
        }} />
      <Group gap={4}>
        <Button variant="subtle" size="compact-xs" aria-label={`→ ${way.target} (${said})`} disabled={!menu.nodes.has(way.target)} onClick={() => { onPick(way.target); }}>→</Button>
        {way.key === undefined ? null : (
          <Button variant="subtle" color="red" size="compact-xs" aria-label={`${w.remove}: ${said}`}
            onClick={() => { change((text) => edit(text, [{ path: pathOf(node.name, way), value: undefined }]), ""); }}>{w.remove}</Button>
        )}
      </Group>
    </div>
  );
}
