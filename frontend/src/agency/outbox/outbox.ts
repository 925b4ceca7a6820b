/**
 * Sends what was pressed, in the order pressed, each until the server has answered it: once, by its own id. Presses
 * go before notes, and break off one that is under way: a photo over a poor network holds up no acknowledgement.
 */
import { Problem } from "../../shared/api/problem";
import type { Item, Kept, KeptItem } from "./kept";

const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 15_000;
const LOCK = "ct112-agency-outbox";

export interface Sink {
  /** What is kept now. */
  items(items: readonly KeptItem[], lasts: boolean): void;
  /** One of them is with the server. */
  arrived(item: KeptItem): void;
  /** Why the server will not have it, in the person's words. */
  explain(error: unknown): string;
}

/** Whether the same may do later what it does not do now. */
export function isForLater(error: unknown): boolean {
  if (!(error instanceof Problem)) return false;
  return error.passes || error.kind === "sign-in" || error.status >= 500;
}

export class Outbox {
  #sending = false;
  #again = false;
  #losses = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #note: AbortController | null = null; // of the note that is being sent
  #channel = typeof BroadcastChannel === "undefined" ? null : new BroadcastChannel(LOCK);

  constructor(
    private readonly account: string,
    private readonly kept: Promise<Kept>,
    private readonly send: (item: KeptItem, signal: AbortSignal) => Promise<void>,
    private readonly sink: Sink,
  ) {
    if (this.#channel) this.#channel.onmessage = () => void this.#show();
  }

  /** Keeps it, then sends it. It is kept when this resolves. */
  async put(item: Item): Promise<void> {
    await (await this.kept).add(item);
    await this.#changed();
    if (item.kind === "report") this.#note?.abort();
    this.now();
  }

  /** The person has read why it was refused. */
  async forget(seq: number): Promise<void> {
    await (await this.kept).remove(seq);
    await this.#changed();
  }

  /** Send what waits, at once: the network may be back. */
  now(): void {
    clearTimeout(this.#timer);
    if (this.#sending) {
      this.#again = true;
      return;
    }
    this.#sending = true;
    void this.#alone(() => this.#all()).finally(() => {
      this.#sending = false;
      if (this.#again) {
        this.#again = false;
        this.now();
      }
    });
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#channel?.close();
    this.#channel = null;
  }

  async #all(): Promise<void> {
    await this.#show();
    for (let item = await this.#first(); item; item = await this.#first()) {
      const breaking = new AbortController();
      this.#note = item.kind === "note" ? breaking : null;
      try {
        await this.send(item, breaking.signal);
      } catch (error) {
        if (breaking.signal.aborted) continue;
        if (isForLater(error)) {
          this.#later();
          return;
        }
        await (await this.kept).refuse(item.seq, this.sink.explain(error));
        await this.#changed();
        continue;
      }
      this.#losses = 0;
      this.sink.arrived(item);
      await (await this.kept).remove(item.seq);
      await this.#changed();
    }
  }

  async #first(): Promise<KeptItem | undefined> {
    const waiting = (await this.#ours()).filter((item) => item.refused === undefined);
    return waiting.find((item) => item.kind === "report") ?? waiting[0];
  }

  async #ours(): Promise<KeptItem[]> {
    return (await (await this.kept).all()).filter((item) => item.account === this.account);
  }

  #later(): void {
    const wait = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** this.#losses);
    this.#losses += 1;
    this.#timer = setTimeout(() => { this.now(); }, wait);
  }

  async #changed(): Promise<void> {
    this.#channel?.postMessage("changed");
    await this.#show();
  }

  async #show(): Promise<void> {
    this.sink.items(await this.#ours(), (await this.kept).lasts);
  }

  /** Two tabs of one browser share what is kept: one of them sends. */
  async #alone(work: () => Promise<void>): Promise<void> {
    const locks = (navigator as { locks?: LockManager }).locks;
    if (locks) await locks.request(LOCK, work);
    else await work();
  }
}
