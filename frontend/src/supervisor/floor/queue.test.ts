import { expect, test } from "vitest";
import { inOrder, limitOf, type LiveCall } from "./queue";

const NOW = Date.parse("2026-11-26T09:00:00Z");
const ago = (seconds: number): string => new Date(NOW - seconds * 1000).toISOString();

function call(id: string, service_class: LiveCall["service_class"], waited: number, first = false): LiveCall {
  return {
    id, service_class, first, queued_at: ago(waited), arrived_at: ago(waited + 5), state: "waiting", node: "a", revision: 1,
    ani: null, dialled: "112", class_source: "digit", picked_up_at: null, answered_at: null, position: null, operator: null,
    location: null,
  };
}

test("the order is the floor's: class, then those in front, then the oldest", () => {
  const calls = [
    call("information", "information", 100), call("urgent", "urgent", 90), call("young", "emergency", 5),
    call("old", "emergency", 50), call("raised", "emergency", 1, true),
  ];
  expect(inOrder(calls, NOW, 180).map(({ id }) => id)).toEqual(["raised", "old", "young", "urgent", "information"]);
});

test("an information call whose patience is over counts as urgent", () => {
  const calls = [call("urgent", "urgent", 90), call("impatient", "information", 180), call("patient", "information", 179)];
  expect(inOrder(calls, NOW, 180).map(({ id }) => id)).toEqual(["impatient", "urgent", "patient"]);
});

test("who talks, or is in the menu, does not wait", () => {
  const talking: LiveCall = { ...call("talks", "emergency", 9), state: "talking" };
  const menu: LiveCall = { ...call("menu", null, 9), state: "in_menu" };
  const offered: LiveCall = { ...call("offered", "emergency", 9), state: "offered" };
  expect(inOrder([talking, menu, offered], NOW, 180).map(({ id }) => id)).toEqual(["offered"]);
});

test("the limit is the target, for information the centre's patience", () => {
  expect([limitOf("emergency", 180), limitOf("urgent", 180), limitOf("information", 180)]).toEqual([15, 15, 180]);
});
