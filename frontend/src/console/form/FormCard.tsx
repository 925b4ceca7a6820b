/** The form of one incident, typed while somebody talks. What is typed is kept at once; F9 sends it. */
import { Alert, Button, Group, Paper, Stack, Text, Textarea, TextInput, Title } from "@mantine/core";
import { useMemo, useState } from "react";
import { useLanguage } from "../../shared/words/words";
import { Chooser } from "../Chooser";
import classes from "../Console.module.css";
import type { Category } from "../copies";
import { FIELDS, focusOn } from "../focus";
import { fitting, lettersOf } from "../letters";
import { shownNumber } from "../own";
import { useConsoleWords } from "../words";
import { Agencies } from "./Agencies";
import { type Draft, waiting, type Wrong, wrongs } from "./draft";
import { PlaceField } from "./PlaceField";
import type { Proposal } from "./proposal";

interface Given {
  draft: Draft;
  categories: readonly Category[];
  proposal: Proposal;
  /** It was tried to send it: what is wrong is shown. */
  tried: boolean;
  change: (by: Partial<Draft>) => void;
  send: () => void;
  discard: () => void;
}

export function FormCard({ draft, categories, proposal, tried, change, send, discard }: Given) {
  const w = useConsoleWords().form;
  const wrong = tried ? wrongs(draft) : {};
  const error = (field: Wrong): string | undefined => {
    const by = wrong[field];
    if (by === undefined) return undefined;
    if (field === "category") return w.wrong.category;
    return field === "people" ? w.wrong.people : w.wrong.tooLong(by);
  };
  if (waiting(draft)) return <Sending draft={draft} />;
  const opened = draft.stage === "opened";
  const number = shownNumber(draft.callerNumber);
  return (
    <Paper withBorder p="sm" component="form" aria-label={w.title} data-testid="form" data-stage={draft.stage}
      onSubmit={(event) => { event.preventDefault(); send(); }}>
      <Stack gap="sm">
        <Title order={2} size="h4"><bdi>{number ? w.ofCall(number) : w.title}</bdi></Title>
        {draft.problem ? <Alert color="red" p="xs" role="alert">{draft.problem}</Alert> : null}
        {opened ? <Alert color="orange" p="xs">{w.opened(draft.number ?? "")}</Alert> : null}
        <CategoryField code={draft.category} categories={categories} error={error("category")} disabled={opened}
          pick={(category) => { change({ category, agencies: null }); }} />
        <Sentences category={categories.find((each) => each.code === draft.category)} />
        <PlaceField draft={draft} error={error("place")} change={change} disabled={opened} />
        <Textarea id={FIELDS.description} label={w.description} autosize minRows={3} maxRows={8} value={draft.description} error={error("description")}
          disabled={opened} onChange={(event) => { change({ description: event.target.value }); }} />
        <div className={classes.two}>
          <TextInput label={w.people} inputMode="numeric" autoComplete="off" value={draft.people} error={error("people")} disabled={opened}
            onChange={(event) => { change({ people: event.target.value }); }} />
          <TextInput label={w.callerName} autoComplete="off" value={draft.callerName} error={error("callerName")} disabled={opened}
            onChange={(event) => { change({ callerName: event.target.value }); }} />
        </div>
        <Agencies draft={draft} proposal={proposal} change={change} />
        <Group justify="space-between">
          <Button type="submit">{(draft.agencies ?? [""]).length === 0 ? w.sendAlone : w.send}</Button>
          <Discard discard={discard} />
        </Group>
      </Stack>
    </Paper>
  );
}

/** Asked twice: it is the caller's word that is thrown away. */
function Discard({ discard }: { discard: () => void }) {
  const w = useConsoleWords().form;
  const [sure, setSure] = useState(false);
  return (
    <Button variant="default" color="red" onBlur={() => { setSure(false); }}
      onClick={() => { if (sure) discard(); else setSure(true); }}>{sure ? w.sure : w.discard}</Button>
  );
}

function Sending({ draft }: { draft: Draft }) {
  const w = useConsoleWords().form;
  return (
    <Paper withBorder p="sm" data-testid="form" data-stage={draft.stage}>
      <Title order={2} size="h4">{w.sending}</Title>
      <Text>{w.sendingHelp}</Text>
    </Paper>
  );
}

interface CategoryGiven {
  code: string;
  categories: readonly Category[];
  error: string | undefined;
  disabled: boolean;
  pick: (code: string) => void;
}

function CategoryField({ code, categories, error, disabled, pick }: CategoryGiven) {
  const w = useConsoleWords().form;
  const language = useLanguage();
  const [typed, setTyped] = useState<string | null>(null);
  const choices = useMemo(() => {
    const letters = lettersOf(categories.map((each) => each.name));
    return categories.map((each, at) => ({ key: each.code, label: language === "id" ? each.name : each.name_en, letters: letters[at] ?? "" }));
  }, [categories, language]);
  const chosen = choices.find((each) => each.key === code);
  return (
    <Chooser label={w.category} description={w.categoryHelp} text={typed ?? chosen?.label ?? code} error={error} tab disabled={disabled}
      options={typed === null ? [] : fitting(typed, choices)} name={FIELDS.category}
      onText={setTyped} onEscape={() => { setTyped(null); }}
      onPick={(option) => { setTyped(null); pick(option.key); focusOn("place"); }} />
  );
}

function Sentences({ category }: { category: Category | undefined }) {
  const w = useConsoleWords().form;
  const language = useLanguage() === "id" ? "indonesian" : "english";
  if (!category || category.questions.length + category.instructions.length === 0) return null;
  return (
    <div className={classes.two} data-testid="sentences">
      {([["questions", w.questions], ["instructions", w.instructions]] as const).map(([part, title]) => (
        <section key={part}>
          <Title order={3} size="h6">{title}</Title>
          <ul className={classes.questions}>{category[part].map((each) => <li key={each[language]}>{each[language]}</li>)}</ul>
        </section>
      ))}
    </div>
  );
}
