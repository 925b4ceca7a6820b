/** Open incidents that may be the same as what is told now. */
import { useMemo } from "react";
import { useWorkPart, type WorkThing } from "../shared/live/work";
import type { Category } from "./copies";
import { metres, type Point } from "./own";

const [WITHIN_M, FEW] = [1_500, 3];

export interface Near {
  /** Whether they are sorted by distance; else the newest. */
  readonly by: "place" | "newest";
  readonly incidents: readonly { readonly incident: WorkThing<"incidents">; readonly name: string; readonly metres: number | null }[];
}

/** Near the point, those of the category first; without a point the newest, those of the category first. */
export function nearest(open: Iterable<WorkThing<"incidents">>, point: Point | null, category: string, names: ReadonlyMap<string, string>): Near {
  const all = [...open].map((incident) => ({
    incident,
    name: names.get(incident.category) ?? incident.category,
    metres: point === null ? null : away(point, incident),
  }));
  const close = point === null ? all : all.filter((each) => each.metres !== null && each.metres <= WITHIN_M);
  const other = (each: (typeof all)[number]): number => (category !== "" && each.incident.category === category ? 0 : 1);
  const sorted = close.sort(
    (a, b) => other(a) - other(b) || (a.metres ?? 0) - (b.metres ?? 0) || b.incident.opened_at.localeCompare(a.incident.opened_at),
  );
  return { by: point === null ? "newest" : "place", incidents: sorted.slice(0, FEW) };
}

function away(point: Point, { latitude, longitude }: WorkThing<"incidents">): number | null {
  return latitude === null || longitude === null ? null : metres(point, { latitude, longitude });
}

export function useNear(point: Point | null, category: string, categories: readonly Category[]): Near {
  const open = useWorkPart("incidents");
  const [latitude, longitude] = [point?.latitude ?? null, point?.longitude ?? null];
  return useMemo(() => {
    const names = new Map(categories.map((each) => [each.code, each.name]));
    const here = latitude === null || longitude === null ? null : { latitude, longitude };
    return nearest(open.values(), here, category, names);
  }, [open, latitude, longitude, category, categories]);
}
