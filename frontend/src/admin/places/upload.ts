/** Sends a file as it is; longer than other requests may take. Throws Problem. */
import { Problem, problemOf, UNREACHABLE } from "../../shared/api/problem";
import type { components } from "../../shared/api/openapi";

export type Import = components["schemas"]["ImportView"];

export const LARGEST = 64 * 1024 * 1024;
const SECONDS = 60;

export async function upload(kind: Import["kind"], file: File, mend: boolean): Promise<Import> {
  const query = new URLSearchParams({ kind, file_name: named(file.name), ...(mend ? { mend: "true" } : {}) });
  const asked = { method: "POST", body: file, headers: { "Content-Type": "application/octet-stream" }, signal: AbortSignal.timeout(SECONDS * 1000) };
  let answer: Response;
  try {
    answer = await fetch(`/api/v1/place-imports?${query.toString()}`, asked);
  } catch {
    throw new Problem(UNREACHABLE, 0);
  }
  const body: unknown = await answer.json().catch(() => null);
  if (!answer.ok) throw problemOf(answer, body);
  return body as Import;
}

/** A name the API takes, whatever the file is called. */
function named(name: string): string {
  const clean = Array.from(name, (sign) => (sign < " " || "/\\\u007f".includes(sign) ? "_" : sign)).join("");
  return clean.slice(-200) || "file";
}
