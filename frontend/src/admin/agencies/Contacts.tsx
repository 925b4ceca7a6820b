/** The contacts of an agency, in the order they are reached, and when each is on duty. */
import { Checkbox, Group, Text, TextInput } from "@mantine/core";
import type { Fields } from "../common/fields";
import { Items } from "../common/Items";
import { type Agency, type Contact, DAYS, type Draft, type Exception, NO_CONTACT, NO_EXCEPTION, NO_SHIFT, type Shift } from "./draft";
import { useAgencyWords } from "./words";

const MOST = 50;
const TEXTS = ["name", "title", "number", "email"] as const;

export function Contacts({ f, agency }: { f: Fields<Draft>; agency: Agency }) {
  const { fields, contact: w } = useAgencyWords();
  const onDuty = new Map(agency.contacts.map((each) => [each.id, each.on_duty]));
  return (
    <Items legend={fields.contacts.label} help={fields.contacts.help} add={w.add} items={f.draft.contacts} most={MOST} blank={NO_CONTACT}
      set={(contacts) => { f.set({ contacts }); }}>
      {(contact, patch, place) => (
        <>
          <Group align="flex-start" gap="sm">
            {TEXTS.map((field) => (
              <TextInput key={field} label={w[field]} name={`contacts.${place}.${field}`} required={field === "name"} autoComplete="off"
                value={contact[field]} error={f.at(`contacts.${place}.${field}`)} onChange={(event) => { patch({ [field]: event.target.value }); }} />
            ))}
          </Group>
          {contact.id ? <Text size="sm">{onDuty.get(contact.id) ? `● ${w.onDuty}` : `○ ${w.offDuty}`}</Text> : null}
          <Shifts f={f} contact={contact} patch={patch} place={place} />
          <Exceptions f={f} contact={contact} patch={patch} place={place} />
        </>
      )}
    </Items>
  );
}

interface OfContact {
  readonly f: Fields<Draft>;
  readonly contact: Contact;
  readonly patch: (patch: Partial<Contact>) => void;
  readonly place: number;
}

function Shifts({ f, contact, patch, place }: OfContact) {
  const { contact: w, days } = useAgencyWords();
  return (
    <Items legend={w.shifts} help={w.toHelp} add={w.addShift} items={contact.shifts} blank={NO_SHIFT} set={(shifts) => { patch({ shifts }); }}>
      {(shift, set, at) => {
        const where = `contacts.${place}.shifts.${at}`;
        return (
          <>
            <Group gap="sm">
              {DAYS.map((day) => (
                <Checkbox key={day} label={days[day]} checked={shift.days.includes(day)}
                  onChange={(event) => { set({ days: DAYS.filter((each) => (each === day ? event.target.checked : shift.days.includes(each))) }); }} />
              ))}
            </Group>
            {f.at(`${where}.days`) ? <Text size="sm" c="var(--mantine-color-error)">{f.at(`${where}.days`)}</Text> : null}
            <Group gap="sm" align="flex-start">
              <Hour label={w.from} field="start" where={where} shift={shift} set={set} error={f.at(`${where}.start`)} />
              <Hour label={w.to} field="end" where={where} shift={shift} set={set} error={f.at(`${where}.end`)} />
            </Group>
          </>
        );
      }}
    </Items>
  );
}

interface HourProps {
  readonly label: string;
  readonly field: "start" | "end";
  readonly where: string;
  readonly shift: Shift;
  readonly set: (patch: Partial<Shift>) => void;
  readonly error: string | undefined;
}

function Hour({ label, field, where, shift, set, error }: HourProps) {
  return (
    <TextInput label={label} name={`${where}.${field}`} value={shift[field]} error={error} w="7rem" inputMode="numeric" placeholder="07:00"
      onChange={(event) => { set({ [field]: event.target.value.trim().replace(".", ":") }); }} />
  );
}

function Exceptions({ f, contact, patch, place }: OfContact) {
  const { contact: w } = useAgencyWords();
  const moments = [["start", w.from], ["end", w.to]] as const satisfies readonly (readonly [keyof Exception, string])[];
  return (
    <Items legend={w.exceptions} add={w.addException} items={contact.exceptions} blank={NO_EXCEPTION} set={(exceptions) => { patch({ exceptions }); }}>
      {(each, set, at) => (
        <Group gap="sm" align="flex-end">
          {moments.map(([field, label]) => (
            <TextInput key={field} type="datetime-local" label={label} name={`contacts.${place}.exceptions.${at}.${field}`} value={each[field]}
              error={f.at(`contacts.${place}.exceptions.${at}.${field}`)} onChange={(event) => { set({ [field]: event.target.value }); }} />
          ))}
          <Checkbox label={w.on} checked={each.on_duty} onChange={(event) => { set({ on_duty: event.target.checked }); }} />
          <TextInput label={w.note} name={`contacts.${place}.exceptions.${at}.note`} value={each.note} onChange={(event) => { set({ note: event.target.value }); }} />
        </Group>
      )}
    </Items>
  );
}
