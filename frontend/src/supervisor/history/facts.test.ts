import { expect, test } from "vitest";
import schema from "../../../../docs/facts.schema.json";
import { sayFact } from "./facts";

interface Property {
  readonly type?: string;
  readonly enum?: readonly string[];
  readonly anyOf?: readonly Property[];
}

/** Every value of an enumeration, or one of its type. */
function values(of: Property): readonly unknown[] {
  if (of.enum) return of.enum;
  if (of.anyOf) return of.anyOf.flatMap(values);
  return of.type === "null" ? [null] : of.type === "boolean" ? [true, false] : of.type === "number" ? [1] : ["x"];
}

test.each(schema.oneOf.map((fact) => [fact.properties.kind.const, fact.properties.data.properties] as const))(
  "%s has words in both languages, whatever it holds", (kind, properties) => {
    const all = Object.entries(properties as Record<string, Property>).map(([name, of]) => [name, values(of)] as const);
    const most = Math.max(1, ...all.map(([, some]) => some.length));
    for (let n = 0; n < most; n += 1) {
      const data = Object.fromEntries(all.map(([name, some]) => [name, some[n % some.length]]));
      for (const language of ["id", "en"] as const) {
        expect(sayFact({ kind, data }, language)).not.toMatch(/undefined|null/);
        expect(sayFact({ kind, data }, language)).not.toContain("_");
      }
    }
  },
);

test("a fact nobody knows here is shown as it is", () => {
  expect(sayFact({ kind: "teleported", data: { to: "mars", times: 2 } }, "id")).toBe("teleported to: mars, times: 2");
  expect(sayFact({ kind: "constructor", data: {} }, "en")).toBe("constructor");
});

test("what a fact lacks does not stop the page", () => {
  expect(sayFact({ kind: "joined", data: {} }, "id")).toBe("Tersambung dengan ?");
  expect(sayFact({ kind: "queued", data: {} }, "en")).toContain("Queued as");
});
