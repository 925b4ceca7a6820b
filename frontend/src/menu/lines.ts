/** Two texts compared line by line: what is the same at both ends is left out but for two lines. */
const AROUND = 2;
const MOST_PAIRS = 1_000_000; // lines × lines

export function lineDifference(before: string, after: string): string[] {
  const [one, other] = [before.split("\n"), after.split("\n")];
  let head = 0;
  while (head < one.length && head < other.length && one[head] === other[head]) head += 1;
  let tail = 0;
  while (tail < Math.min(one.length, other.length) - head && one.at(-1 - tail) === other.at(-1 - tail)) tail += 1;
  const above = one.slice(Math.max(0, head - AROUND), head).map((line) => ` ${line}`);
  const below = one.slice(one.length - tail, one.length - tail + AROUND).map((line) => ` ${line}`);
  return [...above, ...middle(one.slice(head, one.length - tail), other.slice(head, other.length - tail)), ...below];
}

/** The longest common lines stay; texts too large for that are shown one after the other. */
function middle(one: readonly string[], other: readonly string[]): string[] {
  if (one.length * other.length > MOST_PAIRS) return [...one.map((line) => `-${line}`), ...other.map((line) => `+${line}`)];
  const width = other.length + 1;
  const longest = new Uint32Array((one.length + 1) * width);
  for (let i = one.length - 1; i >= 0; i -= 1) {
    for (let j = other.length - 1; j >= 0; j -= 1) {
      const same = one[i] === other[j] ? (longest[(i + 1) * width + j + 1] ?? 0) + 1 : 0;
      longest[i * width + j] = same || Math.max(longest[(i + 1) * width + j] ?? 0, longest[i * width + j + 1] ?? 0);
    }
  }
  const shown: string[] = [];
  let [i, j] = [0, 0];
  while (i < one.length || j < other.length) {
    if (i < one.length && j < other.length && one[i] === other[j]) {
      shown.push(` ${one[i] ?? ""}`);
      i += 1;
      j += 1;
    } else if (j >= other.length || (i < one.length && (longest[(i + 1) * width + j] ?? 0) >= (longest[i * width + j + 1] ?? 0))) {
      shown.push(`-${one[i] ?? ""}`);
      i += 1;
    } else {
      shown.push(`+${other[j] ?? ""}`);
      j += 1;
    }
  }
  return shown;
}
