import { expect, test } from "vitest";
import { csv } from "./csv";

test("what would end a cell is quoted, what would be a formula is not one", () => {
  expect(csv(["who", "what"], [['a"b', "=1+1"], ["x,y", { n: 1 }], [null, "-5\n6"]])).toBe(
    'who,what\r\n"a""b",\'=1+1\r\n"x,y","{""n"":1}"\r\n,"\'-5\n6"\r\n',
  );
});
