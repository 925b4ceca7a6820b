/** The account of a position's page, for who sits there; asked until there is an answer. */
import { api, got } from "../api/client";
import type { components } from "../api/openapi";
import { Problem } from "../api/problem";

/** The name of this page among those that may be a position's phone: the floor tells everybody which one is. */
export const PAGE = crypto.randomUUID();

export type PageAccount = components["schemas"]["BrowserPhone"];

/** The account; null: this centre has no phones in pages. Throws Problem. */
export async function accountOf(position: string): Promise<PageAccount | null> {
  try {
    return await got(api.GET("/api/v1/positions/{name}/browser-phone", { params: { path: { name: position } } }));
  } catch (error) {
    if (error instanceof Problem && error.kind === "not-found") return null;
    throw error;
  }
}
