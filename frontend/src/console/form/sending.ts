/** One step of sending a form: what is asked, and what the form is after the answer. No I/O of its own. */
import { explain, Problem } from "../../shared/api/problem";
import { bodyOf, described, type Draft, type NewIncident } from "./draft";

/** What is asked of the API; each may be asked again and is done once. Throws Problem. */
export interface Requests {
  /** Opens the incident; gives its number. */
  open(id: string, body: NewIncident): Promise<string>;
  ask(id: string, key: string, agencies: readonly string[] | null): Promise<void>;
  /** Adds the call, and the text behind the incident's own. */
  join(id: string, key: string, call: string | null, text: string): Promise<void>;
}

export type Sent =
  | { readonly done: true }
  /** `again`: nothing is wrong with the form; what it needs is away. */
  | { readonly done: false; readonly draft: Draft; readonly again: boolean };

/** Make a form ready to be sent: with what it says now, and a key of its own for the question to the agencies. */
export function ready(draft: Draft, agencies: readonly string[] | null): Draft {
  const asked = { ...draft, agencies, problem: null, key: crypto.randomUUID() };
  if (draft.stage === "opened") return { ...asked, stage: "dispatching" };
  return { ...asked, stage: "opening", body: bodyOf(draft) };
}

export function joining(draft: Draft, incident: string): Draft {
  return { ...draft, joins: incident, stage: "joining", problem: null, key: crypto.randomUUID() };
}

/** Do what comes next with a form that is to be sent. */
export async function step(draft: Draft, requests: Requests): Promise<Sent> {
  try {
    return await done(draft, requests);
  } catch (error) {
    if (!(error instanceof Problem) || error.passes || error.kind === "sign-in") return { done: false, draft, again: true };
    return { done: false, draft: refused(draft, explain(error)), again: false };
  }
}

async function done(draft: Draft, requests: Requests): Promise<Sent> {
  switch (draft.stage) {
    case "opening": {
      const number = await requests.open(draft.id, draft.body ?? bodyOf(draft));
      const nobody = draft.agencies?.length === 0;
      return nobody ? { done: true } : { done: false, draft: { ...draft, number, stage: "dispatching" }, again: false };
    }
    case "dispatching":
      await requests.ask(draft.id, draft.key, draft.agencies);
      return { done: true };
    case "joining":
      await requests.join(draft.joins ?? "", draft.key, draft.call, described(draft));
      return { done: true };
    case "writing":
    case "opened":
      return { done: false, draft, again: false };
  }
}

/** Back to the person, with why. */
function refused(draft: Draft, problem: string): Draft {
  const stage = draft.stage === "dispatching" ? "opened" : "writing";
  return { ...draft, stage, problem, joins: null };
}
