/** The menu as it is written: read, changed by hand, taken out to a file and brought in from one. */
import { Button, Group, Text, Textarea } from "@mantine/core";
import { type ReactNode, useRef, useState } from "react";
import { download } from "../shared/download";
import { Fault } from "./Fault";
import { menuOfFile, NotTaken } from "./file";
import classes from "./Menu.module.css";
import type { Problem } from "./problems";
import { Window } from "./Window";
import { useMenuWords } from "./words";

interface Props {
  readonly text: string;
  readonly problems: readonly Problem[];
  /** How long an emergency may wait: in sight here as well. */
  readonly worst: ReactNode;
  /** `about`: what is typed in one go is one step; a file is a step of its own. */
  readonly onChange: (text: string, about: string) => void;
  readonly onClose: () => void;
}

interface FromFile {
  readonly name: string;
  readonly why: NotTaken | null;
}

export function YamlWindow({ text, problems, worst, onChange, onClose }: Props) {
  const w = useMenuWords();
  const file = useRef<HTMLInputElement>(null);
  const [from, setFrom] = useState<FromFile | null>(null);
  const open = (chosen: File | undefined): void => {
    if (!chosen) return;
    menuOfFile(chosen).then(
      (read) => {
        setFrom({ name: chosen.name, why: null });
        onChange(read, "");
      },
      (error: unknown) => { setFrom({ name: chosen.name, why: error instanceof NotTaken ? error : new NotTaken("encoding") }); },
    );
  };
  return (
    <Window title={w.yamlTitle} wide onClose={onClose}>
      <Group mb="sm">
        <Button variant="default" size="compact-sm" onClick={() => { download("menu.yaml", [text], "application/yaml"); }}>{w.download}</Button>
        <Button variant="default" size="compact-sm" onClick={() => file.current?.click()}>{w.open}</Button>
        <input ref={file} type="file" accept=".yaml,.yml,text/plain" hidden aria-label={w.open} onChange={(event) => { open(event.currentTarget.files?.[0]); event.currentTarget.value = ""; }} />
        {worst}
      </Group>
      {from ? <Taken from={from} /> : null}
      <Textarea label={w.yamlLabel} value={text} rows={24} spellCheck={false} ff="monospace" onChange={(event) => { onChange(event.currentTarget.value, "yaml"); }} />
      {problems.map((problem, at) => <Fault key={at} problem={problem} />)}
    </Window>
  );
}

/** What came of a file. */
function Taken({ from: { name, why } }: { from: FromFile }) {
  const w = useMenuWords();
  if (!why) return <Text size="sm" fw={600} mb="xs" role="status">{w.fileTaken(name)}</Text>;
  const { what, remedy } = w.fileNotTaken[why.why];
  return (
    <p role="alert" className={`${classes.problem ?? ""} ${classes.bad ?? ""}`}>
      ✗ {w.fileRefused(name)}{why.line === null ? "" : ` (${w.line(why.line)})`}: <span>{what} → {remedy} {w.draftKept}</span>
    </p>
  );
}
