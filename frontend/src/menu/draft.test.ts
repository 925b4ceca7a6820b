import { act, renderHook } from "@testing-library/react";
import { expect, test } from "vitest";
import { keptDraft, useDraft } from "./draft";

const LIVE = { text: "live", base: 3 };

test("a draft outlives its page, and is gone when it says what is live", () => {
  const first = renderHook(() => useDraft("admin", LIVE));
  act(() => { first.result.current.change("mine", "x"); });
  first.unmount();
  expect(keptDraft("admin")).toEqual({ text: "mine", base: 3 });
  expect(keptDraft("another")).toBeNull();
  const again = renderHook(() => useDraft("admin", { text: "newer", base: 4 }));
  expect([again.result.current.text, again.result.current.base]).toEqual(["mine", 3]);
  act(() => { again.result.current.change("newer", ""); });
  expect(keptDraft("admin")).toBeNull();
});

test("what is typed in one go is undone in one go, and can be done again", () => {
  const { result } = renderHook(() => useDraft("admin", LIVE));
  act(() => { result.current.change("a", "name"); });
  act(() => { result.current.change("ab", "name"); });
  act(() => { result.current.change("abc", "other"); });
  act(() => { result.current.undo?.(); });
  expect(result.current.text).toBe("ab");
  act(() => { result.current.undo?.(); });
  expect([result.current.text, result.current.undo]).toEqual(["live", null]);
  act(() => { result.current.redo?.(); });
  expect(result.current.text).toBe("ab");
});

test.each(["{", "7", "null", '{"text":1,"base":2}', '{"text":"x"}'])("what a browser kept of something else is no draft: %s", (kept) => {
  localStorage.setItem("ct112.menu.draft.admin", kept);
  const { result } = renderHook(() => useDraft("admin", LIVE));
  expect(result.current.text).toBe("live");
});

test("a draft that is changed in another window is the same draft, and can be undone here", () => {
  const { result } = renderHook(() => useDraft("admin", LIVE));
  const key = "ct112.menu.draft.admin";
  act(() => { result.current.change("mine", "x"); });
  localStorage.setItem(key, JSON.stringify({ text: "theirs", base: 4 }));
  act(() => { dispatchEvent(new StorageEvent("storage", { key, oldValue: "mine", newValue: "theirs" })); });
  expect([result.current.text, result.current.base]).toEqual(["theirs", 4]);
  act(() => { result.current.undo?.(); });
  expect(result.current.text).toBe("mine");
});
