/** The test of a headset without Asterisk: what is said comes back after a moment, by this page alone. */
import { steady } from "../time";
import type { TalkSink } from "./talk";

const DELAY_SECONDS = 0.6;
const LONGEST_MS = 30_000;

export class EchoTest {
  readonly since = steady();
  readonly who = "";
  readonly remote: MediaStreamTrack | null = null;
  #context: AudioContext | null = null;
  #end: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly sink: TalkSink) {}

  answer(track: MediaStreamTrack | null): void {
    this.sink.talking();
    this.#end = setTimeout(() => { this.hangUp(); }, LONGEST_MS);
    if (!track) return;
    const context = (this.#context = new AudioContext());
    const back = context.createMediaStreamDestination();
    context.createMediaStreamSource(new MediaStream([track])).connect(new DelayNode(context, { delayTime: DELAY_SECONDS })).connect(back);
    this.sink.heard(back.stream);
  }

  hangUp(): void {
    clearTimeout(this.#end);
    void this.#context?.close();
    this.#context = null;
    this.sink.ended();
  }

  leave(): void {
    this.hangUp();
  }

  mute(): void {
    // nobody hears it but who speaks
  }

  digit(): void {
    // nobody to press it for
  }
}
