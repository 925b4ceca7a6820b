/** What is at hand with the centre away: the last good copy of lists that change seldom, kept in this browser. */
import { type QueryKey, useQuery } from "@tanstack/react-query";
import { api, got } from "../shared/api/client";
import type { components } from "../shared/api/openapi";
import { COPIES } from "../shared/session/storage";
import { keep } from "../shared/stored";

export type Category = components["schemas"]["CategoryView"];
export type AgencyBook = components["schemas"]["AgencyBookView"];
type Reasons = components["schemas"]["PauseReasonList"];

declare const __CT112_BUILD__: string;
/** The fields of a list are those of one build: what another has kept is none. */
const NAME = `${COPIES}${__CT112_BUILD__}.`;
const EVERY_MS = 60_000;

interface Copy<T> { readonly at: number; readonly value: T }

function kept<T>(name: string): Copy<T> | undefined {
  try {
    const text = localStorage.getItem(NAME + name);
    return text === null ? undefined : (JSON.parse(text) as Copy<T>);
  } catch {
    return undefined;
  }
}

/** `old`: what is given is a copy of before, for it could not be asked now. */
function useCopied<T>(name: string, ask: () => Promise<T>): { value: T | undefined; old: boolean } {
  const key: QueryKey = ["console", name];
  const copy = kept<T>(name);
  const { data, isError } = useQuery({
    queryKey: key,
    queryFn: async () => {
      const value = await ask();
      keep(NAME + name, JSON.stringify({ at: Date.now(), value }));
      return value;
    },
    refetchInterval: EVERY_MS,
    ...(copy ? { initialData: copy.value, initialDataUpdatedAt: 0 } : {}),
  });
  return { value: data, old: isError };
}

export function useCategories(): { value: readonly Category[]; old: boolean } {
  const { value, old } = useCopied("categories", () => got(api.GET("/api/v1/categories")));
  return { value: (value?.categories ?? []).filter((each) => each.retired_at === null), old };
}

export function useAgencyBook(): { value: AgencyBook | undefined; old: boolean } {
  return useCopied("agency-book", () => got(api.GET("/api/v1/agency-book")));
}

export function useReasons(): Reasons["reasons"] {
  return useCopied("pause-reasons", () => got(api.GET("/api/v1/pause-reasons"))).value?.reasons ?? [];
}
