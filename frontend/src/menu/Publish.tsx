/** Before a menu goes live: what changes, why, and whether somebody else was quicker. */
import { Button, Group, Text, TextInput } from "@mantine/core";
import { type SyntheticEvent, useState } from "react";
import { explain, Problem } from "../shared/api/problem";
import { type Now, publish } from "./asking";
import { Differences } from "./Differences";
import classes from "./Menu.module.css";
import { Window } from "./Window";
import { useMenuWords } from "./words";

interface Props {
  readonly text: string;
  readonly live: string;
  readonly now: Now;
  /** The publishing the draft was begun on. */
  readonly base: number;
  readonly onClose: () => void;
  readonly onPublished: (now: Now, text: string) => void;
  readonly onStale: () => void;
}

export function Publish({ text, live, now, base, onClose, onPublished, onStale }: Props) {
  const w = useMenuWords();
  const [note, setNote] = useState("");
  const [error, setError] = useState("");
  const [busy, setBusy] = useState(false);
  const stale = now.version !== base;
  const send = (event: SyntheticEvent): void => {
    event.preventDefault();
    if (!note.trim()) {
      setError(w.noteNeeded);
      return;
    }
    setBusy(true);
    setError("");
    publish({ text }, note.trim(), now.version)
      .then((made) => { onPublished(made, text); })
      .catch((problem: unknown) => {
        setBusy(false);
        if (problem instanceof Problem && problem.kind === "stale") onStale();
        else setError(explain(problem));
      });
  };
  return (
    <Window title={w.publishTitle} wide onClose={onClose}>
      {stale ? <p className={`${classes.problem ?? ""} ${classes.hint ?? ""}`} role="alert">! <span>{w.stale}</span></p> : null}
      <form onSubmit={send}>
        <TextInput label={w.note} value={note} maxLength={500} autoFocus autoComplete="off" error={error || undefined} onChange={(event) => { setNote(event.currentTarget.value); }} />
        <Group my="sm">
          <Button type="submit" loading={busy} >{stale ? w.publishOver : w.publishNow}</Button>
          <Button variant="default" onClick={onClose}>{w.cancel}</Button>
        </Group>
      </form>
      <Text fw={600} size="sm" mb={4}>{w.changes}</Text>
      <Differences before={live} after={text} />
    </Window>
  );
}
