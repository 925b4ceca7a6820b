import { expect, test } from "vitest";
import { Problem } from "../shared/api/problem";
import { steadfast } from "./steadfast";

const seen = { revision: 1, ready: true };
const same = (a: typeof seen, b: typeof seen): boolean => a.ready === b.ready;

async function refuseUntil(revision: number, now: typeof seen): Promise<readonly number[]> {
  const asked: number[] = [];
  await steadfast(seen, () => now, same, (given) => {
    asked.push(given);
    return given === revision ? Promise.resolve() : Promise.reject(new Problem("stale", 412));
  });
  return asked;
}

test("a phone that rang meanwhile is no reason to refuse", async () => {
  expect(await refuseUntil(3, { revision: 3, ready: true })).toEqual([1, 3]);
});

test("somebody who was first is one", async () => {
  await expect(refuseUntil(3, { revision: 3, ready: false })).rejects.toMatchObject({ kind: "stale" });
});

test("it does not ask for ever", async () => {
  await expect(refuseUntil(9, { revision: 3, ready: true })).rejects.toMatchObject({ kind: "stale" });
});
