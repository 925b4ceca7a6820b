/** The page as an app of the phone: its manifest, its service worker, and where a notification leads. */
import { useEffect } from "react";
import { useLocation } from "wouter";

const WORKER = "/agency-sw.js";
const SCOPE = "/agency";
const HEAD = [["manifest", "/agency.webmanifest"], ["apple-touch-icon", "/agency-192.png"]] as const;

/** Registers the worker (over https, or on this machine); null where a browser has none. */
export async function registered(): Promise<ServiceWorkerRegistration | null> {
  if (!("serviceWorker" in navigator)) return null;
  try {
    return await navigator.serviceWorker.register(WORKER, { scope: SCOPE, updateViaCache: "none" });
  } catch {
    return null; // the page does without
  }
}

export function useInstalled(): void {
  const [, go] = useLocation();
  useEffect(() => {
    const links = HEAD.map(([rel, href]) => Object.assign(document.createElement("link"), { rel, href }));
    document.head.append(...links);
    return () => { for (const link of links) link.remove(); };
  }, []);
  useEffect(() => {
    let mine: ServiceWorkerRegistration | null = null;
    void registered().then(async (found) => {
      mine = found;
      if (found) (await navigator.serviceWorker.ready).active?.postMessage({ keep: loaded() });
    });
    const look = (): void => { if (document.visibilityState === "visible") void mine?.update().catch(() => undefined); };
    document.addEventListener("visibilitychange", look); // an app that is never closed finds a new build so
    return () => { document.removeEventListener("visibilitychange", look); };
  }, []);
  useEffect(() => {
    if (!("serviceWorker" in navigator)) return;
    const lead = ({ data }: MessageEvent<{ open?: string } | null>): void => {
      const path = data?.open;
      if (path?.startsWith(SCOPE)) go(path.slice(SCOPE.length) || "/");
    };
    navigator.serviceWorker.addEventListener("message", lead);
    return () => { navigator.serviceWorker.removeEventListener("message", lead); };
  }, [go]);
}

/** The files this page is made of. */
function loaded(): readonly string[] {
  return performance.getEntriesByType("resource").map(({ name }) => name).filter((name) => new URL(name).pathname.startsWith("/assets/"));
}
