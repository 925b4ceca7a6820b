/** The rules in the order they are asked, and the form of one. */
import { Anchor, Button, Group, Stack, Text, Title } from "@mantine/core";
import { Link, useLocation } from "wouter";
import { AskButton } from "../common/Ask";
import classes from "../common/common.module.css";
import { Form } from "../common/Form";
import { useCommonWords } from "../common/words";
import { movedRule, NO_RULE, type Routing, type Rule, withoutRule, withRule } from "./document";
import { type Names, named, useNames } from "./names";
import { useRoutingWords } from "./words";

interface OfText {
  readonly text: string;
  readonly routing: Routing;
  readonly change: (text: string) => void;
}

const NEW = "new";
const FITS = ["categories", "areas", "hours"] as const;

export function Rules({ text, routing, change }: OfText) {
  const w = useRoutingWords();
  const names = useNames();
  const add = <Button component={Link} href={`/rules/${NEW}`}>{w.add}</Button>;
  if (routing.rules.length === 0) {
    return (
      <Stack className={classes.empty} align="flex-start">
        <Title order={2} size="h4">{w.empty.title}</Title>
        <Text>{w.empty.text}</Text>
        {add}
      </Stack>
    );
  }
  return (
    <Stack>
      <div>{add}</div>
      <table className={classes.table}>
        <thead>
          <tr>
            {[w.rule, ...FITS.map((name) => w.fields[name].label), w.fields.first.label, w.fields.supporting.label, w.order].map((title) => (
              <th key={title} scope="col">{title}</th>
            ))}
          </tr>
        </thead>
        <tbody>
          {routing.rules.map((rule, at) => (
            <Row key={`${at} ${rule.name}`} rule={rule} at={at} last={at === routing.rules.length - 1} names={names} move={(to) => { change(movedRule(text, at, to)); }} />
          ))}
        </tbody>
      </table>
      <Text>{w.otherwise}: {named(names.agencies, [...routing.first, ...routing.supporting])}</Text>
    </Stack>
  );
}

interface RowProps {
  readonly rule: Rule;
  readonly at: number;
  readonly last: boolean;
  readonly names: Names;
  readonly move: (to: number) => void;
}

function Row({ rule, at, last, names, move }: RowProps) {
  const w = useRoutingWords();
  const common = useCommonWords();
  const of = { categories: names.categories, areas: names.areas, hours: [] };
  const button = (label: string, to: number, off: boolean) => (
    <Button variant="default" size="compact-sm" disabled={off} onClick={() => { move(to); }} aria-label={`${label}: ${rule.name}`}>{label}</Button>
  );
  return (
    <tr>
      <td data-title={w.rule}><Anchor component={Link} href={`/rules/${at}`}>{rule.name}</Anchor></td>
      {FITS.map((name) => (
        <td key={name} data-title={w.fields[name].label}>{rule[name].length ? named(of[name], rule[name]) : w.any[name]}</td>
      ))}
      <td data-title={w.fields.first.label}>{named(names.agencies, rule.first)}</td>
      <td data-title={w.fields.supporting.label}>{named(names.agencies, rule.supporting) || common.none}</td>
      <td data-title={w.order}>
        <Group gap="xs" wrap="nowrap" style={{ whiteSpace: "nowrap", overflowWrap: "normal" }}><span>{at + 1}</span>{button(common.up, at - 1, at === 0)}{button(common.down, at + 1, last)}</Group>
      </td>
    </tr>
  );
}

export function RuleForm({ at, text, routing, change }: OfText & { at: string }) {
  const w = useRoutingWords();
  const names = useNames();
  const [, go] = useLocation();
  const place = at === NEW ? null : Number(at);
  const rule = place === null ? NO_RULE : (routing.rules[place] ?? NO_RULE);
  const done = (changed: string): void => {
    change(changed);
    go("/");
  };
  return (
    <Stack>
      <Title order={2} size="h3">{place === null ? w.add : rule.name}</Title>
      <Form<Rule, Rule> thing={null} start={rule} toDraft={(same) => same} labels={w.fields} submit={w.toDraft} cancel={() => { go("/"); }}
        reread={() => Promise.resolve(rule)}
        save={(changed) => { done(withRule(text, place, changed)); return Promise.resolve(); }}
        fields={(f) => (
          <>
            {f.text("name", { required: true, first: true })}
            {f.many("categories", names.categories)}
            {f.many("areas", [...routing.groups.map((group) => ({ value: group, label: group })), ...names.areas])}
            {routing.hours.length ? f.many("hours", routing.hours.map((name) => ({ value: name, label: name }))) : null}
            {f.many("first", names.agencies)}
            {f.many("supporting", names.agencies)}
          </>
        )} />
      {place === null ? null : (
        <div><AskButton label={w.drop} title={`${w.drop}: ${rule.name}`} ends={w.draft.text} act={() => { done(withoutRule(text, place)); return Promise.resolve(); }} /></div>
      )}
    </Stack>
  );
}
