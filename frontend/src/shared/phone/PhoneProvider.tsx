/** Keeps the page's phone at the position where the signed-in operator sits. Draws nothing; a screen that goes leaves the phone as it is. */
import { useEffect } from "react";
import { useLive, useLivePart, useLiveThing } from "../live/live";
import { useSession } from "../session/session";
import { phone } from "./phone";

/** `wanted` false: this person uses the desk's own phone. */
export function PhoneProvider({ wanted = true }: { wanted?: boolean }) {
  const position = useOwnPosition();
  const pages = useLiveThing("positions", position)?.pages;
  useEffect(() => {
    if (position !== undefined) phone.sit(wanted ? position : null);
  }, [position, wanted]);
  useEffect(() => { if (pages) phone.told(pages); }, [pages]);
  useEffect(listenToThePage, []);
  return null;
}

/** Where who is signed in sits; undefined: not known yet, or serve cannot be heard (then it stays as it was). */
function useOwnPosition(): string | null | undefined {
  const session = useSession();
  const { state } = useLive();
  const positions = useLivePart("positions");
  if (!("me" in session)) return session.state === "nobody" ? null : undefined;
  if (state !== "fresh") return undefined;
  const { operator } = session.me;
  if (operator === null) return null;
  for (const [name, position] of positions) if (position.operator === operator) return name;
  return null;
}

let listening = false;

/** Once for the page: what the phone has to know of it. */
function listenToThePage(): void {
  if (listening) return;
  listening = true;
  window.addEventListener("pagehide", () => { phone.leave(); });
  window.addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
  window.addEventListener("beforeunload", (event) => { if (phone.busy) event.preventDefault(); });
  window.addEventListener("online", () => { phone.look(); });
  document.addEventListener("visibilitychange", () => { if (document.visibilityState === "visible") phone.look(); });
  for (const touched of ["pointerdown", "keydown"]) {
    window.addEventListener(touched, () => { if (phone.state().troubles.includes("sound-blocked")) void phone.again(); });
  }
  (navigator.mediaDevices as MediaDevices | undefined)?.addEventListener("devicechange", () => void phone.devicesChanged());
}
