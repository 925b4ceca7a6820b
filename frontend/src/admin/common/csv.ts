/** Tables for spreadsheets (RFC 4180); nothing in them is taken for a formula there. */
import { download as hand } from "../../shared/download";

const FORMULA = /^[=+\-@\t\r]/;

function cell(value: unknown): string {
  const text = typeof value === "string" ? value : value === null || value === undefined ? "" : JSON.stringify(value);
  const safe = FORMULA.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

export function csv(head: readonly string[], rows: readonly (readonly unknown[])[]): string {
  return [head, ...rows].map((row) => row.map(cell).join(",")).join("\r\n") + "\r\n";
}

/** Hand a table to the person at the screen. */
export function download(name: string, text: string): void {
  hand(name, ["\uFEFF", text], "text/csv;charset=utf-8");
}
