/** Values as YAML: plain where every reader sees the same text, quoted where one might not. */
import type { Value } from "./yaml";

const PLAIN = /^[\p{L}\p{N}](?:[\p{L}\p{N} .,;!?()'’–_/-]*[\p{L}\p{N}.!?)])?$/u;
const NOTHING = new Set(["null", "~", ""]);
export const STEP = 2; // how much deeper a part is indented than what it belongs to

/** `flow`: between brackets, where a comma ends the text. */
export function scalar(value: string | null, flow = false): string {
  if (value === null) return flow ? '""' : "";
  const plain = PLAIN.test(value) && !NOTHING.has(value) && !(flow && value.includes(","));
  return plain ? value : JSON.stringify(value).replace(/[\u007f-\u009f\u2028\u2029\ufeff]/g, escaped);
}

/** What YAML takes for the end of a line, or does not let stand as it is. */
function escaped(sign: string): string {
  return `\\u${sign.charCodeAt(0).toString(16).padStart(4, "0")}`;
}

/** In one line: { text: Selamat tinggal., voice: id } */
export function flow(value: Value): string {
  if (value === null || typeof value === "string") return scalar(value, true);
  if (isList(value)) return `[${value.map(flow).join(", ")}]`;
  const pairs = Object.entries(value).map(([key, each]) => `${scalar(key, true)}: ${flow(each)}`);
  return pairs.length ? `{ ${pairs.join(", ")} }` : "{}";
}

/** What stands behind `key:`, with the space or the new line before it. `indent`: of the key. */
export function behindKey(value: Value, indent: string): string {
  if (value === null) return "";
  if (typeof value === "string") return ` ${scalar(value)}`;
  if (isList(value) ? value.length === 0 || value.every((each) => typeof each === "string") && short(value) : !Object.keys(value).length) return ` ${flow(value)}`;
  return `\n${block(value, indent + " ".repeat(STEP))}`;
}

function short(value: readonly Value[]): boolean {
  return value.every((each) => typeof each === "string" && /^[a-z-]{1,8}$/.test(each));
}

/** Lines, without a new line at the end; the first one is indented too. */
export function block(value: Value, indent: string): string {
  if (isList(value)) return value.map((each) => `${indent}- ${flow(each)}`).join("\n");
  if (value === null || typeof value === "string") return indent + scalar(value);
  return Object.entries(value).map(([key, each]) => `${indent}${scalar(key)}:${behindKey(each, indent)}`).join("\n");
}

export function isList(value: Value | undefined): value is readonly Value[] {
  return Array.isArray(value);
}
