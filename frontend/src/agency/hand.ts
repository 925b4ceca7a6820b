/**
 * The finger on the page: after a press, and when the cards have moved under it, nothing can be pressed for a moment. Else
 * a second tap would take the next dispatch, which has come to where the first one was, and nobody has read it.
 */
import { useLayoutEffect, useRef, useSyncExternalStore } from "react";

export const REST_MS = 1_500;
const listeners = new Set<() => void>();
let timer: ReturnType<typeof setTimeout> | undefined;
let rests: string | null = null;

function tell(): void {
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

const resting = (): string | null => rests;

function rest(dispatch: string): void {
  rests = dispatch;
  clearTimeout(timer);
  timer = setTimeout(() => { rests = null; tell(); }, REST_MS);
  tell();
}

/** A press on a dispatch: false when it has come too soon to be meant. */
export function press(dispatch: string): boolean {
  if (rests !== null) return false;
  rest(dispatch);
  return true;
}

/** Null, or why nothing can be pressed now: the dispatch that was pressed, or "" when the cards have moved. */
export function useResting(): string | null {
  return useSyncExternalStore(subscribe, resting);
}

/** Rests when what is drawn, from the top, is another than before. */
export function useMoved(ids: readonly string[]): void {
  const drawn = ids.join();
  const before = useRef("");
  useLayoutEffect(() => {
    if (before.current !== "" && before.current !== drawn) rest(rests ?? "");
    before.current = drawn;
  }, [drawn]);
}
