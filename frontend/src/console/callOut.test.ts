import { describe, expect, it } from "vitest";
import { type CallOut, callables, ringOf, spokenWith } from "./callOut";
import type { AgencyBook } from "./copies";

type Agency = AgencyBook["agencies"][number];

const contact = (name: string, number: string | null): Agency["contacts"][number] =>
  ({ id: `id-${name}`, name, title: "", number, email: null, on_duty: true, shifts: [], exceptions: [] });
const way = (kind: "phone" | "page", number: string | null): Agency["ways"][number] =>
  ({ kind, url: null, address: null, number, within_seconds: null, has_secret: false });
const agency = (code: string, name: string, more: Partial<Agency>): Agency =>
  ({ code, name, active: true, version: 1, ways: [], contacts: [], troubles: [], ...more });
const book = (...agencies: Agency[]): AgencyBook =>
  ({ as_of: "2026-11-26T00:00:00Z", age_seconds: 0, agencies, routing_version: 1, default_first: [], run_cards: [] });

describe("whom the book lets us call", () => {
  it("is who has a number, the agency's own desk first", () => {
    const damkar = agency("damkar", "Damkar", { ways: [way("page", null), way("phone", "0285421111")], contacts: [contact("Piket", "0285421000"), contact("Surat", null)] });
    expect(callables(book(damkar), "kantor").map((each) => [each.contact, each.name, each.number])).toEqual([
      ["desk", "Damkar: kantor", "0285421111"],
      ["id-Piket", "Damkar: Piket", "0285421000"],
    ]);
  });

  it("leaves out agencies that do not act, and is nobody without a book", () => {
    expect(callables(book(agency("pln", "PLN", { active: false, contacts: [contact("A", "123")] })), "kantor")).toEqual([]);
    expect(callables(undefined, "kantor")).toEqual([]);
  });

  it("has letters of its own for each", () => {
    const many = Array.from({ length: 20 }, (_, at) => contact(`Regu ${at}`, "0285421000"));
    const letters = callables(book(agency("pmi", "PMI", { contacts: many })), "kantor").map((each) => each.letters);
    expect(new Set(letters).size).toBe(20);
  });

  it("names whom of an agency we talk with, for what they say of a dispatch", () => {
    const pmi = book(agency("pmi", "PMI", { contacts: [contact("Sari\u0007", "0285421000")] }));
    const out = (more: Partial<CallOut>): CallOut => ({ id: "callout-1", agency: "pmi", contact: "id-Sari\u0007", phase: "talking", result: null, ...more });
    expect(spokenWith(out({}), pmi, "pmi")).toBe("Sari");
    expect(spokenWith(out({ phase: "ended", result: "talked" }), pmi, "pmi")).toBe("Sari");
    for (const silent of [out({ phase: "dialling" }), out({ phase: "ended", result: "busy" }), out({ agency: "pln" }), out({ contact: "desk" }), null]) {
      expect(spokenWith(silent, pmi, "pmi")).toBeUndefined();
    }
  });

  it("rings as the exchange writes it", () => {
    expect(ringOf("satpol_pp")).toBe("INSTANSI SATPOL_PP");
  });
});
