/** Whether a node still hears us: a socket may be half open for minutes without anybody being told. */

export const EVERY_MS = 10_000;
export const ANSWER_MS = 4_000;

export interface Asked {
  /** Ask something that is answered, whatever the answer. */
  ask(): void;
  /** When something was heard last, by the same clock as `now`. */
  heardAt(): number;
  silent(): void;
}

export class Pulse {
  #every: ReturnType<typeof setInterval> | undefined;
  #wait: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly of: Asked, private readonly now: () => number = () => performance.now()) {}

  start(): void {
    this.stop();
    this.#every = setInterval(() => { this.beat(); }, EVERY_MS);
  }

  stop(): void {
    clearInterval(this.#every);
    clearTimeout(this.#wait);
  }

  /** Ask now: the network has changed, or the machine has slept. */
  beat(): void {
    const asked = this.now();
    clearTimeout(this.#wait);
    this.#wait = setTimeout(() => { if (this.of.heardAt() < asked) this.of.silent(); }, ANSWER_MS);
    this.of.ask();
  }
}
