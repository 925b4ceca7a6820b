/** The page's forms, before the real API and the real browser. */
import { useEffect, useSyncExternalStore } from "react";
import { api, got, gotVersion, ifMatch, once } from "../../shared/api/client";
import { useHealth } from "../../shared/live/health";
import { useMe, useSession } from "../../shared/session/session";
import { Forms, type Shown } from "./forms";
import { Browser } from "./keeping";
import type { Requests } from "./sending";

const requests: Requests = {
  async open(id, body) {
    const headers = { "If-None-Match": "*" };
    return (await got(api.PUT("/api/v1/incidents/{id}", { params: { path: { id } }, headers, body }))).number;
  },
  async ask(id, key, agencies) {
    const params = { path: { id }, header: once(key) };
    await got(api.POST("/api/v1/incidents/{id}/dispatches", { params, body: { agencies: agencies === null ? null : [...agencies] } }));
  },
  async join(id, key, call, text) {
    const path = { id };
    if (call !== null) await got(api.POST("/api/v1/incidents/{id}/calls", { params: { path, header: once(key) }, body: { call_id: call } }));
    if (!text) return;
    const { body, version } = await gotVersion(api.GET("/api/v1/incidents/{id}", { params: { path } }));
    if (version === null || body.description?.endsWith(text)) return;
    const description = [body.description, text].filter(Boolean).join("\n");
    await got(api.PATCH("/api/v1/incidents/{id}", { params: { path, header: ifMatch(version) }, body: { description } }));
  },
};

export const forms = new Forms({
  keeping: new Browser(),
  requests,
  alone: async (name, work) => { await navigator.locks.request(name, work); },
  channel: new BroadcastChannel("ct112.forms"),
});

/** Forms of who is signed in; they are sent on when something is back. */
export function useForms(): Shown {
  const me = useMe();
  const session = useSession();
  const { health } = useHealth();
  useEffect(() => void forms.of(me.name), [me.name]);
  useEffect(() => {
    if (health === "all" && session.state === "here") forms.wake();
  }, [health, session.state]);
  useEffect(() => {
    const wake = (): void => { forms.wake(); };
    window.addEventListener("online", wake);
    return () => { window.removeEventListener("online", wake); };
  }, []);
  return useSyncExternalStore(forms.listen, forms.shown);
}
