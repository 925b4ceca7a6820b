import { expect, test } from "vitest";
import { menuOfFile, NotTaken } from "./file";

const MENU = "# of the city\nstart: a # first\nnodes:\n  a: { type: queue, class: emergency }\n";

test("a menu is taken as it is written, but for its byte order mark and the ends of its lines", async () => {
  expect(await menuOfFile(new Blob([MENU]))).toBe(MENU);
  expect(await menuOfFile(new Blob(["\ufeff", MENU.replaceAll("\n", "\r\n")]))).toBe(MENU);
});

test.each([
  ["", "empty", null],
  [" \n\n", "empty", null],
  [new Uint8Array([0xff, 0xfe, 0x73, 0x00]), "encoding", null],
  ["just a letter", "not-menu", null],
  ["nodes: 7", "not-menu", null],
  ["start: a\nnodes:\n  a: { type: queue\n", "syntax", 4],
  ["start: a\nnodes:\n\ta: b\n", "syntax", 3],
  ["[".repeat(60), "too-deep", null],
  ["x".repeat(64_001), "too-large", null],
  ["x".repeat(300_000), "too-large", null],
] as const)("a file that is none is refused with the line: %#", async (content, why, line) => {
  const refused = menuOfFile(new Blob([content]));
  await expect(refused).rejects.toThrow(NotTaken);
  await expect(refused).rejects.toMatchObject({ why, line });
});
