import { describe, expect, it } from "vitest";
import { after, type Dispatch, inOrder, isOver, laterSteps, mayDecline, nextStep, type Said, type Status, type Telling } from "./steps";

const made = (status: Status, unacknowledged: Telling | null = null, more: Partial<Dispatch> = {}): Dispatch =>
  ({ id: "1", status, unacknowledged, asked_at: "2026-11-26T01:00:00Z", incident: { priority: 1 }, ...more }) as Dispatch;
const ways: [Status, Telling | null, Said[], Said | null][] = [
  ["received", "new", [], "acknowledged"],
  ["received", "new", ["acknowledged"], "en_route"],
  ["received", "new", ["acknowledged", "en_route", "on_scene"], "done"],
  ["acknowledged", null, ["on_scene"], "done"],
  ["en_route", "change", [], "acknowledged"],
  ["en_route", "change", ["acknowledged"], "on_scene"],
  ["cancelled", "stand_down", [], "acknowledged"],
  ["cancelled", "stand_down", ["acknowledged"], null],
  ["cancelled", "stand_down", ["en_route"], "acknowledged"],
  ["received", "new", ["declined"], "acknowledged"],
  ["on_scene", null, ["done"], null],
];

describe("the next step", () => {
  it.each(ways)("from %s (%s) after %j", (status, unacknowledged, pressed, next) => {
    expect(nextStep(after(made(status, unacknowledged), pressed))).toBe(next);
  });

  it("lets reports be left out, but nothing before a change is acknowledged", () => {
    expect(laterSteps(after(made("acknowledged"), []))).toEqual(["on_scene", "done"]);
    expect(laterSteps(after(made("acknowledged", "change"), []))).toEqual([]);
    expect(mayDecline(after(made("on_scene"), []))).toBe(false);
    expect(mayDecline(after(made("en_route"), []))).toBe(true);
  });

  it("is over when a stand-down was acknowledged, not before", () => {
    expect(isOver(after(made("cancelled", "stand_down"), []))).toBe(false);
    expect(isOver(after(made("cancelled", "stand_down"), ["acknowledged"]))).toBe(true);
  });
});

it("shows what nobody has acknowledged first, then by urgency and the newest", () => {
  const some = [
    made("en_route", null, { id: "a" }),
    made("received", "new", { id: "b", asked_at: "2026-11-26T02:00:00Z" }),
    made("received", "new", { id: "c", asked_at: "2026-11-26T03:00:00Z" }),
    made("cancelled", "stand_down", { id: "d", incident: { priority: 3 } as Dispatch["incident"] }),
  ].map((dispatch) => ({ dispatch, now: after(dispatch, []) }));
  expect(inOrder(some).map(({ dispatch }) => dispatch.id)).toEqual(["c", "b", "d", "a"]);
});
