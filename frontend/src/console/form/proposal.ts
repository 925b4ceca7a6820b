/** Who would be asked for what is typed so far: by the rules, or with those away by the last good copy. */
import { useQuery } from "@tanstack/react-query";
import { api, got } from "../../shared/api/client";
import type { AgencyBook } from "../copies";
import type { Draft } from "./draft";
import { kelurahanOf } from "./draft";

export interface Proposed { readonly agency: string; readonly first: boolean; readonly what: string | null }

export interface Proposal {
  readonly proposed: readonly Proposed[];
  /** "rules": this is what they say now; "copy": they could not be asked; "none": no category yet; "alarm": no rule fits. */
  readonly by: "rules" | "copy" | "none" | "alarm";
  readonly rule: string | null;
}

const NONE: Proposal = { proposed: [], by: "none", rule: null };

export function useProposal(draft: Draft | null, book: AgencyBook | undefined): Proposal {
  const category = draft?.category ?? "";
  const kelurahan = kelurahanOf(draft?.chosen ?? null);
  const { data, isError } = useQuery({
    queryKey: ["console", "explain", category, kelurahan],
    queryFn: () => got(api.GET("/api/v1/routing/explain", { params: { query: kelurahan ? { category, kelurahan } : { category } } })),
    enabled: category !== "",
    retry: false,
  });
  if (category === "") return NONE;
  if (!data) return isError ? copied(category, book) : NONE;
  const sent = new Map(data.card.map((each) => [each.agency, each.what]));
  const proposed = data.agencies.map((agency) => ({ agency, first: data.first.includes(agency), what: sent.get(agency) ?? null }));
  return { proposed, by: data.alarm ? "alarm" : "rules", rule: data.rule };
}

/** Of the agency book: the category's run card, and whom a rule without a name would ask. */
export function copied(category: string, book: AgencyBook | undefined): Proposal {
  const card = book?.run_cards.find((each) => each.category === category)?.sent ?? [];
  const others = (book?.default_first ?? []).filter((agency) => !card.some((each) => each.agency === agency));
  const proposed = [
    ...card.map(({ agency, what }) => ({ agency, first: true, what })),
    ...others.map((agency) => ({ agency, first: true, what: null })),
  ];
  return { proposed, by: "copy", rule: null };
}

/** Whom this form asks: those chosen, else those that are shown as proposed; null: the rules decide when it is sent. */
export function askedBy(draft: Draft, proposal: Proposal): readonly string[] | null {
  if (draft.agencies !== null) return draft.agencies;
  return proposal.by === "rules" && proposal.proposed.length > 0 ? proposal.proposed.map((each) => each.agency) : null;
}
