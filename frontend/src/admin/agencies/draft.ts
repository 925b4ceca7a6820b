/** An agency as its form holds it, and as the API takes it. */
import type { components } from "../../shared/api/openapi";
import { fromLocal, toLocal } from "../../shared/days";

export type Agency = components["schemas"]["AgencyView"];
type Given = components["schemas"]["AgencyChange"];
export type Kind = Agency["ways"][number]["kind"];
export type Day = Agency["contacts"][number]["shifts"][number]["days"][number];

export const KINDS: readonly Kind[] = ["page", "webhook", "email", "phone", "centre"];
export const DAYS: readonly Day[] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
/** Which field says where, by kind. */
export const WITH_URL: readonly Kind[] = ["webhook", "centre"];

export interface Way {
  readonly kind: Kind;
  readonly url: string;
  readonly secret: string;
  readonly address: string;
  readonly number: string;
  readonly within: number | string;
  readonly kept: boolean;
}
export interface Shift {
  readonly days: readonly Day[];
  readonly start: string;
  readonly end: string;
}
export interface Exception {
  readonly start: string;
  readonly end: string;
  readonly on_duty: boolean;
  readonly note: string;
}
export interface Contact {
  readonly id: string;
  readonly name: string;
  readonly title: string;
  readonly number: string;
  readonly email: string;
  readonly shifts: readonly Shift[];
  readonly exceptions: readonly Exception[];
}
export interface Draft {
  readonly code: string;
  readonly name: string;
  readonly active: boolean;
  readonly ways: readonly Way[];
  readonly contacts: readonly Contact[];
}

export const NO_WAY: Way = { kind: "phone", url: "", secret: "", address: "", number: "", within: "", kept: false };
export const NO_SHIFT: Shift = { days: DAYS, start: "00:00", end: "24:00" };
export const NO_EXCEPTION: Exception = { start: "", end: "", on_duty: false, note: "" };
export const NO_CONTACT: Contact = { id: "", name: "", title: "", number: "", email: "", shifts: [NO_SHIFT], exceptions: [] };
export const BLANK: Draft = { code: "", name: "", active: true, ways: [], contacts: [] };

export function toDraft({ code, name, active, ways, contacts }: Agency): Draft {
  return {
    code,
    name,
    active,
    ways: ways.map((way) => ({
      kind: way.kind,
      url: way.url ?? "",
      secret: "",
      address: way.address ?? "",
      number: way.number ?? "",
      within: way.within_seconds ?? "",
      kept: way.has_secret,
    })),
    contacts: contacts.map(({ id, name, title, number, email, shifts, exceptions }) => ({
      id,
      name,
      title,
      number: number ?? "",
      email: email ?? "",
      shifts: shifts.map(({ days, start, end }) => ({ days, start, end })),
      exceptions: exceptions.map((each) => ({ ...each, start: toLocal(each.start), end: toLocal(each.end) })),
    })),
  };
}

/** What a PATCH sends of what was touched. */
export function given({ name, active, ways, contacts }: Partial<Draft>): Given {
  return {
    ...(name === undefined ? {} : { name }),
    ...(active === undefined ? {} : { active }),
    ...(ways === undefined ? {} : { ways: ways.map(way) }),
    ...(contacts === undefined ? {} : { contacts: contacts.map(contact) }),
  };
}

/** The fields of its kind, those that hold something. */
function way({ kind, url, secret, address, number, within }: Way): NonNullable<Given["ways"]>[number] {
  return {
    kind,
    ...(WITH_URL.includes(kind) && url ? { url } : {}),
    ...(WITH_URL.includes(kind) && secret ? { secret } : {}),
    ...(kind === "email" && address ? { address } : {}),
    ...(kind === "phone" && number ? { number } : {}),
    ...(within === "" ? {} : { within_seconds: Number(within) }),
  };
}

function contact({ id, name, title, number, email, shifts, exceptions }: Contact): NonNullable<Given["contacts"]>[number] {
  return {
    ...(id ? { id } : {}),
    name,
    title,
    number: number || null,
    email: email || null,
    shifts: shifts.map((shift) => ({ ...shift, days: [...shift.days] })),
    exceptions: exceptions.map((each) => ({ ...each, start: fromLocal(each.start), end: fromLocal(each.end) })),
  };
}
