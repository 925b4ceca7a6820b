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

/** "all" until something else is known. */
export function useHealth(): Health {
  const { data } = useQuery({
    queryKey: ["health"],
    queryFn: askHealth,
    refetchInterval: (query) => (query.state.data === "all" ? EVERY_MS : EVERY_MS / 4),
    refetchIntervalInBackground: true,
    networkMode: "always",
  });
  return data ?? "all";
}
