/** What is said at one place: in each language, piece by piece, with a button to hear it. */
import { Button, Group, NativeSelect, Text, Textarea } from "@mantine/core";
import { useEffect, useRef, useState } from "react";
import { explain } from "../shared/api/problem";
import { setPiece, setPieces } from "./document/changes";
import type { Piece, Say } from "./document/menu";
import type { Path } from "./document/yaml";
import classes from "./Menu.module.css";
import { hush, playWhenThere, soundOf } from "./sound";
import { TakeSound } from "./TakeSound";
import { useMenuWords } from "./words";

export type Change = (do_: (text: string) => string, about: string) => void;

interface Props {
  readonly say: Say;
  readonly path: Path;
  readonly languages: readonly string[];
  readonly label: (language: string) => string;
  readonly description?: string;
  readonly change: Change;
}

export function Says({ say, path, languages, label, description, change }: Props) {
  const w = useMenuWords();
  const all = [...new Set([...languages, ...Object.keys(say)])];
  return all.map((language) => {
    const there = say[language] ?? [];
    const pieces = there.length ? there : [{ text: "" }];
    return (
      <fieldset key={language} className={classes.says}>
        <legend className={classes.legend}>{label(language)}</legend>
        {pieces.map((piece, number) => (
          <OnePiece key={number} piece={piece} language={language} languages={languages} many={pieces.length > 1}
            label={pieces.length > 1 ? `${label(language)}, ${w.piece(number + 1)}` : label(language)}
            description={number === 0 ? description : undefined}
            onChange={(next, about) => {
              change((text) => (there.length && (next.text !== "" || next.recording || pieces.length > 1)
                ? setPiece(text, path, language, number, there, next)
                : setPieces(text, path, language, next.text === "" && !next.recording ? [] : [next])), `${path.join(".")}.${language}.${number}${about}`);
            }}
            onRemove={() => { change((text) => setPieces(text, path, language, pieces.filter((_, at) => at !== number)), ""); }} />
        ))}
        {there.length ? (
          <Button variant="subtle" size="compact-xs" onClick={() => { change((text) => setPieces(text, path, language, [...pieces, { text: "" }]), ""); }}>
            {w.addPiece}
          </Button>
        ) : null}
      </fieldset>
    );
  });
}

interface PieceProps {
  readonly piece: Piece;
  readonly language: string;
  readonly languages: readonly string[];
  readonly label: string;
  readonly description: string | undefined;
  readonly many: boolean;
  readonly onChange: (piece: Piece, about: string) => void;
  readonly onRemove: () => void;
}

function OnePiece({ piece, language, languages, label, description, many, onChange, onRemove }: PieceProps) {
  const w = useMenuWords();
  return (
    <div className={classes.piece}>
      {piece.recording === undefined ? null : (
        <Group gap="xs" mb={4}>
          <Text size="sm">{w.recordingOf(piece.recording)}</Text>
          <Button variant="default" size="compact-xs" onClick={() => { onChange(without({ text: "", ...piece }, "recording"), "recording"); }}>{w.recordingGone}</Button>
        </Group>
      )}
      <Textarea aria-label={label} description={description} value={piece.text ?? ""} autosize minRows={1} maxRows={8}
        onChange={(event) => { onChange({ ...piece, text: event.currentTarget.value }, ""); }} />
      <Group gap="xs" mt={4}>
        <Listen piece={piece} language={language} label={label} />
        <NativeSelect aria-label={`${w.voice}: ${label}`} size="xs" value={piece.voice ?? ""}
          data={[{ value: "", label: w.voiceOf(language) }, ...[...new Set([...languages, piece.voice ?? "id"])].filter((each) => each !== language).map((each) => ({ value: each, label: w.voiceOf(each) }))]}
          onChange={(event) => {
            const rest = without(piece, "voice");
            onChange(event.currentTarget.value ? { ...rest, voice: event.currentTarget.value } : rest, "voice");
          }} />
        <TakeSound label={label} onTaken={(name) => { onChange({ ...piece, recording: name }, "recording"); }} />
        {many ? <Button variant="subtle" color="red" size="compact-xs" onClick={onRemove}>{w.removePiece}</Button> : null}
      </Group>
    </div>
  );
}

function without(piece: Piece, field: keyof Piece): Piece {
  return Object.fromEntries(Object.entries(piece).filter(([name]) => name !== field));
}

function Listen({ piece, language, label }: { piece: Piece; language: string; label: string }) {
  const w = useMenuWords();
  const [state, setState] = useState<"quiet" | "heard" | { error: string }>("quiet");
  const heard = state === "heard";
  const playing = useRef<object | null>(null);
  useEffect(() => () => { if (playing.current) hush(); }, []); // another node was picked
  const listen = (): void => {
    if (heard) {
      hush();
      playing.current = null;
      setState("quiet");
      return;
    }
    const mine = (playing.current = {});
    const over = (next: typeof state): void => {
      if (playing.current !== mine) return;
      playing.current = null;
      setState(next);
    };
    setState("heard");
    playWhenThere(soundOf(piece, language)).then(() => { over("quiet"); }, (error: unknown) => { over({ error: explain(error) }); });
  };
  return (
    <>
      <Button variant="default" size="compact-xs" aria-label={`${heard ? w.stop : w.listen}: ${label}`} disabled={!piece.text && !piece.recording} onClick={listen}>
        {heard ? w.stop : w.listen}
      </Button>
      {typeof state === "object" ? <Text size="xs" c="red" role="alert">{state.error}</Text> : null}
    </>
  );
}
