/** A form as it is typed: a value. What is sent of it, and what is wrong with it, is made from it. Pure. */
import type { components } from "../../shared/api/openapi";
import type { WorkThing } from "../../shared/live/work";

export type NewIncident = components["schemas"]["NewIncident"];
export type PlaceFound = components["schemas"]["PlaceFound"];

/**
 * writing → opening → dispatching → gone; opened: agencies were refused, only they are asked again; writing →
 * joining → gone.
 */
export type Stage = "writing" | "opening" | "opened" | "dispatching" | "joining";

export interface Draft {
  /** The incident's own id, chosen here: sent twice, it is one incident. */
  readonly id: string;
  /** The key of its question to the agencies, or of its joining. */
  readonly key: string;
  readonly by: string;
  readonly call: string | null;
  readonly category: string;
  readonly place: string;
  readonly chosen: PlaceFound | null;
  readonly description: string;
  readonly people: string;
  readonly callerName: string;
  readonly callerNumber: string;
  /** null: those the rules propose. */
  readonly agencies: readonly string[] | null;
  readonly stage: Stage;
  /** As it was sent first: what is sent again is the same. */
  readonly body: NewIncident | null;
  readonly joins: string | null;
  readonly number: string | null;
  readonly problem: string | null;
  /** This desk's clock, for the order of forms alone. */
  readonly touched: number;
}

export const MOST = { description: 4000, line: 500, people: 100_000 } as const;
const KELURAHAN = /^\d{2}\.\d{2}\.\d{2}\.\d{4}$/;
/** What controls something, and halves of characters (Cs): a text cut in the middle of an emoji is no JSON. */
const CONTROL = /[\p{Cc}\p{Cs}]/gu;
const CONTROL_BUT_LINES = /[^\P{Cc}\n\t]|\p{Cs}/gu;

export function begin(by: string, call: string | null, callerNumber = ""): Draft {
  return {
    id: crypto.randomUUID(), key: crypto.randomUUID(), by, call, callerNumber, category: "", place: "", chosen: null,
    description: "", people: "", callerName: "", agencies: null, stage: "writing", body: null, joins: null, number: null,
    problem: null, touched: Date.now(),
  };
}

/** The form of an incident that is open already (of an alert, of a neighbour's offer): its agencies are asked by it. */
export function following(by: string, incident: WorkThing<"incidents">): Draft {
  const { id, number, category, kelurahan, latitude, longitude } = incident;
  const place = incident.place_text ?? incident.landmark ?? "";
  const spot = { latitude, longitude, name: place, area_name: null, score: 1 };
  const chosen = kelurahan === null ? null : { ...spot, code: kelurahan, kind: "kelurahan", area: null };
  return { ...begin(by, null), id, number, category, place, chosen, stage: "opened" };
}

/** Whether anything was typed that somebody would miss. */
export function written(draft: Draft): boolean {
  const typed = draft.category + draft.place + draft.description + draft.people + draft.callerName;
  return typed.trim() !== "" || draft.agencies !== null || draft.stage !== "writing";
}

export function waiting(draft: Draft): boolean {
  return draft.stage === "opening" || draft.stage === "dispatching" || draft.stage === "joining";
}

export type Wrong = "category" | "place" | "description" | "people" | "callerName";

/** What has to be mended before it is sent; the number says by how much a text is too long. */
export function wrongs(draft: Draft): Partial<Record<Wrong, number>> {
  const found: Partial<Record<Wrong, number>> = {};
  if (draft.category === "") found.category = 0;
  const over = { description: MOST.description, place: MOST.line, callerName: MOST.line };
  for (const [field, most] of Object.entries(over) as [keyof typeof over, number][]) {
    const excess = Array.from(draft[field].trim()).length - most;
    if (excess > 0) found[field] = excess;
  }
  const people = draft.people.trim();
  if (people !== "" && !(/^\d{1,6}$/.test(people) && Number(people) <= MOST.people)) found.people = 0;
  return found;
}

/** The description as it is sent. */
export function described(draft: Draft): string {
  return draft.description.replace(CONTROL_BUT_LINES, " ").trim();
}

/** What opens the incident. */
export function bodyOf(draft: Draft): NewIncident {
  const line = (text: string): string | null => text.replace(CONTROL, " ").trim() || null;
  const number = /^\+?[0-9]{1,20}$/.test(draft.callerNumber) && draft.call === null ? draft.callerNumber : null;
  return {
    call_id: draft.call,
    category: draft.category,
    place: placeOf(draft, line(draft.place)),
    description: described(draft) || null,
    people_in_danger: draft.people.trim() === "" ? null : Number(draft.people),
    caller_name: line(draft.callerName),
    ...(number === null ? {} : { caller_number: number }),
  };
}

function placeOf(draft: Draft, text: string | null): NonNullable<NewIncident["place"]> {
  const { chosen } = draft;
  if (chosen === null) return text === null ? {} : { text };
  const kelurahan = kelurahanOf(chosen);
  return {
    ...(text === null ? {} : { text }),
    ...(kelurahan === null ? {} : { kelurahan }),
    ...(KELURAHAN.test(chosen.code) ? {} : { landmark: chosen.name }),
    ...(chosen.latitude === null || chosen.longitude === null ? {} : { latitude: chosen.latitude, longitude: chosen.longitude }),
  };
}

export function kelurahanOf(chosen: PlaceFound | null): string | null {
  if (chosen === null) return null;
  return KELURAHAN.test(chosen.code) ? chosen.code : chosen.area;
}
