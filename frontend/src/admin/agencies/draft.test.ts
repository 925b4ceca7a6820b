import { expect, test } from "vitest";
import { type Agency, given, NO_CONTACT, NO_WAY, toDraft } from "./draft";

const AGENCY: Agency = {
  code: "damkar",
  name: "Damkar",
  active: true,
  version: 3,
  troubles: [],
  ways: [{ kind: "webhook", url: "https://damkar.example.org", address: null, number: null, within_seconds: 60, has_secret: true }],
  contacts: [
    {
      id: "0190-1",
      name: "Piket",
      title: "",
      number: "0285421001",
      email: null,
      on_duty: true,
      shifts: [{ days: ["mon"], start: "07:00", end: "19:00" }],
      exceptions: [{ start: "2026-12-24T17:00:00Z", end: "2026-12-25T17:00:00Z", on_duty: false, note: "libur" }],
    },
  ],
};

test("an agency that was read and not touched is sent as it was, its secret left to the server", () => {
  const sent = given(toDraft(AGENCY));
  expect(sent.ways).toEqual([{ kind: "webhook", url: "https://damkar.example.org", within_seconds: 60 }]);
  expect(sent.contacts?.[0]).toMatchObject({ id: "0190-1", number: "0285421001", email: null, shifts: AGENCY.contacts[0]?.shifts });
  expect(new Date(sent.contacts?.[0]?.exceptions?.[0]?.start ?? "").toISOString()).toBe("2026-12-24T17:00:00.000Z");
});

test("a way sends the fields of its kind alone, whatever was typed before it was changed", () => {
  const way = { ...NO_WAY, kind: "phone" as const, url: "https://x", secret: "s", address: "a@b", number: "0285", within: 30 };
  expect(given({ ways: [way] }).ways).toEqual([{ kind: "phone", number: "0285", within_seconds: 30 }]);
});

test("what was not touched is not sent; a new contact has no id", () => {
  expect(given({ name: "Pemadam" })).toEqual({ name: "Pemadam" });
  expect(given({ contacts: [{ ...NO_CONTACT, name: "A" }] }).contacts?.[0]).not.toHaveProperty("id");
});
