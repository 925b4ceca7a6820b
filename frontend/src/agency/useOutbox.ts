/** The outbox of who is signed in, for the page: what waits, and a way to put something in. */
import { useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useRef, useState } from "react";
import { newKey } from "../shared/api/client";
import { explain } from "../shared/api/problem";
import { useSession } from "../shared/session/session";
import { keyOf } from "./mine";
import { type Item, type KeptItem, openKept } from "./outbox/kept";
import { Outbox } from "./outbox/outbox";
import { sendItem } from "./outbox/sending";

const kept = openKept();
type Pressing<T> = T extends Item ? Omit<T, "id" | "account" | "at" | "refused"> : never;

export interface OutboxView {
  readonly items: readonly KeptItem[];
  /** False: they are gone when the page is. */
  readonly lasts: boolean;
  readonly press: (item: Pressing<Item>) => Promise<void>;
  readonly forget: (seq: number) => void;
}

export function useOutbox(account: string): OutboxView {
  const queries = useQueryClient();
  const session = useSession();
  const [state, setState] = useState<{ items: readonly KeptItem[]; lasts: boolean }>({ items: [], lasts: true });
  const box = useRef<Outbox | null>(null);
  useEffect(() => {
    const made = new Outbox(account, kept, async (item, signal) => {
      const told = await sendItem(item, signal);
      if (!told) return;
      await queries.cancelQueries({ queryKey: keyOf(item.dispatch) }); // what was asked before would bring back the old
      queries.setQueryData(keyOf(item.dispatch), told);
    }, {
      items: (items, lasts) => { setState({ items, lasts }); },
      arrived: (item) => { if (item.kind === "note") void queries.invalidateQueries({ queryKey: ["notes", item.dispatch] }); },
      explain,
    });
    box.current = made;
    const now = (): void => { made.now(); };
    now();
    window.addEventListener("online", now);
    document.addEventListener("visibilitychange", now);
    return () => {
      window.removeEventListener("online", now);
      document.removeEventListener("visibilitychange", now);
      made.stop();
      box.current = null;
    };
  }, [account, queries]);
  useEffect(() => {
    if (session.state === "here") box.current?.now(); // somebody has signed in again
  }, [session]);
  const press = useCallback(
    async (item: Pressing<Item>) => {
      await box.current?.put({ ...item, id: newKey(), account, at: new Date().toISOString() });
    },
    [account],
  );
  const forget = useCallback((seq: number) => void box.current?.forget(seq), []);
  return { ...state, press, forget };
}
