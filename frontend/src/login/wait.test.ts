import { act, renderHook } from "@testing-library/react";
import { expect, test, vi } from "vitest";
import { useWait } from "./wait";

test("the seconds left are counted down to none", () => {
  vi.useFakeTimers();
  const { result } = renderHook(useWait);
  expect(result.current[0]).toBe(0);
  act(() => { result.current[1](2); });
  expect(result.current[0]).toBe(2);
  const pass = (ms: number): void => {
    for (let gone = 0; gone < ms; gone += 250) act(() => { vi.advanceTimersByTime(250); });
  };
  pass(1_250);
  expect(result.current[0]).toBe(1);
  pass(1_000);
  expect(result.current[0]).toBe(0);
  vi.useRealTimers();
});
