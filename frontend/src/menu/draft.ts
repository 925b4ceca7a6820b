/** The text somebody works on: kept in this browser until it is published or discarded, with what can be undone. */
import { useCallback, useEffect, useMemo, useState } from "react";

const MOST_STEPS = 200;
const SAME_STEP_MS = 1_500; // what is typed in one go is undone in one go

/** `base`: the publishing it was begun on, for If-Match. */
export interface Begun {
  readonly text: string;
  readonly base: number;
}

interface History {
  readonly past: readonly string[];
  readonly text: string;
  readonly future: readonly string[];
  readonly about: string;
  readonly at: number;
}

export interface Draft {
  readonly text: string;
  readonly base: number;
  /** `about`: changes of the same thing, one soon after the other, are one step. */
  readonly change: (text: string, about: string) => void;
  readonly undo: (() => void) | null;
  readonly redo: (() => void) | null;
  /** Begin anew on another text; the step before can be undone. */
  readonly begin: (begun: Begun) => void;
  readonly rebase: (base: number) => void;
}

export function useDraft(owner: string, live: Begun): Draft {
  const [begun] = useState(() => keptDraft(owner) ?? live);
  const [base, setBase] = useState(begun.base);
  const [history, setHistory] = useState<History>({ past: [], text: begun.text, future: [], about: "", at: 0 });
  useEffect(() => { keep(owner, { text: history.text, base }, live); }, [owner, history.text, base, live]);
  useEffect(() => whenKeptElsewhere(owner, () => {
    const kept = keptDraft(owner) ?? live; // gone: published or discarded there
    setBase(kept.base);
    setHistory((before) => changed(before, kept.text, "", Date.now()));
  }), [owner, live]);
  const change = useCallback((text: string, about: string) => {
    setHistory((before) => changed(before, text, about, Date.now()));
  }, []);
  const begin = useCallback((next: Begun) => {
    setBase(next.base);
    setHistory((before) => changed(before, next.text, "", Date.now()));
  }, []);
  return useMemo(() => ({
    text: history.text,
    base,
    change,
    undo: history.past.length ? () => { setHistory(undone); } : null,
    redo: history.future.length ? () => { setHistory(redone); } : null,
    begin,
    rebase: setBase,
  }), [history, base, change, begin]);
}

export function changed(before: History, text: string, about: string, now: number): History {
  if (text === before.text) return before;
  const goesOn = about !== "" && about === before.about && now - before.at < SAME_STEP_MS;
  const past = goesOn ? before.past : [...before.past, before.text].slice(-MOST_STEPS);
  return { past, text, future: [], about, at: now };
}

export function undone(before: History): History {
  const text = before.past.at(-1);
  if (text === undefined) return before;
  return { past: before.past.slice(0, -1), text, future: [before.text, ...before.future], about: "", at: 0 };
}

export function redone(before: History): History {
  const [text, ...future] = before.future;
  if (text === undefined) return before;
  return { past: [...before.past, before.text], text, future, about: "", at: 0 };
}

function keyOf(owner: string): string {
  return `ct112.menu.draft.${owner}`;
}

/** The same person's draft in another window: it is one draft, and what this window had can be undone. */
function whenKeptElsewhere(owner: string, follow: () => void): () => void {
  const kept = ({ key, newValue, oldValue }: StorageEvent): void => {
    if (key === keyOf(owner) && newValue !== oldValue) follow();
  };
  addEventListener("storage", kept);
  return () => { removeEventListener("storage", kept); };
}

export function keptDraft(owner: string): Begun | null {
  try {
    const found: unknown = JSON.parse(localStorage.getItem(keyOf(owner)) ?? "null");
    if (typeof found !== "object" || found === null || !("text" in found) || !("base" in found)) return null;
    const { text, base } = found;
    return typeof text === "string" && typeof base === "number" ? { text, base } : null;
  } catch {
    return null; // somebody else's, or cut off
  }
}

/** A draft that says what is live is none. */
function keep(owner: string, draft: Begun, live: Begun): void {
  try {
    if (draft.text === live.text) localStorage.removeItem(keyOf(owner));
    else localStorage.setItem(keyOf(owner), JSON.stringify(draft));
  } catch {
    return; // the browser keeps nothing (full, or private): the page goes on without
  }
}
