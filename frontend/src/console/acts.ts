/** What an operator asks of the floor; the live picture shows what came of it. */
import { useMemo, useState } from "react";
import { api, got } from "../shared/api/client";
import { explain } from "../shared/api/problem";

export interface Acts {
  readonly busy: boolean;
  readonly problem: string | null;
  sit(position: string): void;
  leave(position: string): void;
  state(ready: boolean, reason?: string): void;
  callBack(task: number): void;
  /** Calls a supervisor to this position, or says that none is needed any more. */
  summon(position: string, needed: boolean): void;
}

export function useActs(operator: string | null): Acts {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  return useMemo(() => {
    const run = (asked: () => Promise<unknown>): void => {
      setBusy(true);
      setProblem(null);
      asked().catch((error: unknown) => { setProblem(explain(error)); }).finally(() => { setBusy(false); });
    };
    const name = operator ?? "";
    return {
      busy,
      problem,
      sit: (position) => { run(() => got(api.PUT("/api/v1/positions/{name}/operator", { params: { path: { name: position } }, body: { operator: name } }))); },
      leave: (position) => { run(() => got(api.DELETE("/api/v1/positions/{name}/operator", { params: { path: { name: position } } }))); },
      state: (ready, reason) => {
        const body = reason === undefined ? { ready } : { ready, reason };
        run(() => got(api.POST("/api/v1/operators/{name}/state", { params: { path: { name } }, body })));
      },
      summon: (position, needed) => {
        const params = { path: { name: position } };
        run(() => got(api.PUT("/api/v1/positions/{name}/summons", { params, body: { state: needed ? "asked" : "over" } })));
      },
      callBack: (id) => { run(() => got(api.POST("/api/v1/callbacks/{id}/take", { params: { path: { id } }, body: { operator: name } }))); },
    };
  }, [operator, busy, problem]);
}
