/** My account as the server knows it, and one way to change it: busy, done or refused. */
import { useMutation, type UseMutationResult, useQuery, useQueryClient, type UseQueryResult } from "@tanstack/react-query";
import { api, got } from "../shared/api/client";
import type { components } from "../shared/api/openapi";
import { explain, fieldErrors } from "../shared/api/problem";

export type OwnAccount = components["schemas"]["OwnAccount"];
const KEY = ["session", "account"];

export function useAccount(): UseQueryResult<OwnAccount> {
  return useQuery({ queryKey: KEY, queryFn: () => got(api.GET("/api/v1/session/account")) });
}

/** A change of my account: afterwards it is read again. */
export function useChange<Given, Made>(change: (given: Given) => Promise<Made>): UseMutationResult<Made, Error, Given> {
  const queries = useQueryClient();
  return useMutation({ mutationFn: change, onSuccess: () => queries.invalidateQueries({ queryKey: KEY }) });
}

/** What to say of a field that was refused, by its name; of all else what is said everywhere. */
export function said(error: unknown, of: Record<string, string>): string {
  const [field] = Object.keys(fieldErrors(error));
  return (field === undefined ? undefined : of[field]) ?? explain(error);
}
