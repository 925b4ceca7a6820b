/** What the words of the facts are made of; both languages need it, so it needs neither of them. */
import type { Fact } from "../../shared/api/facts";

export type Kind = Fact["kind"];
export type DataOf<K extends Kind> = Extract<Fact, { kind: K }>["data"];
export type Sayings = { readonly [K in Kind]: (data: DataOf<K>) => string };

/** A position and who sat there. */
export function at(data: { readonly position?: string | null; readonly operator?: string | null }): string {
  const { position, operator } = data;
  return operator ? `${operator} (${position ?? "?"})` : (position ?? "?");
}
