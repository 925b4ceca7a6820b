/** A menu from a file: taken whole when it can be read as one, else refused with the reason, and nothing is changed. */
import { isMap } from "yaml";
import { LARGEST, pairOf, parse, Unreadable } from "./document/yaml";

export type WhyNot = Unreadable["why"] | "empty" | "encoding" | "not-menu";

/** Why a file is not taken; the line counts from 1, null where none is meant. */
export class NotTaken extends Error {
  constructor(readonly why: WhyNot, readonly line: number | null = null) {
    super(why);
    this.name = "NotTaken";
  }
}

/** Throws NotTaken. A byte order mark goes, and lines end as everywhere else here. */
export async function menuOfFile(file: Blob): Promise<string> {
  if (file.size > 4 * LARGEST) throw new NotTaken("too-large");
  return checked(decoded(await file.arrayBuffer()).replace(/\r\n?/g, "\n"));
}

function decoded(bytes: ArrayBuffer): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new NotTaken("encoding");
  }
}

function checked(text: string): string {
  if (!text.trim()) throw new NotTaken("empty");
  try {
    const { root } = parse(text);
    if (!isMap(root) || !isMap(pairOf(root, "nodes")?.value)) throw new NotTaken("not-menu");
  } catch (error) {
    if (error instanceof Unreadable) throw new NotTaken(error.why, error.line);
    throw error;
  }
  return text;
}
