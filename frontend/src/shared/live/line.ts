/** The WebSocket of what is live: opened again after every loss, with a longer wait each time. */
import { begin, type Floor, type Message, take } from "./floor";

export const SESSION_ENDED = 4401;
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 15_000;
const OPEN_MS = 10_000; // one that is not open by then will not be

export interface Sink {
  /** The newest state; null: serve is away, what was shown is old. */
  floor(floor: Floor | null): void;
  /** The line is gone (or has never been there); it is tried again. */
  lost(): void;
  /** The session is over: nothing is tried again. */
  ended(): void;
}

/** The socket as far as it is used here: a test gives another. */
export type Open = () => Pick<WebSocket, "close" | "onopen" | "onmessage" | "onclose">;

export class Line {
  #socket: ReturnType<Open> | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #opening = false;
  #losses = 0;
  #floor: Floor | null = null;

  constructor(
    private readonly open: Open,
    private readonly sink: Sink,
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
    this.#floor = null;
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
      const next = this.#floor && take(this.#floor, message);
      if (!next) {
        this.#lost(socket); // a gap: the next line begins with a snapshot
        return;
      }
      this.#floor = next;
    } else this.#floor = message.kind === "snapshot" ? begin(message) : null;
    this.#losses = 0;
    this.sink.floor(this.#floor);
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
