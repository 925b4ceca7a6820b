import { afterEach, expect, test, vi } from "vitest";
import { api, got } from "./client";
import type { Problem } from "./problem";

const answered = (body: BodyInit | null): void => {
  vi.stubGlobal("fetch", () => Promise.resolve(new Response(body, { status: 200, headers: { "Content-Type": "application/json" } })));
};
const asked = (): Promise<unknown> => got(api.GET("/api/v1/session", { baseUrl: "http://localhost" }));

afterEach(() => { vi.unstubAllGlobals(); });

test("an answer that breaks off half-way is none, and passes", async () => {
  answered(new ReadableStream({ start: (body) => { body.error(new TypeError("network error")); } }));
  await expect(asked()).rejects.toMatchObject({ kind: "unreachable", passes: true } satisfies Partial<Problem>);
});

test("an answer of somebody else's network is none, and passes", async () => {
  answered("<html>Welcome to the WiFi</html>");
  await expect(asked()).rejects.toMatchObject({ kind: "unreachable", passes: true } satisfies Partial<Problem>);
});

test("what was cancelled here is nobody's fault", async () => {
  answered(new ReadableStream({ start: (body) => { body.error(new DOMException("", "AbortError")); } }));
  await expect(asked()).rejects.toMatchObject({ name: "AbortError" });
});
