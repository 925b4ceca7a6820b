/** What of the screen may be old, and which part is to blame. */
import type { Health } from "./health";
import type { Shown } from "./source";

export type Sign =
  | { readonly kind: "connecting" }
  | { readonly kind: "lost" | "telephone-away"; readonly since: Date }
  | { readonly kind: "database-away" };

/** How fresh a live line is that this page has open. */
export type Opened = Pick<Shown<object>, "state" | "since">;

/** The signs to show, the worst first; none: all that is shown is fresh. `lines`: those that are open here. */
export function signsOf(lines: readonly Opened[], health: Health): readonly Sign[] {
  const lost = lines.filter((line) => line.state === "lost").sort((a, b) => a.since.getTime() - b.since.getTime())[0];
  if (lost) return [{ kind: "lost", since: lost.since }];
  const signs: Sign[] = [];
  const silent = lines.find((line) => line.state === "telephone-away");
  if (silent) signs.push({ kind: "telephone-away", since: silent.since });
  if (lines.some((line) => line.state === "connecting")) signs.push({ kind: "connecting" });
  if (health === "database-away" || lines.some((line) => line.state === "database-away")) signs.push({ kind: "database-away" });
  return signs;
}
