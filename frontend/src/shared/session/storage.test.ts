import { expect, test, vi } from "vitest";
import { keep } from "../stored";
import { forget } from "./storage";

test("what is of a person goes, what is of the desk and what waits to be sent stays", () => {
  for (const key of ["ct112.language", "ct112.unsent.form", "ct112.desk.sound", "ct112.menu.last", "other"]) localStorage.setItem(key, "x");
  sessionStorage.setItem("ct112.search", "0812");
  forget();
  expect(Object.keys(localStorage).sort()).toEqual(["ct112.desk.sound", "ct112.language", "ct112.unsent.form"]);
  expect(sessionStorage).toHaveLength(0);
});

test("a full store ends nothing", () => {
  const full = vi.fn(() => { throw new DOMException("", "QuotaExceededError"); });
  keep("ct112.language", "id", { setItem: full } as unknown as Storage);
  expect(full).toHaveBeenCalledOnce();
});
