import { expect, test } from "vitest";
import { explain, fieldErrors, Problem, problemOf } from "./problem";

const details = (kind: string, status: number, detail = "do this") => ({
  type: `urn:ct112:problem:${kind}`,
  status,
  title: "a title",
  detail,
  fields: [{ place: "body" as const, field: "place.text", message: "is empty", remedy: "say where" }],
});

test("a kind we have words for is said in the person's language", () => {
  const stale = problemOf(new Response(null, { status: 412 }), details("stale", 412));
  expect(explain(stale, "id")).toContain("Orang lain");
  expect(explain(stale, "en")).toContain("Somebody else");
});

test("where the server alone knows what to do, its words come behind ours", () => {
  const refused = problemOf(new Response(null, { status: 409 }), details("conflict", 409, "has a call now"));
  expect(explain(refused, "id")).toBe("Tidak bisa sekarang. (has a call now)");
});

test("an unknown kind still says what the server says", () => {
  const odd = problemOf(new Response(null, { status: 418 }), details("teapot", 418, "use the kettle"));
  expect(explain(odd, "en")).toBe("The request failed. (use the kettle)");
});

test("an answer that is no problem details is told by its status", () => {
  const odd = problemOf(new Response("<html>", { status: 502 }), "<html>");
  expect([odd.kind, odd.details]).toEqual(["http-502", undefined]);
  expect(explain(odd, "en")).toBe("The request failed.");
});

test("nobody answered: it passes, and says so", () => {
  const none = new Problem("unreachable", 0);
  expect(none.passes).toBe(true);
  expect(explain(none, "id")).toContain("jaringan");
});

test("each field has its error, and how long to wait is kept", () => {
  const answer = new Response(null, { status: 429, headers: { "Retry-After": "7" } });
  const slow = problemOf(answer, details("slow-down", 429));
  expect(slow.retryAfter).toBe(7);
  expect(fieldErrors(slow)).toEqual({ "place.text": "is empty: say where" });
  expect(problemOf(new Response(null, { status: 429 }), details("slow-down", 429)).retryAfter).toBeUndefined();
});

test("a proxy before a server that is started again, and what is worked on already, pass", () => {
  expect(problemOf(new Response("<html>", { status: 502 }), "<html>").passes).toBe(true);
  const busy = new Response(null, { status: 409, headers: { "Retry-After": "1" } });
  expect(problemOf(busy, details("conflict", 409)).passes).toBe(true);
  expect(problemOf(new Response(null, { status: 409 }), details("conflict", 409)).passes).toBe(false);
});
