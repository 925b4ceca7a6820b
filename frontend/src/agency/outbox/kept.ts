/** What was pressed, kept in the browser (IndexedDB) until the server has it. */
import { answered, completed, inTime } from "../../shared/stored";
import type { Said } from "../steps";

interface Sent {
  /** Ours: the server does the same id once. */
  readonly id: string;
  /** Who pressed: nobody else's session sends it. */
  readonly account: string;
  readonly dispatch: string;
  /** By this phone's clock: shown, never counted by. */
  readonly at: string;
  /** Why the server will not have it; it is shown until the person has read it. */
  readonly refused?: string;
}
export type Report = Sent & { readonly kind: "report"; readonly status: Said; readonly reason?: string };
export type Note = Sent & { readonly kind: "note"; readonly text?: string; readonly photo?: Blob };
export type Item = Report | Note;
/** In the order pressed: `seq` grows whatever the clock does. */
export type KeptItem = Item & { readonly seq: number };

const NAME = "ct112-agency";
const STORE = "outbox";
const BEHIND_ALL = 2 ** 40; // where the numbers of what is in memory alone begin

export interface Kept {
  /** Whether it is there after a reload. */
  readonly lasts: boolean;
  all(): Promise<KeptItem[]>;
  add(item: Item): Promise<void>;
  refuse(seq: number, why: string): Promise<void>;
  remove(seq: number): Promise<void>;
}

/** Opens the browser's store; where there is none (some private windows), keeps things while the page lives. */
export async function openKept(): Promise<Kept> {
  try {
    return backed(inDatabase(await inTime(opened())), inMemory(BEHIND_ALL));
  } catch {
    return inMemory();
  }
}

function opened(): Promise<IDBDatabase> {
  const request = indexedDB.open(NAME, 1);
  request.onupgradeneeded = () => { request.result.createObjectStore(STORE, { keyPath: "seq", autoIncrement: true }); };
  return answered(request);
}

function inDatabase(database: IDBDatabase): Kept {
  const store = (mode: IDBTransactionMode): IDBObjectStore => database.transaction(STORE, mode).objectStore(STORE);
  return {
    lasts: true,
    all: () => answered(store("readonly").getAll() as IDBRequest<KeptItem[]>),
    add: (item) => {
      const transaction = database.transaction(STORE, "readwrite", { durability: "strict" });
      transaction.objectStore(STORE).add(item);
      return completed(transaction);
    },
    refuse: async (seq, refused) => {
      const found = (await answered(store("readonly").get(seq))) as KeptItem | undefined;
      if (found) await answered(store("readwrite").put({ ...found, refused }));
    },
    remove: (seq) => answered(store("readwrite").delete(seq)),
  };
}

/** A full or broken store holds up no acknowledgement: what it does not take is sent from memory, behind what it has. */
export function backed(store: Kept, spare: Kept): Kept {
  let lasts = store.lasts;
  return {
    get lasts() { return lasts; },
    all: async () => [...(await inTime(store.all()).catch(() => [])), ...(await spare.all())],
    add: (item) =>
      inTime(store.add(item)).catch(() => {
        lasts = false;
        return spare.add(item);
      }),
    refuse: async (seq, why) => { await (seq > BEHIND_ALL ? spare : store).refuse(seq, why); },
    remove: async (seq) => { await (seq > BEHIND_ALL ? spare : store).remove(seq); },
  };
}

export function inMemory(last = 0): Kept {
  let items: KeptItem[] = [];
  return {
    lasts: false,
    all: () => Promise.resolve(items),
    add: (item) => {
      items = [...items, { ...item, seq: (last += 1) }];
      return Promise.resolve();
    },
    refuse: (seq, refused) => {
      items = items.map((item) => (item.seq === seq ? { ...item, refused } : item));
      return Promise.resolve();
    },
    remove: (seq) => {
      items = items.filter((item) => item.seq !== seq);
      return Promise.resolve();
    },
  };
}
