/**
 * The service worker of the agency's page: its files for a moment without a network, and notifications.
 * Answers of the API are never kept: they go past it. A new build is another worker, which forgets the files of the one before.
 */
declare const __CT112_BUILD__: string;

/** What of a worker's world is used here: the page's own types know another. */
interface Waited extends Event { waitUntil(work: Promise<unknown>): void }
interface Fetched extends Waited { readonly request: Request; respondWith(answer: Promise<Response>): void }
interface Pushed extends Waited { readonly data: { json(): unknown } | null }
interface Touched extends Waited { readonly notification: Notification }
interface Told extends Waited { readonly data: unknown }
interface Window { readonly url: string; focus(): Promise<unknown>; postMessage(said: unknown): void }
interface Worker {
  addEventListener(kind: "install" | "activate", heard: (event: Waited) => void): void;
  addEventListener(kind: "fetch", heard: (event: Fetched) => void): void;
  addEventListener(kind: "push", heard: (event: Pushed) => void): void;
  addEventListener(kind: "notificationclick", heard: (event: Touched) => void): void;
  addEventListener(kind: "message", heard: (event: Told) => void): void;
  skipWaiting(): Promise<void>;
  readonly clients: {
    claim(): Promise<void>;
    matchAll(which: { type: "window"; includeUncontrolled: boolean }): Promise<readonly Window[]>;
    openWindow(url: string): Promise<unknown>;
  };
  readonly registration: { showNotification(title: string, options: NotificationOptions & { renotify: boolean }): Promise<void> };
  readonly location: Location;
}

const worker = self as unknown as Worker;
const OURS = "ct112-agency-";
const FILES = OURS + __CT112_BUILD__;
const PAGE = "/agency";
const NETWORK_MS = 5_000;

worker.addEventListener("install", (event) => { event.waitUntil(worker.skipWaiting()); });

worker.addEventListener("activate", (event) => {
  const forget = async (): Promise<void> => {
    const names = (await caches.keys()).filter((name) => name.startsWith(OURS) && name !== FILES);
    await Promise.all(names.map((name) => caches.delete(name)));
    await worker.clients.claim();
  };
  event.waitUntil(forget());
});

worker.addEventListener("fetch", (event) => {
  const { method, mode, url } = event.request;
  const { origin, pathname } = new URL(url);
  if (method !== "GET" || origin !== worker.location.origin) return;
  if (mode === "navigate" && (pathname === PAGE || pathname.startsWith(`${PAGE}/`))) event.respondWith(page(event.request));
  else if (pathname.startsWith("/assets/")) event.respondWith(file(event.request));
});

/** The page as the server has it; without a network as it was when it came last, policy and nonce with it. */
async function page(request: Request): Promise<Response> {
  const files = await caches.open(FILES);
  try {
    const answer = await fetch(request, { signal: AbortSignal.timeout(NETWORK_MS) });
    if (answer.ok) await files.put(PAGE, answer.clone());
    return answer;
  } catch (error) {
    const kept = await files.match(PAGE);
    if (kept) return kept;
    throw error;
  }
}

/** A file's name has the digest of what is in it: once here, it is right. */
async function file(request: Request): Promise<Response> {
  const files = await caches.open(FILES);
  const kept = await files.match(request.url);
  if (kept) return kept;
  const answer = await fetch(request);
  if (answer.ok) await files.put(request.url, answer.clone());
  return answer;
}

/** The page that was open before this worker was there says which files it is made of. */
worker.addEventListener("message", (event) => {
  const { keep } = (event.data ?? {}) as { keep?: readonly string[] };
  if (!keep) return;
  const fill = async (): Promise<void> => {
    const files = await caches.open(FILES);
    for (const url of [PAGE, ...keep]) if (!(await files.match(url))) await files.add(url).catch(() => undefined);
  };
  event.waitUntil(fill());
});

interface Message { readonly title?: string; readonly body?: string; readonly dispatch?: string; readonly telling?: string }

worker.addEventListener("push", (event) => {
  const { title = "112", body = "", dispatch } = (event.data?.json() ?? {}) as Message;
  const shown = {
    body,
    tag: dispatch ?? "112",
    renotify: true,
    requireInteraction: dispatch !== undefined,
    icon: "/agency-192.png",
    badge: "/agency-192.png",
    data: dispatch === undefined ? PAGE : `${PAGE}/${dispatch}`,
  };
  event.waitUntil(worker.registration.showNotification(title, shown));
});

worker.addEventListener("notificationclick", (event) => {
  event.notification.close();
  const path = String(event.notification.data);
  const open = async (): Promise<void> => {
    const windows = await worker.clients.matchAll({ type: "window", includeUncontrolled: true });
    const here = windows.find(({ url }) => new URL(url).pathname.startsWith(PAGE));
    if (!here) await worker.clients.openWindow(path);
    else {
      here.postMessage({ open: path });
      await here.focus();
    }
  };
  event.waitUntil(open());
});
