/** What of the screen may be old, and which part is to blame. */
import type { Health } from "./health";
import type { Live } from "./live";

export type Sign =
  | { readonly kind: "connecting" }
  | { readonly kind: "lost" | "telephone-away"; readonly since: Date }
  | { readonly kind: "database-away" };

/** The signs to show, the worst first; none: all that is shown is fresh. `live` null: nothing live is shown here. */
export function signsOf(live: Live | null, health: Health): readonly Sign[] {
  if (live?.state === "lost") return [{ kind: "lost", since: live.since }];
  const signs: Sign[] = [];
  if (live?.state === "telephone-away") signs.push({ kind: "telephone-away", since: live.since });
  if (live?.state === "connecting") signs.push({ kind: "connecting" });
  if (health === "database-away") signs.push({ kind: "database-away" });
  return signs;
}
