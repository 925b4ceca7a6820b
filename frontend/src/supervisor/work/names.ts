/** What categories, agencies and kelurahan are called; their codes until that is known. */
import { useQuery } from "@tanstack/react-query";
import { api, got } from "../../shared/api/client";
import { useLanguage } from "../../shared/words/words";

const KEPT_MS = 600_000;
type Name = (code: string | null) => string;

function named(names: ReadonlyMap<string, string>): Name {
  return (code) => (code === null ? "–" : (names.get(code) ?? code));
}

export function useCategories(): Name {
  const shown = useLanguage() === "id" ? "name" : "name_en";
  const { data } = useQuery({ queryKey: ["categories"], queryFn: () => got(api.GET("/api/v1/categories")), staleTime: KEPT_MS });
  return named(new Map(data?.categories.map((each) => [each.code, each[shown]])));
}

export function useAgencies(): Name {
  const { data } = useQuery({ queryKey: ["agencies"], queryFn: () => got(api.GET("/api/v1/agencies")), staleTime: KEPT_MS });
  return named(new Map(data?.agencies.map((each) => [each.code, each.name])));
}

export function useKelurahan(): Name {
  const { data } = useQuery({ queryKey: ["areas"], queryFn: () => got(api.GET("/api/v1/areas")), staleTime: KEPT_MS });
  return named(new Map(data?.areas.map((each) => [each.code, each.name])));
}
