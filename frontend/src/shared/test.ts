/** What every component test begins with. */
import { afterEach } from "vitest";
import { setLanguage } from "./words/words";

window.matchMedia = (query: string) =>
  ({
    matches: false,
    media: query,
    addEventListener: () => undefined,
    removeEventListener: () => undefined,
    addListener: () => undefined,
    removeListener: () => undefined,
  }) as unknown as MediaQueryList;

afterEach(() => {
  localStorage.clear();
  setLanguage("id");
});
