/** Where forms are kept in this browser: IndexedDB, so that a page that reloads or crashes loses none. */
import { answered, completed, inTime } from "../../shared/stored";
import type { Draft } from "./draft";

export interface Keeping {
  all(): Promise<Draft[]>;
  put(draft: Draft): Promise<void>;
  remove(id: string): Promise<void>;
}

const [DATABASE, STORE] = ["ct112.console", "forms"];

export class Browser implements Keeping {
  #opened: Promise<IDBDatabase> | null = null;

  all(): Promise<Draft[]> {
    return inTime(this.#store("readonly").then((store) => answered(store.getAll() as IDBRequest<Draft[]>)));
  }

  put(draft: Draft): Promise<void> {
    return this.#change((store) => { store.put(draft); });
  }

  remove(id: string): Promise<void> {
    return this.#change((store) => { store.delete(id); });
  }

  #change(by: (store: IDBObjectStore) => void): Promise<void> {
    return inTime(this.#store("readwrite").then((store) => {
      by(store);
      return completed(store.transaction);
    }));
  }

  async #store(mode: IDBTransactionMode): Promise<IDBObjectStore> {
    this.#opened ??= this.#open().catch((error: unknown) => { this.#opened = null; throw error; });
    const opened = await this.#opened;
    opened.onclose = () => { this.#opened = null; }; // the browser took it away: opened anew next time
    return opened.transaction(STORE, mode, { durability: "strict" }).objectStore(STORE);
  }

  #open(): Promise<IDBDatabase> {
    const request = indexedDB.open(DATABASE, 1);
    request.onupgradeneeded = () => { request.result.createObjectStore(STORE, { keyPath: "id" }); };
    return answered(request);
  }
}
