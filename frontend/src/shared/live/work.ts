/** The work under way as it is told live: alerts, incidents, dispatches, offers of neighbours. */
import type { components } from "../api/openapi";
import { Source, useOpened, usePart, useThing } from "./source";

type Snapshot = components["schemas"]["WorkSnapshot"];

const NAMED_BY = { alerts: "id", incidents: "id", dispatches: "id", offers: "id" } as const;

export type WorkPart = keyof typeof NAMED_BY;
export type WorkThing<P extends WorkPart> = Snapshot[P][number];

/** `cut`: of some part only the newest thousand are here. */
export type Work = { readonly version: number; readonly at: string; readonly old_since: string | null; readonly cut: boolean } & {
  readonly [P in WorkPart]: ReadonlyMap<string, WorkThing<P>>;
};

export const WORK = { namedBy: NAMED_BY, counted: "version" } as const;

/** Opened while a component that shows some of it is there. */
export const workSource = new Source<Work>("/api/v1/live/work", WORK, "database-away");

/** What is known of the work, and whether it may be old: opens the line. */
export const useWork = () => useOpened(workSource);

/** The things of one part by id: drawn again only when one of them has changed. Opens the line while it is drawn. */
export function useWorkPart<P extends WorkPart>(part: P): ReadonlyMap<string, WorkThing<P>> {
  return usePart(workSource, part);
}

/** One thing by its id, undefined when there is none (or none any more). Opens the line while it is drawn. */
export function useWorkThing<P extends WorkPart>(part: P, id: string | null | undefined): WorkThing<P> | undefined {
  return useThing(workSource, part, id) as WorkThing<P> | undefined;
}

/** Told once of an incident as soon as the line has it; whoever calls has the line open. */
export function whenThere(id: string, then: (incident: WorkThing<"incidents">) => void): void {
  const look = (): void => {
    const incident = workSource.shown().value?.incidents.get(id);
    if (!incident) return;
    deaf();
    then(incident);
  };
  const deaf = workSource.listen(look);
  look();
}
