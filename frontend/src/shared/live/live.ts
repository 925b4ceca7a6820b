/** The floor for components. The frame holds it open for whoever may see it. */
import { FLOOR, type Floor, type Part, type Thing } from "./floor";
import { type Freshness, Source, usePart, useShown, useThing } from "./source";

export interface Live {
  /** What was told last; it stays while it is old. */
  readonly floor: Floor | null;
  readonly state: Freshness;
  /** Since when it has not been fresh. */
  readonly since: Date;
}

export const floorSource = new Source<Floor>("/api/v1/live", FLOOR, "telephone-away");

export function useLive(): Live {
  const { value, state, since } = useShown(floorSource);
  return { floor: value, state, since };
}

/** The things of one part by name: drawn again only when one of them has changed. */
export function useLivePart<P extends Part>(part: P): ReadonlyMap<string, Thing<P>> {
  return usePart(floorSource, part, false);
}

/** One thing by its name, undefined when there is none. */
export function useLiveThing<P extends Part>(part: P, name: string | null | undefined): Thing<P> | undefined {
  return useThing(floorSource, part, name, false) as Thing<P> | undefined;
}
