/** Where forms are kept in this browser: IndexedDB, so that a page that reloads or crashes loses none. */
import { answered } from "../../shared/stored";
import type { Draft } from "./draft";

export interface Keeping {
  all(): Promise<Draft[]>;
  put(draft: Draft): Promise<void>;
  remove(id: string): Promise<void>;
}

const [DATABASE, STORE] = ["ct112.console", "forms"];

export class Browser implements Keeping {
  #opened: Promise<IDBDatabase> | null = null;

  async all(): Promise<Draft[]> {
    return answered((await this.#store("readonly")).getAll() as IDBRequest<Draft[]>);
  }

  async put(draft: Draft): Promise<void> {
    await answered((await this.#store("readwrite")).put(draft));
  }

  async remove(id: string): Promise<void> {
    await answered((await this.#store("readwrite")).delete(id));
  }

  async #store(mode: IDBTransactionMode): Promise<IDBObjectStore> {
    this.#opened ??= this.#open();
    const opened = await this.#opened;
    return opened.transaction(STORE, mode, { durability: "strict" }).objectStore(STORE);
  }

  #open(): Promise<IDBDatabase> {
    const request = indexedDB.open(DATABASE, 1);
    request.onupgradeneeded = () => { request.result.createObjectStore(STORE, { keyPath: "id" }); };
    return answered(request);
  }
}
