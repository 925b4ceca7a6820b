/** A recording for a piece: from a file, or spoken into the microphone. */
import { Button, Text } from "@mantine/core";
import { useEffect, useRef, useState } from "react";
import { explain } from "../shared/api/problem";
import { NoSound, type Recording, record, send } from "./recorder";
import { useMenuWords } from "./words";

type State = "idle" | "asking" | "sending" | { readonly recording: Recording } | { readonly error: unknown };

export function TakeSound({ label, onTaken }: { label: string; onTaken: (name: string) => void }) {
  const w = useMenuWords();
  const [state, setState] = useState<State>("idle");
  const file = useRef<HTMLInputElement>(null);
  const recording = typeof state === "object" && "recording" in state ? state.recording : null;
  const latest = useRef({ onTaken, gone: false });
  const running = useRef<Recording | null>(null);
  useEffect(() => { latest.current.onTaken = onTaken; }, [onTaken]); // what was typed meanwhile stays
  useEffect(() => {
    const now = latest.current;
    now.gone = false;
    return () => {
      now.gone = true;
      void running.current?.stop(); // another node was picked: the microphone is let go
    };
  }, []);
  const take = (sound: Promise<Blob>): void => {
    running.current = null;
    setState("sending");
    sound.then(send).then(
      (name) => {
        setState("idle");
        if (!latest.current.gone) latest.current.onTaken(name);
      },
      (error: unknown) => { setState({ error }); },
    );
  };
  const begin = (): void => {
    setState("asking");
    const begun = record(() => { if (running.current) take(running.current.stop()); });
    begun.then((recording) => {
      if (latest.current.gone) return void recording.stop();
      running.current = recording;
      setState({ recording });
    }, (error: unknown) => { setState({ error }); });
  };
  const error = typeof state === "object" && "error" in state ? state.error : null;
  return (
    <>
      <Button variant="default" size="compact-xs" aria-label={`${recording ? w.recordStop : w.record}: ${label}`} disabled={state === "sending" || state === "asking"} color="red"
        onClick={() => { if (recording) take(recording.stop()); else begin(); }}>
        {recording ? `● ${w.recordStop}` : w.record}
      </Button>
      <Button variant="default" size="compact-xs" aria-label={`${w.upload}: ${label}`} disabled={state === "sending" || state === "asking" || recording !== null} onClick={() => file.current?.click()}>
        {state === "sending" ? w.uploading : w.upload}
      </Button>
      <input ref={file} type="file" accept="audio/*" hidden aria-label={`${w.upload}: ${label}`}
        onChange={(event) => {
          const chosen = event.currentTarget.files?.[0];
          event.currentTarget.value = "";
          if (chosen) take(Promise.resolve(chosen));
        }} />
      {error ? <Text size="xs" c="red" role="alert">{error instanceof NoSound ? w[error.why] : explain(error)}</Text> : null}
    </>
  );
}
