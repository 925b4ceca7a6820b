/** What of the screen may be old, and which part is to blame. */
import type { Seen } from "./health";
import type { Shown } from "./source";

export type Sign =
  | { readonly kind: "connecting" }
  | { readonly kind: "lost" | "telephone-away" | "database-away"; readonly since: Date };

/** How fresh a live line is that this page has open. */
export type Opened = Pick<Shown<object>, "state" | "since">;

/** The signs to show, the worst first; none: all that is shown is fresh. `lines`: those that are open here. */
export function signsOf(lines: readonly Opened[], { health, since }: Seen): readonly Sign[] {
  const lost = earliest(lines.filter((line) => line.state === "lost"));
  if (lost) return [{ kind: "lost", since: lost.since }];
  const signs: Sign[] = [];
  const silent = lines.find((line) => line.state === "telephone-away");
  if (silent) signs.push({ kind: "telephone-away", since: silent.since });
  if (lines.some((line) => line.state === "connecting")) signs.push({ kind: "connecting" });
  const unread = earliest([...lines.filter((line) => line.state === "database-away"), ...(health === "database-away" ? [{ since }] : [])]);
  if (unread) signs.push({ kind: "database-away", since: unread.since });
  return signs;
}

function earliest(all: readonly { readonly since: Date }[]): { readonly since: Date } | undefined {
  return [...all].sort((a, b) => a.since.getTime() - b.since.getTime())[0];
}
