/** How one item reaches the server: the item's own id makes it count once. */
import { api, got, once, patiently } from "../../shared/api/client";
import { base64 } from "../photo";
import type { Dispatch } from "../steps";
import type { KeptItem, Note } from "./kept";

/** Returns the dispatch as it is then, when the answer has it. Throws Problem. `signal`: a note may be broken off. */
export async function sendItem(item: KeptItem, signal: AbortSignal): Promise<Dispatch | undefined> {
  if (item.kind === "note") {
    await sendNote(item, signal);
    return undefined;
  }
  const { status, reason } = item;
  const body = reason === undefined ? { status } : { status, reason };
  return got(api.POST("/api/v1/dispatches/{id}/status", { params: { path: { id: item.dispatch }, header: once(item.id) }, body }));
}

async function sendNote({ id, dispatch, text, photo }: Note, signal: AbortSignal): Promise<void> {
  const body = { text: text ?? null, photo: photo ? await base64(photo) : null };
  await got(api.PUT("/api/v1/dispatches/{id}/notes/{note}", { params: { path: { id: dispatch, note: id } }, body, signal, fetch: patiently }));
}
