/** The draft of the routing document: in this browser until it is published. */
import { useState } from "react";
import { keep } from "../../shared/stored";

const KEPT_AS = "ct112.routing-draft";

export interface Kept {
  readonly text: string;
  /** Counts what was published when it was begun: the If-Match of publishing. */
  readonly on: number;
}

function kept(): Kept | null {
  try {
    const found = JSON.parse(localStorage.getItem(KEPT_AS) ?? "null") as Partial<Kept> | null;
    return typeof found?.text === "string" && typeof found.on === "number" ? { text: found.text, on: found.on } : null;
  } catch {
    return null;
  }
}

/** The draft and how it is changed; null is none. */
export function useKept(): readonly [Kept | null, (draft: Kept | null) => void] {
  const [draft, setDraft] = useState(kept);
  return [
    draft,
    (now) => {
      setDraft(now);
      if (now === null) localStorage.removeItem(KEPT_AS);
      else keep(KEPT_AS, JSON.stringify(now));
    },
  ];
}
