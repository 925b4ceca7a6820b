import { expect, test } from "vitest";
import { NoSound, send, wavOf } from "./recorder";

test.each([[0, "emptySound"], [60_000_000, "largeSound"]] as const)("a file of %i bytes is not even decoded", async (size, why) => {
  const refused = send({ size } as Blob);
  await expect(refused).rejects.toThrow(NoSound);
  await expect(refused).rejects.toMatchObject({ why });
});

test("samples become 16-bit PCM, and none is louder than can be written", () => {
  const wav = new DataView(wavOf(new Float32Array([0, 1.5, -1.5])).buffer);
  expect([44, 46, 48].map((at) => wav.getInt16(at, true))).toEqual([0, 32_767, -32_767]);
});
