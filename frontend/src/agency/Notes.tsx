/** A note or a photo from the scene, and those that were sent. */
import { Alert, Button, Group, Stack, Text, Textarea } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { type ChangeEvent, useEffect, useRef, useState } from "react";
import { api, got } from "../shared/api/client";
import type { components } from "../shared/api/openapi";
import { clock } from "../shared/time";
import classes from "./Agency.module.css";
import { smaller } from "./photo";
import type { OutboxView } from "./useOutbox";
import { useAgencyWords } from "./words";

type Sent = components["schemas"]["NoteView"];
const LONGEST = 2000;

interface Shown {
  readonly dispatch: string;
  readonly press: OutboxView["press"];
}

export function Notes({ dispatch, press }: Shown) {
  const w = useAgencyWords();
  const [open, setOpen] = useState(false);
  return (
    <details className={classes.seldom} onToggle={(event) => { setOpen(event.currentTarget.open); }}>
      <summary>{w.notes.title}</summary>
      {open ? (
        <Stack gap="sm" mt="sm">
          <SentNotes dispatch={dispatch} />
          <NewNote dispatch={dispatch} press={press} />
        </Stack>
      ) : null}
    </details>
  );
}

function NewNote({ dispatch, press }: Shown) {
  const w = useAgencyWords();
  const [text, setText] = useState("");
  const [photo, setPhoto] = useState<Blob | null>(null);
  const [bad, setBad] = useState(false);
  const file = useRef<HTMLInputElement>(null);
  const take = async (event: ChangeEvent<HTMLInputElement>): Promise<void> => {
    const [taken] = event.target.files ?? [];
    event.target.value = ""; // the same file may be taken again
    if (!taken) return;
    const made = await smaller(taken).catch(() => null);
    setPhoto(made);
    setBad(!made);
  };
  const send = (): void => {
    const said = text.replace(/\p{Cs}/gu, " ").trim(); // half of an emoji is no JSON
    if (!said && !photo) return;
    setText("");
    setPhoto(null);
    void press({ kind: "note", dispatch, ...(said ? { text: said } : {}), ...(photo ? { photo } : {}) });
  };
  return (
    <Stack gap="sm">
      <Textarea label={w.notes.text} value={text} maxLength={LONGEST} autosize minRows={2} onChange={(event) => { setText(event.target.value); }} />
      <input ref={file} type="file" accept="image/*" capture="environment" hidden aria-label={w.notes.take} onChange={(event) => void take(event)} />
      {bad ? <Alert color="red" variant="outline" role="alert">{w.notes.bad}</Alert> : null}
      {photo ? <Preview photo={photo} drop={() => { setPhoto(null); }} /> : null}
      <Group grow>
        <Button size="md" variant="default" onClick={() => file.current?.click()}>{w.notes.take}</Button>
        <Button size="md" disabled={!text.trim() && !photo} onClick={send}>{w.notes.send}</Button>
      </Group>
    </Stack>
  );
}

function Preview({ photo, drop }: { photo: Blob; drop: () => void }) {
  const w = useAgencyWords();
  const picture = useRef<HTMLImageElement>(null);
  useEffect(() => {
    const made = URL.createObjectURL(photo);
    if (picture.current) picture.current.src = made;
    return () => { URL.revokeObjectURL(made); };
  }, [photo]);
  return (
    <Group align="flex-end">
      <img ref={picture} className={classes.photo} alt={w.notes.preview} />
      <Button variant="default" onClick={drop}>{w.notes.drop}</Button>
    </Group>
  );
}

function SentNotes({ dispatch }: { dispatch: string }) {
  const { data } = useQuery({
    queryKey: ["notes", dispatch],
    queryFn: () => got(api.GET("/api/v1/dispatches/{id}/notes", { params: { path: { id: dispatch } } })),
  });
  if (!data?.notes.length) return null;
  return <ul className={classes.notes}>{data.notes.map((note) => <SentNote key={note.id} dispatch={dispatch} note={note} />)}</ul>;
}

function SentNote({ dispatch, note }: { dispatch: string; note: Sent }) {
  const w = useAgencyWords();
  return (
    <li>
      <Text size="sm" className={classes.name}>{w.notes.sent(clock(note.at), note.by)}</Text>
      {note.text ? <Text className={classes.said}>{note.text}</Text> : null}
      {note.photo ? <img className={classes.photo} loading="lazy" src={`/api/v1/dispatches/${dispatch}/notes/${note.id}/photo`} alt={w.notes.photo(clock(note.at))} /> : null}
    </li>
  );
}
