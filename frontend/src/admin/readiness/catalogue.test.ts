import { expect, test } from "vitest";
import { detailOf, nameOf, remedyOf } from "./catalogue";

test("a check is said in the reader's language, with its parameters", () => {
  expect(nameOf("a: SIP accounts", "id")).toEqual({ text: "a: akun SIP", known: true });
  expect(nameOf("a: SIP accounts", "en").text).toBe("a: SIP accounts");
  expect(detailOf("25 h old, 1.5 MB", "id").text).toBe("berumur 25 jam, 1.5 MB");
  expect(detailOf("not asked: see 'database migrated'", "id").text).toBe("tidak diperiksa: lihat “basis data mutakhir”");
  expect(remedyOf("start it: ct112 worker", "id").text).toBe("jalankan: ct112 worker");
});

test("a command is the same in every language, and what is not known stays English and says so", () => {
  expect(remedyOf("ct112 db upgrade", "id")).toEqual({ text: "ct112 db upgrade", known: true });
  expect(detailOf("OSError: whatever it was", "id")).toEqual({ text: "OSError: whatever it was", known: false });
});
