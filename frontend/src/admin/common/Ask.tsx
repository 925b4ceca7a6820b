/** Asks once before something ends, and says what it ends. The browser's own dialog: keyboard and focus are its. */
import { Alert, Button, Group, Text, Title } from "@mantine/core";
import { useId, useState } from "react";
import { explain } from "../../shared/api/problem";
import { useModal } from "../../shared/modal";
import classes from "./common.module.css";
import { useCommonWords } from "./words";

interface AskProps {
  readonly title: string;
  /** What ends with it. */
  readonly ends: string;
  readonly yes: string;
  readonly act: () => Promise<void>;
  readonly close: () => void;
}

export function Ask({ title, ends, yes, act, close }: AskProps) {
  const w = useCommonWords();
  const id = useId();
  const dialog = useModal();
  const [said, setSaid] = useState("");
  const [busy, setBusy] = useState(false);
  const confirm = (): void => {
    setBusy(true);
    act().then(close, (error: unknown) => {
      setSaid(explain(error));
      setBusy(false);
    });
  };
  return (
    <dialog ref={dialog} className={classes.ask} aria-labelledby={id} onClose={close}>
      <Title order={2} size="h4" id={id} mb="xs">{title}</Title>
      <Text mb="md">{ends}</Text>
      {said ? <Alert color="red" variant="outline" role="alert" mb="md">{said}</Alert> : null}
      <Group justify="flex-end">
        <Button variant="default" onClick={close} autoFocus>{w.cancel}</Button>
        <Button color="red.9" onClick={confirm} loading={busy}>{yes}</Button>
      </Group>
    </dialog>
  );
}

/** A button that asks first. */
export function AskButton({ label, ...asked }: { label: string } & Omit<AskProps, "close" | "yes"> & { yes?: string }) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button variant="default" className={classes.danger} onClick={() => { setOpen(true); }}>{label}</Button>
      {open ? <Ask {...asked} yes={asked.yes ?? label} close={() => { setOpen(false); }} /> : null}
    </>
  );
}
