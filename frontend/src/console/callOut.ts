/** Whom the agency book lets us call: contacts and desks that have a number. Pure. */
import type { AgencyBook } from "./copies";
import { lettersOf } from "./letters";
import type { Position } from "./own";

export type CallOut = NonNullable<Position["call_out"]>;

/** The agency's own number, as its way by telephone has it. */
const DESK = "desk";

export interface Callable {
  readonly agency: string;
  readonly contact: string;
  readonly name: string;
  readonly number: string;
  readonly letters: string;
}

export function callables(book: AgencyBook | undefined, desk: string): readonly Callable[] {
  const found = (book?.agencies ?? []).filter((agency) => agency.active).flatMap((agency) => {
    const own = agency.ways.find((way) => way.kind === "phone" && way.number);
    const people = agency.contacts.map((each) => ({ agency: agency.code, contact: each.id, name: `${agency.name}: ${each.name}`, number: each.number ?? "" }));
    return own ? [{ agency: agency.code, contact: DESK, name: `${agency.name}: ${desk}`, number: own.number ?? "" }, ...people] : people;
  }).filter((each) => each.number !== "");
  const letters = lettersOf(found.map((each) => each.name));
  return found.map((each, at) => ({ ...each, letters: letters[at] ?? "" }));
}

/** Whom of this agency I talk with now, or talked with last: who says by telephone how a dispatch stands. */
export function spokenWith(out: CallOut | null, book: AgencyBook | undefined, agency: string): string | undefined {
  if (out?.agency !== agency || (out.phase !== "talking" && out.result !== "talked")) return undefined;
  const contacts = book?.agencies.find((each) => each.code === agency)?.contacts ?? [];
  const name = contacts.find((each) => each.id === out.contact)?.name.replace(/\p{Cc}/gu, " ").trim();
  return name === "" ? undefined : name;
}

/** What the ring of this person's own phone says, so that the page's phone answers it by itself. */
export function ringOf(agency: string): string {
  return `INSTANSI ${agency.toUpperCase()}`;
}
