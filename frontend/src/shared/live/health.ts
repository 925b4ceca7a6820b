/** Whether `ct112 web` answers, and whether it has the database: asked every few seconds. */
import { useQuery } from "@tanstack/react-query";

export const EVERY_MS = 10_000;
const ANSWER_MS = 5_000;

export type Health = "all" | "database-away" | "web-away";

interface Readiness {
  readonly parts?: readonly { readonly name: string; readonly ok: boolean }[];
}

export async function askHealth(): Promise<Health> {
  try {
    const answer = await fetch("/readyz", { signal: AbortSignal.timeout(ANSWER_MS), cache: "no-store" });
    const { parts = [] } = (await answer.json()) as Readiness;
    return parts.some((part) => part.name === "database" && !part.ok) ? "database-away" : "all";
  } catch {
    return "web-away";
  }
}

export interface Seen {
  readonly health: Health;
  /** Since when it has been so, as this page has seen it. */
  readonly since: Date;
}

let seen: Seen = { health: "all", since: new Date() };

async function look(): Promise<Seen> {
  const health = await askHealth();
  if (health !== seen.health) seen = { health, since: new Date() };
  return seen;
}

/** "all" until something else is known. */
export function useHealth(): Seen {
  const { data } = useQuery({
    queryKey: ["health"],
    queryFn: look,
    refetchInterval: (query) => (query.state.data?.health === "all" ? EVERY_MS : EVERY_MS / 4),
    refetchIntervalInBackground: true,
    networkMode: "always",
  });
  return data ?? seen;
}
