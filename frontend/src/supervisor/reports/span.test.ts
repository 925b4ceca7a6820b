import { expect, test } from "vitest";
import { asked, preset, readSpan, spanAddress } from "./span";

const NOW = new Date("2026-11-30T18:00:00Z"); // 1 December in Jakarta

test("presets are of Jakarta's days", () => {
  expect(preset("today", NOW)).toEqual({ from: "2026-12-01", to: "2026-12-01" });
  expect(preset("week", NOW)).toEqual({ from: "2026-11-25", to: "2026-12-01" });
  expect(preset("thisMonth", NOW)).toEqual({ from: "2026-12-01", to: "2026-12-01" });
  expect(preset("lastMonth", NOW)).toEqual({ from: "2026-11-01", to: "2026-11-30" });
});

test("the address keeps the span, and nonsense in it is this month", () => {
  const span = { from: "2016-01-01", to: "2026-12-31" };
  expect(readSpan(spanAddress(span), NOW)).toEqual(span);
  for (const search of ["", "?from=2026-11-01", "?from=yesterday&to=2026-11-01", "?from=2026-13-45&to=2026-11-01"]) {
    expect(readSpan(search, NOW)).toEqual(preset("thisMonth", NOW));
  }
});

test("the last day counts whole", () => {
  expect(asked({ from: "2026-11-01", to: "2026-11-30" }))
    .toEqual({ since: "2026-11-01T00:00:00+07:00", until: "2026-12-01T00:00:00+07:00" });
});
