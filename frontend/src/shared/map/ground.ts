/** What lies under the points: the file of tiles, if one was imported, and the outlines of the areas. */
import { useQuery } from "@tanstack/react-query";
import type { FeatureCollection, Geometry } from "geojson";
import { api, got } from "../api/client";
import type { components } from "../api/openapi";

export type TilesView = Omit<components["schemas"]["TilesView"], "bounds"> & {
  /** West, south, east, north. */
  readonly bounds: [number, number, number, number];
};

export interface Area {
  readonly code: string;
  readonly name: string;
  /** A point inside: [longitude, latitude]. */
  readonly inside: readonly [number, number];
}
export type Areas = FeatureCollection<Geometry, Area>;

const OLD_MS = 5 * 60_000;

export const askTiles = async (): Promise<TilesView | null> => (await got(api.GET("/api/v1/map"))).tiles as TilesView | null;

export const askAreas = async (): Promise<Areas> =>
  (await got(api.GET("/api/v1/map/areas", { parseAs: "json" }))) as unknown as Areas;

export function useAreas(): Areas | undefined {
  return useQuery({ queryKey: ["map", "areas"], queryFn: askAreas, staleTime: OLD_MS }).data;
}

/** Undefined until both are known; without an answer the map is drawn of its points alone. */
export function useGround(): { readonly tiles: TilesView | null; readonly areas: Areas } | undefined {
  const tiles = useQuery({ queryKey: ["map", "tiles"], queryFn: askTiles, staleTime: OLD_MS });
  const areas = useQuery({ queryKey: ["map", "areas"], queryFn: askAreas, staleTime: OLD_MS });
  if (tiles.isPending || areas.isPending) return undefined;
  return { tiles: tiles.data ?? null, areas: areas.data ?? { type: "FeatureCollection", features: [] } };
}
