/** Names for the codes a rule is made of. */
import { useQuery } from "@tanstack/react-query";
import { api, got } from "../../shared/api/client";
import { useLanguage } from "../../shared/words/words";
import type { Options } from "../common/fields";

export interface Names {
  readonly categories: Options;
  readonly areas: Options;
  readonly agencies: Options;
}

async function ask() {
  const [{ categories }, { areas }, { agencies }] = await Promise.all([
    got(api.GET("/api/v1/categories")),
    got(api.GET("/api/v1/areas")),
    got(api.GET("/api/v1/agencies")),
  ]);
  return { categories, areas, agencies };
}

export function useNames(): Names {
  const language = useLanguage();
  const { data } = useQuery({ queryKey: ["admin", "routing", "names"], queryFn: ask });
  return {
    categories: (data?.categories ?? []).map((one) => ({ value: one.code, label: language === "id" ? one.name : one.name_en })),
    areas: (data?.areas ?? []).map((one) => ({ value: one.code, label: `${one.name} (${one.code})` })),
    agencies: (data?.agencies ?? []).filter((one) => one.active).map((one) => ({ value: one.code, label: one.name })),
  };
}

export function named(options: Options, codes: readonly string[]): string {
  return codes.map((code) => options.find((each) => each.value === code)?.label ?? code).join(", ");
}
