/** A question that needs a reason: placing a hold, releasing one. */
import { Button, Group, TextInput } from "@mantine/core";
import { type SyntheticEvent, useState } from "react";
import { newKey } from "../../shared/api/client";
import { fieldErrors } from "../../shared/api/problem";
import { Dialog } from "../../shared/Dialog";
import { useAsking } from "../asking";
import { Refused } from "../Refused";
import { useSupervisorWords } from "../words";
import { useHoldWords } from "./words";

interface Given {
  title: string;
  yes: string;
  /** The same key as long as the question is open: sent twice, it is done once. */
  work: (reason: string, key: string) => Promise<unknown>;
  close: () => void;
}

export function Why({ title, yes, work, close }: Given) {
  const w = useHoldWords();
  const { cancel } = useSupervisorWords();
  const asking = useAsking();
  const [reason, setReason] = useState("");
  const [key, setKey] = useState(newKey);
  const submit = async (event: SyntheticEvent): Promise<void> => {
    event.preventDefault();
    if (await asking.ask(() => work(reason.trim(), key))) close();
  };
  return (
    <Dialog title={title} onClose={close}>
      <form onSubmit={(event) => void submit(event)}>
        <TextInput label={w.reason} required maxLength={500} value={reason} mb="md" data-autofocus error={fieldErrors(asking.problem).reason}
          onChange={(event) => { setReason(event.target.value); setKey(newKey()); }} />
        <Group justify="flex-end">
          <Button variant="default" onClick={close}>{cancel}</Button>
          <Button type="submit" loading={asking.busy}>{yes}</Button>
        </Group>
        <Refused of={asking} />
      </form>
    </Dialog>
  );
}
