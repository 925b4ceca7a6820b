/** Whom the rules propose for this form, and who is asked. */
import { Checkbox, NativeSelect, Stack, Text, Title } from "@mantine/core";
import { useAgencyBook } from "../copies";
import { FIELDS } from "../focus";
import { useConsoleWords } from "../words";
import type { Draft } from "./draft";
import type { Proposal, Proposed } from "./proposal";

interface Given { draft: Draft; proposal: Proposal; change: (by: Partial<Draft>) => void }

export function Agencies({ draft, proposal, change }: Given) {
  const w = useConsoleWords().form;
  const { value: book } = useAgencyBook();
  const name = (code: string): string => book?.agencies.find((each) => each.code === code)?.name ?? code;
  const asked = draft.agencies ?? proposal.proposed.map((each) => each.agency);
  const added = asked.filter((code) => !proposal.proposed.some((each) => each.agency === code));
  const shown: readonly Proposed[] = [...proposal.proposed, ...added.map((agency) => ({ agency, first: false, what: null }))];
  const rest = (book?.agencies ?? []).filter((each) => each.active && !shown.some((one) => one.agency === each.code));
  const set = (code: string, on: boolean): void => { change({ agencies: on ? [...asked, code] : asked.filter((each) => each !== code) }); };
  const why = { rules: w.byRule(proposal.rule ?? ""), copy: w.byCopy, none: w.pickCategory, alarm: w.noRule }[proposal.by];
  return (
    <section id={FIELDS.agencies} tabIndex={-1} aria-label={w.agencies} data-testid="agencies">
      <Title order={3} size="h6">{w.agencies}</Title>
      <Text size="sm" c="dimmed" mb="xs">{why}</Text>
      <Stack gap="xs">
        {shown.map((each) => (
          <Checkbox key={each.agency} label={`${name(each.agency)}${mark(each, proposal, w)}`} checked={asked.includes(each.agency)}
            onChange={(event) => { set(each.agency, event.target.checked); }} />
        ))}
        {draft.category !== "" && rest.length > 0 ? (
          <NativeSelect aria-label={w.add} value="" data={[{ value: "", label: w.add }, ...rest.map((each) => ({ value: each.code, label: each.name }))]}
            onChange={(event) => { if (event.target.value) set(event.target.value, true); }} />
        ) : null}
      </Stack>
    </section>
  );
}

function mark(each: Proposed, proposal: Proposal, w: { first: string; supporting: string }): string {
  if (!proposal.proposed.includes(each)) return "";
  return ` (${each.first ? w.first : w.supporting})${each.what ? `: ${each.what}` : ""}`;
}
