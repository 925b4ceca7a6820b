/** A small question to the API from a list: busy, and what went wrong. */
import { useCallback, useState } from "react";
import { explain } from "../shared/api/problem";

export function useAsk(): { ask: (asked: () => Promise<unknown>) => void; busy: boolean; problem: string | null } {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const ask = useCallback((asked: () => Promise<unknown>): void => {
    setBusy(true);
    setProblem(null);
    asked().catch((error: unknown) => { setProblem(explain(error)); }).finally(() => { setBusy(false); });
  }, []);
  return { ask, busy, problem };
}
