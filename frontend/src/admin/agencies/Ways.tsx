/** The ways to an agency, in the order they are tried. */
import { Group, NativeSelect, NumberInput, PasswordInput, TextInput } from "@mantine/core";
import type { Fields } from "../common/fields";
import { Items } from "../common/Items";
import { type Draft, type Kind, KINDS, NO_WAY, type Way, WITH_URL } from "./draft";
import { useAgencyWords } from "./words";

const MOST = 10;

export function Ways({ f }: { f: Fields<Draft> }) {
  const { fields, way: w } = useAgencyWords();
  return (
    <Items legend={fields.ways.label} help={fields.ways.help} add={w.add} items={f.draft.ways} set={(ways) => { f.set({ ways }); }} blank={NO_WAY} most={MOST}>
      {(way, patch, place) => (
        <Group align="flex-start" gap="sm">
          <NativeSelect label={w.kind} name={`ways.${place}.kind`} value={way.kind} data={KINDS.map((kind) => ({ value: kind, label: w.kinds[kind] }))}
            onChange={(event) => { patch({ kind: event.target.value as Kind }); }} error={f.at(`ways.${place}`) ?? f.at(`ways.${place}.kind`)} />
          <Where way={way} patch={patch} place={place} at={f.at} />
          <NumberInput label={w.within} description={w.withinHelp} name={`ways.${place}.within`} value={way.within} hideControls
            error={f.at(`ways.${place}.within_seconds`)} onChange={(within) => { patch({ within }); }} />
        </Group>
      )}
    </Items>
  );
}

interface WhereProps {
  readonly way: Way;
  readonly patch: (patch: Partial<Way>) => void;
  readonly place: number;
  readonly at: Fields<Draft>["at"];
}

function Where({ way, patch, place, at }: WhereProps) {
  const { way: w } = useAgencyWords();
  const name = (field: string): { name: string; error: string | undefined } => ({
    name: `ways.${place}.${field}`,
    error: at(`ways.${place}.${field}`),
  });
  if (WITH_URL.includes(way.kind)) {
    return (
      <>
        <TextInput {...name("url")} label={w.url} inputMode="url" value={way.url} w="20rem" maw="100%" onChange={(event) => { patch({ url: event.target.value.trim() }); }} />
        <PasswordInput {...name("secret")} label={w.secret} description={way.kept ? w.keeps : w.secretHelp} autoComplete="new-password"
          value={way.secret} onChange={(event) => { patch({ secret: event.target.value }); }} />
      </>
    );
  }
  if (way.kind === "email") {
    return (
      <TextInput {...name("address")} label={w.address} description={w.addressHelp} inputMode="email" value={way.address}
        onChange={(event) => { patch({ address: event.target.value.trim() }); }} />
    );
  }
  if (way.kind === "page") return null;
  return (
    <TextInput {...name("number")} label={w.number} description={w.numberHelp} inputMode="tel" value={way.number}
      onChange={(event) => { patch({ number: event.target.value.trim() }); }} />
  );
}
