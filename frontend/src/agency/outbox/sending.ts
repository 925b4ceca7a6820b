/** How one item reaches the server: the item's own id makes it count once. */
import { api, got, once } from "../../shared/api/client";
import type { Dispatch } from "../steps";
import type { KeptItem } from "./kept";

/** Returns the dispatch as it is then, when the answer has it. Throws Problem. */
export async function sendItem(item: KeptItem): Promise<Dispatch | undefined> {
  const path = { id: item.dispatch };
  if (item.kind === "note") throw new Error("notes are not sent yet");
  const { status, reason } = item;
  const body = reason === undefined ? { status } : { status, reason };
  return got(api.POST("/api/v1/dispatches/{id}/status", { params: { path, header: once(item.id) }, body }));
}
