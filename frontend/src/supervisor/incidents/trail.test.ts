import { expect, test } from "vitest";
import { KNOWN, sayTrail } from "./trail";

const name = (code: string): string => code.toUpperCase();

test("both languages know the same lines", () => {
  expect(KNOWN.en).toEqual(KNOWN.id);
});

test("agencies, reasons and how the centre was told are said", () => {
  expect(sayTrail({ kind: "dispatched", data: { agencies: ["damkar", "pmi"] } }, name, "id")).toBe("Diminta bertindak: DAMKAR, PMI");
  expect(sayTrail({ kind: "dispatch_declined", data: { agency: "pln", reason: "tidak ada mobil", how: "radio: Budi" } }, name, "en"))
    .toBe("PLN declines (tidak ada mobil; radio: Budi)");
});

test("what changed is named as a person would", () => {
  const data = { people_in_danger: [1, 5], latitude: [null, -6.9], longitude: [null, 109.6], storeys: [1, 2] };
  expect(sayTrail({ kind: "changed", data }, name, "id")).toBe("Diubah: orang dalam bahaya, koordinat, storeys");
  expect(sayTrail({ kind: "changed", data }, name, "en")).toBe("Changed: people in danger, coordinates, storeys");
});

test("a line nobody knows here, or one that lacks what it should have, is shown as it is", () => {
  expect(sayTrail({ kind: "teleported", data: { to: "mars" } }, name, "id")).toBe("teleported to: mars");
  expect(sayTrail({ kind: "toString", data: {} }, name, "id")).toBe("toString");
  expect(sayTrail({ kind: "dispatched", data: {} }, name, "en")).toBe("Asked to act: –");
  expect(sayTrail({ kind: "closed", data: { reason: null } }, name, "en")).toBe("Closed");
});
