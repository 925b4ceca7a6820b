/** Web push for this browser: asked for, kept known to the server, tried, and turned off. */
import { useCallback, useEffect, useState } from "react";
import { api, got } from "../../shared/api/client";
import { keep } from "../../shared/stored";
import { useLanguage } from "../../shared/words/words";

const KEPT_AS = "ct112.agency.push";

/** "denied": the person has said no to the browser; "failed": the browser's push service cannot be reached. */
export type PushState = "unsupported" | "off" | "denied" | "failed" | "on";

export interface PushView {
  readonly state: PushState;
  readonly busy: boolean;
  readonly turnOn: () => void;
  readonly turnOff: () => void;
  /** Has a notification sent to this phone. */
  readonly tryOut: () => void;
}

function supported(): boolean {
  return "serviceWorker" in navigator && "PushManager" in window && "Notification" in window;
}

export function usePush(): PushView {
  const language = useLanguage();
  const [state, setState] = useState<PushState>(supported() ? "off" : "unsupported");
  const [busy, setBusy] = useState(false);
  const run = useCallback((work: () => Promise<PushState>) => {
    setBusy(true);
    void work().catch((): PushState => "failed").then((after) => {
      setState(after);
      setBusy(false);
    });
  }, []);
  useEffect(() => {
    if (!supported() || localStorage.getItem(KEPT_AS) === null || Notification.permission !== "granted") return;
    void subscribed(language).then(setState, () => { setState("failed"); }); // a browser may have made itself another one
  }, [language]);
  return {
    state,
    busy,
    turnOn: () => { run(() => asked(language)); },
    turnOff: () => { run(ended); },
    tryOut: () => {
      const id = localStorage.getItem(KEPT_AS);
      if (id) run(async () => { await got(api.POST("/api/v1/push/subscriptions/{id}/test", { params: { path: { id } } })); return "on"; });
    },
  };
}

async function asked(language: "id" | "en"): Promise<PushState> {
  const permission = await Notification.requestPermission();
  if (permission !== "granted") return permission === "denied" ? "denied" : "off";
  return subscribed(language);
}

async function subscribed(language: "id" | "en"): Promise<PushState> {
  const { pushManager } = await navigator.serviceWorker.ready;
  const { key } = await got(api.GET("/api/v1/push/key"));
  const subscription = await current(pushManager, key);
  const { endpoint, keys } = subscription.toJSON();
  const body = { endpoint: endpoint ?? "", p256dh: keys?.p256dh ?? "", auth: keys?.auth ?? "", language };
  const { id } = await got(api.POST("/api/v1/push/subscriptions", { body }));
  keep(KEPT_AS, id);
  return "on";
}

/** A subscription for our key: one for another (the server's was lost) is given up. */
async function current(manager: PushManager, key: string): Promise<PushSubscription> {
  const found = await manager.getSubscription();
  if (found && same(found.options.applicationServerKey, key)) return found;
  await found?.unsubscribe();
  return manager.subscribe({ userVisibleOnly: true, applicationServerKey: key });
}

function same(kept: ArrayBuffer | null, key: string): boolean {
  if (!kept) return false;
  const text = btoa(String.fromCharCode(...new Uint8Array(kept)));
  return text.replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "") === key.replace(/=+$/, "");
}

async function ended(): Promise<PushState> {
  const id = localStorage.getItem(KEPT_AS);
  localStorage.removeItem(KEPT_AS);
  const found = await (await navigator.serviceWorker.ready).pushManager.getSubscription();
  await found?.unsubscribe();
  if (id) await got(api.DELETE("/api/v1/push/subscriptions/{id}", { params: { path: { id } } })).catch(() => undefined);
  return "off";
}
