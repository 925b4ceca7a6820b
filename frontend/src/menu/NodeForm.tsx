/** The fields of one node: all that can be done to it. */
import { Button, Group, NativeSelect, Text, TextInput, Title } from "@mantine/core";
import { useState } from "react";
import { Fault } from "./Fault";
import { HoursFields } from "./HoursFields";
import { NAME, onward, removeNode, setValue } from "./document/changes";
import { renamed } from "./document/edit";
import { CLASSES, type Menu, type MenuNode } from "./document/menu";
import type { Problem } from "./problems";
import { type Change, Says } from "./Says";
import { WaysFields } from "./WaysFields";
import { useMenuWords } from "./words";

interface Props {
  readonly menu: Menu;
  readonly node: MenuNode;
  readonly problems: readonly Problem[];
  readonly change: Change;
  readonly onPick: (name: string) => void;
}

export function NodeForm({ menu, node, problems, change, onPick }: Props) {
  const w = useMenuWords();
  const path = ["nodes", node.name];
  const set = (field: string, value: string, about = field): void => {
    change((text) => setValue(text, [...path, field], value === "" ? undefined : value), `${node.name}.${about}`);
  };
  const speaks = node.type === "menu" || node.type === "announce" || node.type === "information";
  return (
    <section aria-label={node.name}>
      <Title order={2} size="h4">{node.type ? w.types[node.type] : "?"}: {node.name}</Title>
      {problems.map((problem, number) => <Fault key={number} problem={problem} />)}
      <NameField key={node.name} menu={menu} node={node} change={change} onPick={onPick} />
      {speaks ? <Says say={node.say} path={[...path, "say"]} languages={menu.languages} label={w.say} change={change} /> : null}
      {node.type === "menu" ? (
        <Says say={node.again} path={[...path, "again"]} languages={menu.languages} label={w.again} description={w.againHint} change={change} />
      ) : null}
      {node.type === "language" ? (
        <NativeSelect label={w.language} value={node.language} data={[...new Set([node.language, ...menu.languages])]}
          onChange={(event) => { set("language", event.currentTarget.value); }} />
      ) : null}
      {node.type === "queue" ? (
        <NativeSelect label={w.class} value={node.serviceClass} data={CLASSES.map((value) => ({ value, label: w.classes[value] }))}
          onChange={(event) => { set("class", event.currentTarget.value); }} />
      ) : null}
      {node.type === "schedule" ? <HoursFields node={node} change={change} /> : null}
      <WaysFields menu={menu} node={node} change={change} onPick={onPick} />
      {node.type === "menu" || node.type === "information" ? (
        <TextInput label={w.wait} value={node.wait} placeholder={node.type === "menu" ? "3" : "2"} inputMode="decimal" mt="xs"
          onChange={(event) => { set("wait", event.currentTarget.value); }} />
      ) : null}
      {node.type === "menu" ? (
        <TextInput label={w.tries} value={node.tries} placeholder="2" inputMode="numeric" mt="xs" onChange={(event) => { set("tries", event.currentTarget.value); }} />
      ) : null}
      <Remove menu={menu} node={node} change={change} onPick={onPick} />
    </section>
  );
}

function NameField({ menu, node, change, onPick }: Omit<Props, "problems">) {
  const w = useMenuWords();
  const [name, setName] = useState(node.name);
  const wrong = name === node.name ? "" : !NAME.test(name) ? w.nameRule : menu.nodes.has(name) ? w.nameTaken : "";
  const done = (): void => {
    if (wrong || name === node.name) return;
    change((text) => renamed(text, node.name, name), "");
    onPick(name);
  };
  return (
    <TextInput label={w.name} value={name} error={wrong || undefined} my="xs" autoComplete="off" spellCheck={false}
      onChange={(event) => { setName(event.currentTarget.value); }} onBlur={done}
      onKeyDown={(event) => { if (event.key === "Enter") done(); }} />
  );
}

function Remove({ menu, node, change, onPick }: Omit<Props, "problems">) {
  const w = useMenuWords();
  const to = onward(node);
  const only = menu.nodes.size < 2;
  return (
    <Group mt="md" gap="xs">
      <Button variant="default" color="red" size="compact-sm" disabled={only} onClick={() => {
        change((text) => removeNode(text, node), "");
        onPick(to ?? menu.start);
      }}>{w.removeNode}</Button>
      {to ? <Text size="xs" c="dimmed">{w.removedLeads(to)}</Text> : null}
    </Group>
  );
}
