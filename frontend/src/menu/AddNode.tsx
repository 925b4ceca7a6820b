/** A new node, put in on a way that is there: who took that way comes to it first, and then goes on as before. */
import { Button, Group, NativeSelect, TextInput } from "@mantine/core";
import { type SyntheticEvent, useState } from "react";
import { addNode, NAME } from "./document/changes";
import { type Menu, type NodeType, TYPES } from "./document/menu";
import { inOrder, waysOf } from "./document/order";
import type { Change } from "./Says";
import { Window } from "./Window";
import { useMenuWords } from "./words";

interface Props {
  readonly menu: Menu;
  readonly picked: string;
  readonly change: Change;
  readonly onClose: () => void;
  readonly onMade: (name: string) => void;
}

const START = "start";
const NOWHERE = "nowhere";

export function AddNode({ menu, picked, change, onClose, onMade }: Props) {
  const w = useMenuWords();
  const places = [...inOrder(menu)].flatMap(({ node }) => waysOf(node).map((way) => ({ node: node.name, way })));
  const own = places.findIndex((place) => place.node === picked);
  const [type, setType] = useState<NodeType>("announce");
  const [name, setName] = useState("");
  const [where, setWhere] = useState(own < 0 ? START : String(own));
  const wrong = name === "" ? "" : !NAME.test(name) ? w.nameRule : menu.nodes.has(name) ? w.nameTaken : "";
  const add = (event: SyntheticEvent): void => {
    event.preventDefault();
    if (wrong || !name) return;
    const on = where === START ? START : (places[Number(where)] ?? null);
    change((text) => addNode(text, menu, type, name, on), "");
    onMade(name);
    onClose();
  };
  return (
    <Window title={w.addTitle} onClose={onClose}>
      <form onSubmit={add}>
        <NativeSelect label={w.addKind} value={type} data={TYPES.map((value) => ({ value, label: w.types[value] }))}
          onChange={(event) => { setType(TYPES.find((each) => each === event.currentTarget.value) ?? "announce"); }} />
        <TextInput label={w.addName} value={name} description={w.nameRule} error={wrong || undefined} mt="xs" autoComplete="off" spellCheck={false} autoFocus
          onChange={(event) => { setName(event.currentTarget.value); }} />
        <NativeSelect label={w.addWhere} value={where} mt="xs" onChange={(event) => { setWhere(event.currentTarget.value); }}
          data={[
            { value: START, label: w.addStart },
            ...places.map(({ node, way }, number) => ({ value: String(number), label: `${node}: ${w.ways[way.field]}${way.key === undefined ? "" : ` ${way.key}`} → ${way.target}` })),
            { value: NOWHERE, label: w.addNowhere },
          ]} />
        <Group mt="md">
          <Button type="submit" disabled={!name || wrong !== ""}>{w.addButton}</Button>
          <Button variant="default" onClick={onClose}>{w.cancel}</Button>
        </Group>
      </form>
    </Window>
  );
}
