import { describe, expect, it } from "vitest";
import { begin, bodyOf, type Draft, written, wrongs } from "./draft";

const form = (by: Partial<Draft> = {}): Draft => ({ ...begin("ayu", "call-1", "0812"), category: "kebakaran", ...by });
const place = { code: "p1", kind: "market", name: "Pasar Banjarsari", area: "33.75.01.1001", area_name: "Sugihwaras", latitude: -6.88, longitude: 109.67, score: 1 };

describe("a form", () => {
  it("sends what was typed, without what was not", () => {
    expect(bodyOf(form({ place: " Jalan Melati ", people: "2", callerName: "Siti" }))).toEqual({
      call_id: "call-1", category: "kebakaran", place: { text: "Jalan Melati" }, description: null, people_in_danger: 2, caller_name: "Siti",
    });
  });

  it("sends a chosen place with its kelurahan; a kelurahan is no landmark", () => {
    expect(bodyOf(form({ chosen: place })).place).toEqual({ kelurahan: "33.75.01.1001", landmark: "Pasar Banjarsari", latitude: -6.88, longitude: 109.67 });
    const kelurahan = { ...place, code: "33.75.01.1001", area: "33.75.01" };
    expect(bodyOf(form({ chosen: { ...kelurahan, latitude: null } })).place).toEqual({ kelurahan: "33.75.01.1001" });
  });

  it("sends no characters that control something, and keeps lines of the description", () => {
    const body = bodyOf(form({ callerName: "Si\u0000ti\r\n", description: "satu\ndua\u0007" }));
    expect([body.caller_name, body.description]).toEqual(["Si ti", "satu\ndua"]);
    const cut = bodyOf(form({ callerName: "Siti \ud83d", description: "api \ude92 besar" }));
    expect([cut.caller_name, cut.description]).toEqual(["Siti", "api   besar"]);
  });

  it("is not sent too long, without a category, or with people who are no number", () => {
    expect(wrongs(form())).toEqual({});
    expect(wrongs(form({ category: "", description: "x".repeat(5000), callerName: "é".repeat(501), people: "dua" })))
      .toEqual({ category: 0, description: 1000, callerName: 1, people: 0 });
  });

  it("with nothing typed is nobody's loss", () => {
    expect(written(begin("ayu", "call-1", "0812"))).toBe(false);
    expect(written(form())).toBe(true);
  });
});
