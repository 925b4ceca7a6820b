/** Who is signed in: asked once, kept while the page lives, and over when the server says so. */
import { useSyncExternalStore } from "react";
import { api, got, onProblem } from "../api/client";
import type { components } from "../api/openapi";
import { Problem } from "../api/problem";
import { keep } from "../stored";
import { forget } from "./storage";

export type Me = components["schemas"]["Me"];
export type Role = Me["role"];

export type Session =
  | { readonly state: "asking" }
  /** Nobody could be asked; it is tried again. */
  | { readonly state: "unknown"; readonly problem: Problem }
  | { readonly state: "nobody" }
  | { readonly state: "here"; readonly me: Me }
  /** It ended while a screen was open: the screen stays as it is, below the question who this is. */
  | { readonly state: "over"; readonly me: Me };

const AGAIN_MS = 3_000;
const LAST = "ct112.last"; // who was signed in at this browser; what they left is not for the next
const tabs = new BroadcastChannel("ct112.session");
const listeners = new Set<() => void>();
let current: Session = { state: "asking" };

function set(session: Session): void {
  current = session;
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Be told of every change; call the answer to hear no more. */
export const onSession = subscribe;

export function sessionState(): Session["state"] {
  return current.state;
}

export function useSession(): Session {
  return useSyncExternalStore(subscribe, () => current);
}

/** Who is signed in, for what is drawn only when somebody is. */
export function useMe(): Me {
  const session = useSession();
  if (!("me" in session)) throw new Error("drawn without a session");
  return session.me;
}

/** Ask who this is; while nobody answers, ask again. */
export async function askWho(): Promise<void> {
  try {
    arrived(await got(api.GET("/api/v1/session")));
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    if (error.kind === "sign-in") return;
    set({ state: "unknown", problem: error });
    setTimeout(() => void askWho(), AGAIN_MS);
  }
}

/** Ask whether the session still is: a WebSocket that is refused does not say why. Whatever else is wrong shows elsewhere. */
export async function lookAgain(): Promise<void> {
  await api.GET("/api/v1/session").then(({ response }) => { if (response.status === 401) ended(); }).catch(() => undefined);
}

/** Throws Problem: `code-needed` when the account asks for one. Another person than before: the page begins anew. */
export async function signIn(username: string, password: string, code?: string): Promise<void> {
  const body = code ? { username, password, code } : { username, password };
  const me = await got(api.POST("/api/v1/session", { body }));
  const before = current.state === "over" ? current.me.name : me.name;
  arrived(me);
  if (before !== me.name) location.assign("/");
}

function arrived(me: Me): void {
  if (localStorage.getItem(LAST) !== me.name) forget();
  keep(LAST, me.name);
  set({ state: "here", me });
}

/** The page begins anew: nothing of the person is left in it. Throws Problem when the server could not end it. */
export async function signOut(): Promise<void> {
  await got(api.DELETE("/api/v1/session")).catch((error: unknown) => {
    if (!(error instanceof Problem) || error.kind !== "sign-in") throw error; // over already
  });
  forget();
  tabs.postMessage("over");
  location.replace("/login");
}

/** The session has ended at the server. */
export function ended(): void {
  set("me" in current ? { state: "over", me: current.me } : { state: "nobody" });
}

tabs.onmessage = () => { if (current.state === "here") ended(); };

onProblem((problem) => {
  if (problem.kind === "sign-in" && current.state !== "nobody" && current.state !== "over") ended();
});
