/** What an operator asks of the floor; the live picture shows what came of it. */
import { useMemo } from "react";
import { api, got } from "../shared/api/client";
import { usePhone } from "../shared/phone/phone";
import { useAsk } from "./ask";
import { ringOf } from "./callOut";

export interface Acts {
  readonly busy: boolean;
  readonly problem: string | null;
  sit(position: string): void;
  leave(position: string): void;
  state(ready: boolean, reason?: string): void;
  callBack(task: number): void;
  /** Rings this person's own phone, then a contact of the agency book. */
  callOut(agency: string, contact: string): void;
  /** Calls a supervisor to this position, or says that none is needed any more. */
  summon(position: string, needed: boolean): void;
}

export function useActs(operator: string | null): Acts {
  const { ask, busy, problem } = useAsk();
  const { phone } = usePhone();
  return useMemo(() => {
    const name = operator ?? "";
    return {
      busy,
      problem,
      sit: (position) => { ask(() => got(api.PUT("/api/v1/positions/{name}/operator", { params: { path: { name: position } }, body: { operator: name } }))); },
      leave: (position) => { ask(() => got(api.DELETE("/api/v1/positions/{name}/operator", { params: { path: { name: position } } }))); },
      state: (ready, reason) => {
        const body = reason === undefined ? { ready } : { ready, reason };
        ask(() => got(api.POST("/api/v1/operators/{name}/state", { params: { path: { name } }, body })));
      },
      summon: (position, needed) => {
        const params = { path: { name: position } };
        ask(() => got(api.PUT("/api/v1/positions/{name}/summons", { params, body: { state: needed ? "asked" : "over" } })));
      },
      callBack: (id) => { ask(() => got(api.POST("/api/v1/callbacks/{id}/take", { params: { path: { id } }, body: { operator: name } }))); },
      callOut: (agency, contact) => {
        phone.expect(ringOf(agency));
        ask(() => got(api.POST("/api/v1/agencies/{code}/contacts/{contact}/call", { params: { path: { code: agency, contact } }, body: { operator: name } })));
      },
    };
  }, [operator, ask, busy, problem, phone]);
}
