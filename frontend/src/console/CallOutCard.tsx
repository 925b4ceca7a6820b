/** A call to the agency book: how far it is, and how it ended, until it is put away. */
import { Button, Group, Paper, Text } from "@mantine/core";
import { useState } from "react";
import { type CallOut, callables } from "./callOut";
import classes from "./Console.module.css";
import { useAgencyBook } from "./copies";
import type { Own } from "./own";
import { useConsoleWords } from "./words";

export function CallOutCard({ own }: { own: Own }) {
  return own.position ? <Shown key={own.position.position} out={own.position.call_out ?? null} /> : null;
}

/** The one under way, or how it ended if that was while this page looked; a talk that was had needs no word. */
function Shown({ out }: { out: CallOut | null }) {
  const w = useConsoleWords().callOut;
  const { value } = useAgencyBook();
  const [closed, setClosed] = useState(() => (out?.phase === "ended" ? out.id : null));
  if (out === null || (out.phase === "ended" && (out.id === closed || out.result === "talked"))) return null;
  const { id, agency, contact, phase, result } = out;
  const name = callables(value, w.desk).find((each) => each.agency === agency && each.contact === contact)?.name ?? (agency || w.unknown);
  return (
    <Paper withBorder p="sm" component="section" aria-label={w.title} data-testid="call-out" data-phase={phase} data-result={result ?? ""}
      className={phase === "ended" ? undefined : classes.talking}>
      <Text size="sm">{w.title}</Text>
      <Text fw={700}><bdi>{name}</bdi></Text>
      <Group justify="space-between">
        <Text role="status">{phase === "ended" ? w.results[result ?? "failed"] : w.phases[phase]}</Text>
        {phase === "ended" ? <Button size="compact-sm" variant="default" onClick={() => { setClosed(id); }}>{w.close}</Button> : null}
      </Group>
    </Paper>
  );
}
