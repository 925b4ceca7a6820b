import { afterEach, describe, expect, it } from "vitest";
import { setLanguage } from "../shared/words/words";
import { renderHook } from "@testing-library/react";
import { opens } from "./CommandBar";
import { useConsoleWords } from "./words";

const pressed = (target: HTMLElement, key: string, more: KeyboardEventInit = {}): KeyboardEvent => {
  const event = new KeyboardEvent("keydown", { key, bubbles: true, ...more });
  document.body.append(target);
  target.dispatchEvent(event);
  return event;
};
const field = (value: string): HTMLInputElement => Object.assign(document.createElement("input"), { value });

describe("the command bar", () => {
  afterEach(() => { document.body.replaceChildren(); });

  it("opens by a slash where nothing is typed, and never in the middle of an address", () => {
    expect(opens(pressed(document.createElement("button"), "/"))).toBe(true);
    expect(opens(pressed(field(""), "/"))).toBe(true);
    expect(opens(pressed(field("RT 02"), "/"))).toBe(false);
    expect(opens(pressed(field("RT 02"), "k", { ctrlKey: true }))).toBe(true);
    expect(opens(pressed(document.createElement("button"), "/", { ctrlKey: true }))).toBe(false);
  });

  it.each(["id", "en"] as const)("has two letters for each command, one command's alone (%s)", (language) => {
    setLanguage(language);
    const { letters, commands } = renderHook(() => useConsoleWords()).result.current;
    expect(Object.keys(letters).sort()).toEqual(Object.keys(commands).sort());
    const all = Object.values(letters);
    expect(new Set(all).size).toBe(all.length);
    expect(all.every((each) => /^[a-z]{2}$/.test(each))).toBe(true);
  });
});
