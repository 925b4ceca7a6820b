/** A new entry. Its key is kept until it is answered: sent twice, it is written once. */
import { Button, Checkbox, Stack, Text, Textarea } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { type SyntheticEvent, useState } from "react";
import { api, got, newKey, once } from "../../shared/api/client";
import { fieldErrors } from "../../shared/api/problem";
import { keep } from "../../shared/stored";
import { useAsking } from "../asking";
import { Refused } from "../Refused";
import { LOG_KEY } from "./keys";
import { useLogWords } from "./words";

const LONGEST = 4000;
const KEPT_AS = "ct112.shift-log.draft";
const EMPTY = { note: "", hands_over: false };

export function Write() {
  const w = useLogWords();
  const asking = useAsking();
  const queries = useQueryClient();
  const [given, setGiven] = useState(() => ({ ...EMPTY, note: sessionStorage.getItem(KEPT_AS) ?? "" }));
  const [key, setKey] = useState(newKey);
  const [saved, setSaved] = useState(false);
  const change = (to: Partial<typeof EMPTY>): void => {
    const next = { ...given, ...to };
    setGiven(next);
    setKey(newKey());
    setSaved(false);
    keep(KEPT_AS, next.note, sessionStorage);
  };
  const submit = async (event: SyntheticEvent): Promise<void> => {
    event.preventDefault();
    const written = await asking.ask(() => got(api.POST("/api/v1/shift-log", { params: { header: once(key) }, body: given })));
    if (!written) return;
    change(EMPTY);
    setSaved(true);
    await queries.invalidateQueries({ queryKey: [LOG_KEY] });
  };
  return (
    <form onSubmit={(event) => void submit(event)}>
      <Stack>
        <Textarea label={w.note} description={w.noteHelp} autosize={false} rows={6} required maxLength={LONGEST} name="note"
          value={given.note} error={fieldErrors(asking.problem).note} onChange={(event) => { change({ note: event.target.value }); }} />
        <Checkbox label={w.handsOver} description={w.handsOverHelp} checked={given.hands_over}
          onChange={(event) => { change({ hands_over: event.target.checked }); }} />
        <Button type="submit" loading={asking.busy}>{w.save}</Button>
        <Text role="status" size="sm">{saved ? w.saved : ""}</Text>
        <Refused of={asking} />
      </Stack>
    </form>
  );
}
