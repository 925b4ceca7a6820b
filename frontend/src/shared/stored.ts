/** What the browser keeps: a full or broken store is a pity, and ends nothing. */

/** Keep this for the next time, if there is room. */
export function keep(key: string, value: string, storage: Storage = localStorage): void {
  try {
    storage.setItem(key, value);
  } catch {
    // full: it holds as long as the page lives
  }
}

/** What IndexedDB is asked, as a promise. */
export function answered<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => { resolve(request.result); };
    request.onerror = () => { reject(request.error ?? new Error("the browser's store failed")); };
  });
}

/** Whether a change is kept, as a promise: a request may be granted and its transaction come to nothing (a full disk). */
export function completed(transaction: IDBTransaction): Promise<void> {
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => { resolve(); };
    transaction.onabort = () => { reject(transaction.error ?? new Error("the browser's store failed")); };
  });
}

const STORE_MS = 3_000;

/** The browser's store in time: one that hangs (it happens) must not hold up what is to be sent. */
export function inTime<T>(asked: Promise<T>, ms: number = STORE_MS): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => { reject(new Error("the browser's store does not answer")); }, ms);
    asked.then(resolve, reject).finally(() => { clearTimeout(timer); });
  });
}
