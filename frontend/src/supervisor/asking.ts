/** Something the supervisor asks for by a button: one at a time, and what was refused stays in sight. */
import { useState } from "react";
import { Problem } from "../shared/api/problem";

export interface Asking {
  readonly busy: boolean;
  readonly problem: Problem | null;
  /** Ask; whether it was granted. What is refused becomes `problem`. */
  readonly ask: (work: () => Promise<unknown>) => Promise<boolean>;
  readonly forget: () => void;
}

export function useAsking(): Asking {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const ask = async (work: () => Promise<unknown>): Promise<boolean> => {
    setBusy(true);
    setProblem(null);
    try {
      await work();
      return true;
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      setProblem(error);
      return false;
    } finally {
      setBusy(false);
    }
  };
  return { busy, problem, ask, forget: () => { setProblem(null); } };
}
