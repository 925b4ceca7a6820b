/** All forms of who is signed in: what is typed is kept, what is to be sent is sent until it is. One for the page. */
import { type Draft, waiting, written } from "./draft";
import type { Keeping } from "./keeping";
import { type Requests, step } from "./sending";

const [FIRST_MS, LONGEST_MS] = [1_000, 10_000];
const FORGOTTEN_MS = 3 * 24 * 3600_000;
const CLOCK_SET = Date.UTC(2025, 0); // a time before it is a desk's clock that was not set: it says nothing of how old a form is

/** What windows of the same person tell each other. */
interface Told { readonly id: string; readonly draft: Draft | null }

/** What was sent last: the call's form is gone, and this is what became of it. */
export interface Last { readonly call: string | null; readonly incident: string; readonly joined: boolean }

/** Runs a piece of work while no other window of this browser does. */
export type Alone = (name: string, work: () => Promise<void>) => Promise<void>;

export interface Around {
  readonly keeping: Keeping;
  readonly requests: Requests;
  readonly alone: Alone;
  readonly channel: Pick<BroadcastChannel, "postMessage" | "addEventListener">;
}

export interface Shown {
  readonly drafts: ReadonlyMap<string, Draft>;
  /** What was kept has been read. */
  readonly read: boolean;
  /** The browser keeps nothing: a reload would lose what is typed. */
  readonly unkept: boolean;
  readonly last: Last | null;
}

export class Forms {
  #shown: Shown = { drafts: new Map(), read: false, unkept: false, last: null };
  readonly #listeners = new Set<() => void>();
  #by = "";
  #pause = FIRST_MS;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #sending = false;

  constructor(private readonly around: Around) {
    around.channel.addEventListener("message", (event: MessageEvent<Told>) => { this.#hear(event.data); });
  }

  readonly shown = (): Shown => this.#shown;
  readonly listen = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Be the forms of this account; what it left is read, and sent on. */
  async of(by: string): Promise<void> {
    if (by === this.#by) return;
    this.#by = by;
    this.#set({ drafts: new Map(), read: false, last: null });
    const kept = await this.around.keeping.all().catch(() => { this.#set({ unkept: true }); return []; });
    const mine = kept.filter((draft) => draft.by === by);
    const long = Date.now() - FORGOTTEN_MS;
    const old = mine.filter((draft) => !waiting(draft) && draft.touched < long && draft.touched > CLOCK_SET);
    for (const draft of old) void this.around.keeping.remove(draft.id).catch(() => undefined);
    const read = mine.filter((draft) => !old.includes(draft)).map((draft) => [draft.id, draft] as const);
    this.#set({ drafts: new Map([...read, ...this.#shown.drafts]), read: true });
    this.wake();
  }

  /** Keep what was typed; send it when it is to be sent. */
  save(draft: Draft): void {
    const now = { ...draft, touched: Date.now() };
    this.#have(now);
    void this.#keep(now).then(() => { if (waiting(now)) this.wake(); });
  }

  discard(id: string): void {
    this.#lose(id);
    this.around.channel.postMessage({ id, draft: null } satisfies Told);
    void this.around.keeping.remove(id).catch(() => undefined);
  }

  /** Send now what waits: something may be back. */
  wake(): void {
    clearTimeout(this.#timer);
    this.#pause = FIRST_MS;
    void this.#send();
  }

  async #send(): Promise<void> {
    if (this.#sending || ![...this.#shown.drafts.values()].some(waiting)) return;
    this.#sending = true;
    try {
      await this.around.alone(`ct112.forms.${this.#by}`, () => this.#all());
    } finally {
      this.#sending = false;
    }
    if (![...this.#shown.drafts.values()].some(waiting)) return;
    this.#timer = setTimeout(() => void this.#send(), this.#pause);
    this.#pause = Math.min(2 * this.#pause, LONGEST_MS);
  }

  async #all(): Promise<void> {
    for (const id of this.#shown.drafts.keys()) {
      let draft = this.#shown.drafts.get(id); // another window may have sent it while we waited
      while (draft && waiting(draft)) {
        const sent = await step(draft, this.around.requests);
        if (sent.done) { this.#sent(draft); break; }
        if (sent.draft !== draft) { this.#have(sent.draft); await this.#keep(sent.draft); }
        if (sent.again) return; // what it needs is away: for the others too
        draft = sent.draft;
      }
    }
  }

  #sent({ id, call, joins }: Draft): void {
    this.#set({ last: { call, incident: joins ?? id, joined: joins !== null } });
    this.discard(id);
  }

  async #keep(draft: Draft): Promise<void> {
    if (!written(draft)) return;
    this.around.channel.postMessage({ id: draft.id, draft } satisfies Told);
    try {
      await this.around.keeping.put(draft);
      if (this.#shown.unkept) this.#set({ unkept: false });
    } catch {
      this.#set({ unkept: true });
    }
  }

  #hear({ id, draft }: Told): void {
    if (draft === null) this.#lose(id);
    else if (draft.by === this.#by) this.#have(draft);
  }

  #have(draft: Draft): void {
    this.#set({ drafts: new Map(this.#shown.drafts).set(draft.id, draft) });
  }

  #lose(id: string): void {
    const drafts = new Map(this.#shown.drafts);
    drafts.delete(id);
    this.#set({ drafts });
  }

  #set(by: Partial<Shown>): void {
    this.#shown = { ...this.#shown, ...by };
    for (const listener of this.#listeners) listener();
  }
}
