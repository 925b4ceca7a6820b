/** Each fact in words. A kind the schema has and these have not does not compile; one the schema lacks is shown as it is. */
import { type Language, language } from "../../shared/words/words";
import { ENGLISH } from "./facts.en";
import { INDONESIAN } from "./facts.id";
import type { Sayings } from "./sayings";

export interface Happened {
  readonly kind: string;
  readonly data: Readonly<Record<string, unknown>>;
}

const SAYINGS: Record<Language, Sayings> = { id: INDONESIAN, en: ENGLISH };

/** A fact of the call in words; of a newer kind than this page: its name and what it holds. */
export function sayFact(fact: Happened, as: Language = language()): string {
  const sayings = SAYINGS[as] as unknown as Readonly<Record<string, (data: Happened["data"]) => string>>;
  const say = Object.hasOwn(sayings, fact.kind) ? sayings[fact.kind] : undefined;
  return say ? say(fact.data) : `${fact.kind} ${plain(fact.data)}`.trim();
}

/** Whatever it is, as text. */
export function plain(data: Happened["data"]): string {
  return Object.entries(data).map(([name, value]) => `${name}: ${typeof value === "string" ? value : JSON.stringify(value)}`).join(", ");
}
