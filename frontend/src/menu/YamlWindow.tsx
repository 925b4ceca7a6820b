/** The menu as it is written: read, changed by hand, taken out to a file and brought in from one. */
import { Button, Group, Textarea } from "@mantine/core";
import { useRef } from "react";
import { download } from "../shared/download";
import { Fault } from "./Fault";
import { LARGEST } from "./document/yaml";
import type { Problem } from "./problems";
import { Window } from "./Window";
import { useMenuWords } from "./words";

interface Props {
  readonly text: string;
  readonly problems: readonly Problem[];
  readonly onChange: (text: string) => void;
  readonly onClose: () => void;
}

export function YamlWindow({ text, problems, onChange, onClose }: Props) {
  const w = useMenuWords();
  const file = useRef<HTMLInputElement>(null);
  const open = (chosen: File | undefined): void => {
    if (!chosen) return;
    void chosen.slice(0, 4 * LARGEST + 4).text().then(onChange);
  };
  const save = (): void => {
    download("menu.yaml", [text], "application/yaml");
  };
  return (
    <Window title={w.yamlTitle} wide onClose={onClose}>
      <Group mb="sm">
        <Button variant="default" size="compact-sm" onClick={save}>{w.download}</Button>
        <Button variant="default" size="compact-sm" onClick={() => file.current?.click()}>{w.open}</Button>
        <input ref={file} type="file" accept=".yaml,.yml,text/plain" hidden aria-label={w.open} onChange={(event) => { open(event.currentTarget.files?.[0]); event.currentTarget.value = ""; }} />
      </Group>
      <Textarea label={w.yamlLabel} value={text} rows={24} spellCheck={false} ff="monospace" onChange={(event) => { onChange(event.currentTarget.value); }} />
      {problems.map((problem, at) => <Fault key={at} problem={problem} />)}
    </Window>
  );
}
