/** A recording for a piece: from a file, or spoken into the microphone. */
import { Button, Text } from "@mantine/core";
import { useRef, useState } from "react";
import { explain } from "../shared/api/problem";
import { NoSound, type Recording, record, send } from "./recorder";
import { useMenuWords } from "./words";

type State = "idle" | "sending" | { readonly recording: Recording } | { readonly error: unknown };

export function TakeSound({ label, onTaken }: { label: string; onTaken: (name: string) => void }) {
  const w = useMenuWords();
  const [state, setState] = useState<State>("idle");
  const file = useRef<HTMLInputElement>(null);
  const recording = typeof state === "object" && "recording" in state ? state.recording : null;
  const take = (sound: Promise<Blob>): void => {
    setState("sending");
    sound.then(send).then(
      (name) => {
        setState("idle");
        onTaken(name);
      },
      (error: unknown) => { setState({ error }); },
    );
  };
  const begin = (): void => {
    record().then((begun) => { setState({ recording: begun }); }, (error: unknown) => { setState({ error }); });
  };
  const error = typeof state === "object" && "error" in state ? state.error : null;
  return (
    <>
      <Button variant="default" size="compact-xs" aria-label={`${recording ? w.recordStop : w.record}: ${label}`} disabled={state === "sending"} color="red"
        onClick={() => { if (recording) take(recording.stop()); else begin(); }}>
        {recording ? `● ${w.recordStop}` : w.record}
      </Button>
      <Button variant="default" size="compact-xs" aria-label={`${w.upload}: ${label}`} disabled={state === "sending" || recording !== null} onClick={() => file.current?.click()}>
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
