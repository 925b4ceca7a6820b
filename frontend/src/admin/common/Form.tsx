/** The form of one thing: saved on the version it was read at, errors at their fields, and when somebody else was first, what they changed. */
import { Alert, Button, Group, Stack, Text, Title } from "@mantine/core";
import { type ReactNode, type SyntheticEvent, useEffect, useRef, useState } from "react";
import { newKey } from "../../shared/api/client";
import { explain, fieldErrors, Problem } from "../../shared/api/problem";
import classes from "./common.module.css";
import { changed, differences, onTop, placed } from "./draft";
import { type Fields, type Labels, makeFields } from "./fields";
import { useCommonWords } from "./words";

interface FormProps<F, D extends object> {
  /** What was read; null: it is to be made. */
  readonly thing: F | null;
  readonly start: D;
  readonly toDraft: (thing: F) => D;
  readonly labels: Labels<D>;
  readonly fields: (fields: Fields<D>, thing: F | null) => ReactNode;
  /** Throws Problem. `key` is one for this form until it is saved. */
  readonly save: (draft: D, touched: Partial<D>, thing: F | null, key: string) => Promise<void>;
  readonly reread: () => Promise<F>;
  readonly submit: string;
  /** How a field's value is said when somebody else changed it. */
  readonly say?: ((name: keyof D & string, value: unknown) => string) | undefined;
  /** Leaves without saving; a form that stays where it is has none. */
  readonly cancel?: (() => void) | undefined;
  readonly wide?: boolean | undefined;
}

export function Form<F, D extends object>(form: FormProps<F, D>) {
  const w = useCommonWords();
  const [thing, setThing] = useState(form.thing);
  const [base, setBase] = useState(form.start);
  const [draft, setDraft] = useState(form.start);
  const [problem, setProblem] = useState<unknown>(null);
  const [theirs, setTheirs] = useState<F | null>(null);
  const [said, setSaid] = useState("");
  const [busy, setBusy] = useState(false);
  const [key, setKey] = useState(newKey);
  const element = useRef<HTMLFormElement>(null);
  const told = fieldErrors(problem);
  const errors = placed(told, Object.keys(form.labels));
  useEffect(() => {
    if (problem) element.current?.querySelector<HTMLElement>("[aria-invalid=true]")?.focus();
  }, [problem]);

  const failed = async (error: unknown): Promise<void> => {
    if (error instanceof Problem && error.kind === "stale") {
      setTheirs(await form.reread());
      return;
    }
    setProblem(error);
    if (error instanceof Problem && !error.passes) setKey(newKey()); // another body is another thing
  };
  const submit = async (event: SyntheticEvent): Promise<void> => {
    event.preventDefault();
    const touched = changed(base, draft);
    if (thing !== null && Object.keys(touched).length === 0) {
      setSaid(w.unchanged);
      return;
    }
    setBusy(true);
    setProblem(null);
    setSaid("");
    try {
      await form.save(draft, touched, thing, key);
    } catch (error) {
      await failed(error).catch((again: unknown) => { setProblem(again); });
    } finally {
      setBusy(false);
    }
  };
  const goOn = (mine: boolean): void => {
    if (theirs === null) return;
    const now = form.toDraft(theirs);
    setDraft(mine ? onTop(base, draft, now) : now);
    setBase(now);
    setThing(theirs);
    setTheirs(null);
    setSaid(w.conflict.then);
  };
  const fields = makeFields(draft, (patch) => { setDraft((now) => ({ ...now, ...patch })); }, form.labels, errors, told);
  return (
    <form ref={element} className={form.wide ? classes.wide : classes.form} noValidate onSubmit={(event) => void submit(event)}>
      <Stack gap="md">
        {theirs === null ? null : (
          <Conflict {...form} changes={differences(base, draft, form.toDraft(theirs))} goOn={goOn} />
        )}
        {form.fields(fields, thing)}
        {problem ? <Alert color="red" variant="outline" role="alert">{wrong(problem, errors, w.correct)}</Alert> : null}
        <Text role="status" size="sm" className="form-said">{said}</Text>
        <Group>
          <Button type="submit" loading={busy}>{form.submit}</Button>
          {form.cancel ? <Button variant="default" onClick={form.cancel}>{w.cancel}</Button> : null}
        </Group>
      </Stack>
    </form>
  );
}

/** What stands at the fields is not said twice. */
function wrong(problem: unknown, errors: Readonly<Record<string, string>>, correct: string): string {
  const atFields = Object.keys(errors).some((name) => name !== "");
  return atFields && !errors[""] ? correct : explain(problem);
}

interface ConflictProps<F, D extends object> extends FormProps<F, D> {
  readonly changes: readonly { name: keyof D & string; was: unknown; theirs: unknown; both: boolean }[];
  readonly goOn: (mine: boolean) => void;
}

function Conflict<F, D extends object>({ changes, labels, say, goOn }: ConflictProps<F, D>) {
  const { conflict: w, yes, no, none } = useCommonWords();
  const shown = (name: keyof D & string, value: unknown): string => {
    if (typeof value === "boolean") return value ? yes : no;
    if (value === "" || value === null || value === undefined) return none;
    return say?.(name, value) ?? (typeof value === "string" ? value : JSON.stringify(value));
  };
  return (
    <Alert color="yellow" variant="outline" role="alert">
      <Title order={2} size="h5" mb="xs">{w.title}</Title>
      <Text>{w.text}</Text>
      <ul>
        {changes.map((each) => (
          <li key={each.name}>
            <b>{labels[each.name].label}</b>: {w.was} “{shown(each.name, each.was)}”, {w.theirs} “{shown(each.name, each.theirs)}”
            {each.both ? <> ({w.both})</> : null}
          </li>
        ))}
      </ul>
      <Group>
        <Button onClick={() => { goOn(true); }}>{w.mine}</Button>
        <Button variant="default" onClick={() => { goOn(false); }}>{w.take}</Button>
      </Group>
    </Alert>
  );
}
