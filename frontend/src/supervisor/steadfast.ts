/** A change made on what was seen: asked again while only what does not matter has moved on (a phone rings, is answered). */
import { useEffect, useRef } from "react";
import { Problem } from "../shared/api/problem";

const TRIES = 4;
const PAUSE_MS = 200; // what is live comes a moment behind the refusal

interface Versioned {
  readonly revision: number;
}

/** The newest of what is drawn, for what is done later. */
export function useNewest<T>(thing: T): () => T {
  const newest = useRef(thing);
  useEffect(() => { newest.current = thing; }, [thing]);
  return () => newest.current;
}

/** `same`: whether what the change is about is still as it was seen. Throws Problem: "stale" when it is not. */
export async function steadfast<T extends Versioned>(
  seen: T, newest: () => T, same: (seen: T, now: T) => boolean, work: (revision: number) => Promise<unknown>,
): Promise<void> {
  let revision = seen.revision;
  for (let tries = 1; ; tries += 1) {
    try {
      await work(revision);
      return;
    } catch (error) {
      if (!(error instanceof Problem) || error.kind !== "stale" || tries === TRIES) throw error;
      await new Promise((resume) => setTimeout(resume, PAUSE_MS));
      if (!same(seen, newest())) throw error;
      revision = newest().revision;
    }
  }
}
