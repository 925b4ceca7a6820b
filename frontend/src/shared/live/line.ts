/** The WebSocket of what is live: opened again after every loss, with a longer wait each time. */
import { begin, type Shape, take } from "./parts";

export const SESSION_ENDED = 4401;
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 15_000;
const OPEN_MS = 10_000; // one that is not open by then will not be

/** A snapshot may be `old_since`: what lies behind web is away. "away": it is now, and what was shown may be wrong. */
type Message =
  | { readonly kind: "snapshot"; readonly old_since?: string | null }
  | { readonly kind: "change" }
  | { readonly kind: "away" };

export interface Sink<S> {
  /** The newest state; null: what lies behind web is away. `old`: so it is, and this is what it held then. */
  told(state: S | null, old: boolean): void;
  /** The line is gone (or has never been there); it is tried again. */
  lost(): void;
  /** The session is over: nothing is tried again. */
  ended(): void;
}

/** The socket as far as it is used here: a test gives another. */
export type Open = () => Pick<WebSocket, "close" | "onopen" | "onmessage" | "onclose">;

export class Line<S extends object> {
  #socket: ReturnType<Open> | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #opening = false;
  #losses = 0;
  #state: S | null = null;
  #old = false;

  constructor(
    private readonly open: Open,
    private readonly shape: Shape,
    private readonly sink: Sink<S>,
    private readonly random: () => number = Math.random,
  ) {}

  start(): void {
    if (this.#socket) return;
    clearTimeout(this.#timer);
    const socket = this.open();
    this.#socket = socket;
    this.#opening = true;
    this.#timer = setTimeout(() => { this.#lost(socket); }, OPEN_MS);
    socket.onopen = () => {
      clearTimeout(this.#timer);
      this.#opening = false;
    };
    socket.onmessage = (event: MessageEvent<string>) => { this.#take(socket, JSON.parse(event.data) as Message); };
    socket.onclose = (event) => {
      if (event.code === SESSION_ENDED && this.#socket === socket) {
        this.stop();
        this.sink.ended();
      } else this.#lost(socket);
    };
  }

  stop(): void {
    clearTimeout(this.#timer);
    const socket = this.#socket;
    this.#socket = null;
    this.#state = null;
    if (!socket) return;
    if (this.#opening) socket.onopen = () => { socket.close(); }; // closed before it is open, browsers complain
    else socket.close();
  }

  /** Begin anew: the line may be dead without anybody having said so. */
  again(): void {
    this.stop();
    this.sink.lost();
    this.start();
  }

  #take(socket: ReturnType<Open>, message: Message): void {
    if (this.#socket !== socket) return;
    if (message.kind === "change") {
      const next = this.#state && take(this.shape, this.#state, message);
      if (!next) {
        this.#lost(socket); // a gap: the next line begins with a snapshot
        return;
      }
      this.#state = next;
    } else {
      this.#state = message.kind === "snapshot" ? (begin(this.shape, message) as S) : null;
      this.#old = message.kind === "snapshot" && Boolean(message.old_since);
    }
    this.#losses = 0;
    this.sink.told(this.#state, this.#old);
  }

  #lost(socket: ReturnType<Open>): void {
    if (this.#socket !== socket) return;
    this.stop();
    this.sink.lost();
    const wait = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** this.#losses);
    this.#losses += 1;
    this.#timer = setTimeout(() => { this.start(); }, wait * (0.5 + this.random() / 2));
  }
}
