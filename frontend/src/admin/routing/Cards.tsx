/** Run cards: what a higher alarm level adds, as a list and as the form of one. */
import { Button, List as Points, NativeSelect, Stack, Text, TextInput, Title } from "@mantine/core";
import { useState } from "react";
import { Link, useLocation } from "wouter";
import { AskButton } from "../common/Ask";
import { Form } from "../common/Form";
import { Items } from "../common/Items";
import { List } from "../common/List";
import { type CardChange, cardChanges, cardsOf, FIRST_CARD_LEVEL, LAST_LEVEL, mistakes, ordered, type Row, type RunCard, withCard } from "./cards";
import { type Names, named, useNames } from "./names";
import { useRoutingWords } from "./words";

const NEW = "new";
const NO_CARD: RunCard = { category: "", rows: [{ level: FIRST_CARD_LEVEL, agency: "", send: "" }] };
const LEVELS = Array.from({ length: LAST_LEVEL - FIRST_CARD_LEVEL + 1 }, (_, at) => String(at + FIRST_CARD_LEVEL));

export function Cards({ cards }: { cards: readonly RunCard[] }) {
  const { cards: w } = useRoutingWords();
  const { categories, agencies } = useNames();
  const add = <Button component={Link} href={`/cards/${NEW}`}>{w.add}</Button>;
  const sent = (card: RunCard): string => ordered(card.rows).map((row) => `${row.level}: ${said(agencies, row)}`).join("; ");
  return (
    <Stack>
      {cards.length ? <><Text>{w.how}</Text><div>{add}</div></> : null}
      <List things={cards} error={null} again={() => undefined} empty={w.empty} first={add} id={(card) => card.category} href={(card) => `/cards/${encodeURIComponent(card.category)}`} columns={[
        { title: w.category, cell: (card) => named(categories, [card.category]) },
        { title: w.sent, cell: sent },
      ]} />
    </Stack>
  );
}

function said(agencies: Names["agencies"], { agency, send }: Row): string {
  return [named(agencies, [agency]), send].filter(Boolean).join(": ");
}

interface CardFormProps {
  readonly of: string;
  readonly text: string;
  readonly cards: readonly RunCard[];
  readonly change: (text: string) => void;
}

export function CardForm({ of, text, cards, change }: CardFormProps) {
  const { cards: w, toDraft, draft } = useRoutingWords();
  const { categories, agencies } = useNames();
  const [, go] = useLocation();
  const [tried, setTried] = useState(false); // what is wrong is said once somebody thinks it is right
  const card = cards.find((each) => each.category === of) ?? NO_CARD;
  const making = of === NEW;
  const free = categories.filter(({ value }) => !cards.some((each) => each.category === value));
  const save = (changed: RunCard): Promise<void> => {
    setTried(true);
    if (mistakes(changed.rows).length > 0) return Promise.resolve();
    change(withCard(text, { ...changed, rows: ordered(changed.rows).map((row) => ({ ...row, send: row.send.trim() })) }));
    go("/cards");
    return Promise.resolve();
  };
  if (categories.length === 0) return null; // the form begins with the first of them
  return (
    <Stack>
      <Title order={2} size="h3">{making ? w.add : named(categories, [of])}</Title>
      <Text>{w.how}</Text>
      <Form<RunCard, RunCard> thing={null} start={making ? { ...NO_CARD, category: free[0]?.value ?? "" } : card} toDraft={(same) => same} labels={w.fields} submit={toDraft}
        cancel={() => { go("/cards"); }} reread={() => Promise.resolve(card)} save={save}
        fields={(f) => (
          <>
            {making ? f.choice("category", free) : null}
            <Items legend={w.fields.rows.label} help={w.fields.rows.help} add={w.addRow} items={f.draft.rows} most={60} set={(rows) => { f.set({ rows }); }}
              blank={{ level: f.draft.rows.at(-1)?.level ?? FIRST_CARD_LEVEL, agency: "", send: "" }}>
              {(row, patch, place) => (
                <>
                  <NativeSelect label={w.level} name={`rows.${place}.level`} value={String(row.level)} data={LEVELS} onChange={(event) => { patch({ level: Number(event.target.value) }); }} />
                  <NativeSelect label={w.agency} name={`rows.${place}.agency`} value={row.agency} data={[{ value: "", label: w.choose }, ...withHeld(agencies, row.agency)]} onChange={(event) => { patch({ agency: event.target.value }); }} />
                  <TextInput label={w.send} description={w.sendHelp} name={`rows.${place}.send`} value={row.send} maxLength={120} autoComplete="off" onChange={(event) => { patch({ send: event.target.value }); }} />
                </>
              )}
            </Items>
            <Changes changes={cardChanges(making ? [] : [card], [f.draft])} names={{ categories, agencies }} />
            {tried ? <Wrong rows={f.draft.rows} /> : null}
          </>
        )} />
      {making ? null : <div><AskButton label={w.drop} title={`${w.drop}: ${named(categories, [of])}`} ends={draft.text} act={() => save({ category: of, rows: [] })} /></div>}
    </Stack>
  );
}

/** What is held stays a choice, also of an agency that does not act any more. */
function withHeld(agencies: Names["agencies"], held: string): Names["agencies"] {
  return held === "" || agencies.some(({ value }) => value === held) ? agencies : [...agencies, { value: held, label: held }];
}

function Wrong({ rows }: { rows: readonly Row[] }) {
  const { cards: w } = useRoutingWords();
  const { agencies } = useNames();
  const found = mistakes(rows);
  if (found.length === 0) return null;
  return (
    <div role="alert">
      <Points size="sm">
        {found.map((each) => (
          <Points.Item key={`${each.kind} ${each.level} ${"agency" in each ? each.agency : ""}`}>
            ✗ {each.kind === "gap" ? w.gap(each.level) : each.kind === "nobody" ? w.nobody(each.level) : w.twice(named(agencies, [each.agency]), each.level)}
          </Points.Item>
        ))}
      </Points>
    </div>
  );
}

interface ChangesProps {
  readonly changes: readonly CardChange[];
  readonly names: Pick<Names, "categories" | "agencies">;
}

/** What is sent otherwise than now; the sign stands before each line: nothing by colour alone. */
export function Changes({ changes, names: { categories, agencies } }: ChangesProps) {
  const { cards: w } = useRoutingWords();
  if (changes.length === 0) return null;
  return (
    <section aria-label={w.changes}>
      <Text size="sm" fw={600}>{w.changes}</Text>
      <Points size="sm">
        {changes.map((each) => (
          <Points.Item key={`${each.category} ${each.level} ${each.agency}`}>
            {each.sign} {named(categories, [each.category])}, {w.atLevel(each.level)}: {named(agencies, [each.agency])}
            {each.sign === "~" ? `: ${each.was || "–"} → ${each.send || "–"}` : each.send || each.was ? `: ${each.send || each.was}` : ""}
          </Points.Item>
        ))}
      </Points>
    </section>
  );
}

/** What the draft's cards change, before it is published. */
export function DraftChanges({ before, after }: { before: string; after: string }) {
  const names = useNames();
  const [one, other] = [cardsOf(before), cardsOf(after)];
  return one && other ? <Changes changes={cardChanges(one, other)} names={names} /> : null;
}
