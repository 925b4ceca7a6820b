/** Words in two languages. Each screen has its own; one that lacks a word, or has one too many, does not compile. */
import { useSyncExternalStore } from "react";
import { keep } from "../stored";

export type Language = "id" | "en";

/** A word, a word made of something (`(n: number) => string`), or more of them under a name. */
interface Words {
  readonly [name: string]: string | ((...of: never[]) => string) | Words;
}

type Same<T> = {
  readonly [K in keyof T]: T[K] extends string
    ? string
    : T[K] extends (...of: infer A) => string
      ? (...of: A) => string
      : Same<T[K]>;
};

interface BothLanguages<T> {
  readonly id: T;
  readonly en: Same<T>;
}

export type WordsOf<T extends Words> = Same<T>;

const KEPT_AS = "ct112.language";
const listeners = new Set<() => void>();
let current: Language = kept();

function kept(): Language {
  return localStorage.getItem(KEPT_AS) === "en" ? "en" : "id";
}

export function language(): Language {
  return current;
}

export function setLanguage(to: Language): void {
  current = to;
  keep(KEPT_AS, to);
  document.documentElement.lang = to;
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** The language the page is in; a component that asks is drawn again when it is switched. */
export function useLanguage(): Language {
  return useSyncExternalStore(subscribe, language);
}

/**
 * Declares a screen's words, Indonesian first; returns a hook that gives those of the language the page is in.
 * @example const useWords = words({ id: { save: "Simpan" }, en: { save: "Save" } });
 */
export function words<const T extends Words>(both: BothLanguages<T>): () => Same<T> {
  return () => spoken(both, useLanguage());
}

/** The same outside of components: for a title, or a text that is thrown. */
export function spoken<T>(both: BothLanguages<T>, as: Language = current): Same<T> {
  return as === "id" ? (both.id as unknown as Same<T>) : both.en;
}
