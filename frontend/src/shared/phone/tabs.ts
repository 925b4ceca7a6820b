/** One phone in a browser: of two tabs with the same desk one has it, the other waits for it. */

const ASK = "give";

export interface TabSink {
  /** It is ours now. Resolve when it is given back. */
  ours(): void;
  elsewhere(): void;
  /** Another tab asks for it: whether it is given. */
  give(): boolean;
}

/** Holds the browser's lock of this name while the phone is here; it is free when the tab is gone, however it went. */
export class TabLock {
  #release: (() => void) | null = null;
  readonly #stop = new AbortController();
  readonly #channel: BroadcastChannel;
  readonly #name: string;

  constructor(name: string, private readonly sink: TabSink) {
    this.#name = `ct112.phone.${name}`;
    this.#channel = new BroadcastChannel(this.#name);
    this.#channel.onmessage = ({ data }) => {
      if (data === ASK && this.#release && this.sink.give()) this.#giveBack();
    };
  }

  start(): void {
    void this.#run().catch(() => undefined); // stopped while it waited
  }

  async #run(): Promise<void> {
    const { signal } = this.#stop;
    const { held = [] } = await navigator.locks.query();
    if (held.some((lock) => lock.name === this.#name)) this.sink.elsewhere();
    while (!signal.aborted) await navigator.locks.request(this.#name, { signal }, () => this.#hold());
  }

  #hold(): Promise<void> {
    return new Promise((resolve) => {
      this.#release = resolve;
      this.sink.ours();
    });
  }

  /** Ask the tab that has it to give it here. */
  ask(): void {
    this.#channel.postMessage(ASK);
  }

  stop(): void {
    this.#stop.abort();
    this.#release?.();
    this.#release = null;
    this.#channel.close();
  }

  #giveBack(): void {
    const release = this.#release;
    this.#release = null;
    this.sink.elsewhere();
    release?.();
  }
}
