import { describe, expect, it } from "vitest";
import { fitting, lettersOf } from "./letters";

const NAMES = ["Kebakaran", "Kecelakaan", "Pohon tumbang", "Perjudian", "Prostitusi", "Banjir", "Banjir rob", "Ambulans"];
const choices = lettersOf(NAMES).map((letters, at) => ({ key: String(at), label: NAMES[at] ?? "", letters }));

describe("two letters", () => {
  it("are one choice's alone, and the first two where they are free", () => {
    expect(choices.map((choice) => choice.letters)).toEqual(["ke", "kc", "po", "pe", "pr", "ba", "br", "am"]);
  });

  it("are never given twice, however alike the names are", () => {
    const letters = lettersOf(Array.from({ length: 20 }, () => "Aaa"));
    expect(new Set(letters).size).toBe(20);
  });

  it("put their choice first, before names that begin so", () => {
    expect(fitting("ke", choices).map((each) => each.label)).toEqual(["Kebakaran", "Kecelakaan"]);
    expect(fitting("kc", choices)[0]?.label).toBe("Kecelakaan");
  });

  it("do without capitals, accents and signs, and find words inside", () => {
    expect(fitting("TUMB", choices)[0]?.label).toBe("Pohon tumbang");
    expect(fitting("bánjir-rob", choices)[0]?.label ?? "none").toBe("none");
    expect(fitting("ROB", choices)[0]?.label).toBe("Banjir rob");
    expect(fitting("", choices)).toHaveLength(NAMES.length);
    expect(fitting("xyz", choices)).toEqual([]);
  });
});
