/** What is heard at the desk: the other side, the bell, and how loud both sides are. */
import { chosen, type Device, listed, meant } from "./choice";

/** AudioContext with what newer browsers have. */
type Sinkable = AudioContext & { setSinkId?: (id: string) => Promise<void> };

const BELL_EVERY_MS = 2_400;
const BELL_HZ = [784, 988, 784, 988];
const NOTE_SECONDS = 0.18;
const ALLOWED_MS = 1_000;
const BELL_LEVEL = 0.35;
const FLOOR_DB = -60;

async function sinkOf(kind: "speaker" | "bell"): Promise<Device> {
  const { speakers } = listed(await navigator.mediaDevices.enumerateDevices());
  return meant(chosen(kind), speakers) ?? { id: "", label: "" };
}

/** The bell: made here, so that it rings with everything else away. */
export class Bell {
  #context: Sinkable | null = null;
  #every: ReturnType<typeof setInterval> | undefined;

  /** Ring until `stop`; false: the browser lets nothing be heard before the page is clicked. */
  async ring(): Promise<boolean> {
    this.stop();
    const context: Sinkable = (this.#context ??= new AudioContext());
    this.#every = setInterval(() => { this.#once(context); }, BELL_EVERY_MS);
    await this.#choose(context);
    void context.resume();
    await new Promise((resolve) => setTimeout(resolve, 50));
    this.#once(context);
    return context.state === "running";
  }

  /** Whether it would be heard. */
  async allowed(): Promise<boolean> {
    const context = (this.#context ??= new AudioContext());
    const late = new Promise((resolve) => setTimeout(resolve, ALLOWED_MS));
    await Promise.race([context.resume(), late]); // one that is not allowed waits for a click
    const allowed = context.state === "running";
    if (!this.ringing) void context.suspend();
    return allowed;
  }

  stop(): void {
    clearInterval(this.#every);
    this.#every = undefined;
    void this.#context?.suspend();
  }

  get ringing(): boolean {
    return this.#every !== undefined;
  }

  async #choose(context: Sinkable): Promise<void> {
    try {
      await context.setSinkId?.((await sinkOf("bell")).id);
    } catch {
      // the usual speaker rings
    }
  }

  #once(context: AudioContext): void {
    if (!this.ringing) return;
    if (context.state !== "running") {
      void context.resume();
      return;
    }
    BELL_HZ.forEach((hz, note) => { this.#note(context, hz, context.currentTime + note * NOTE_SECONDS); });
  }

  #note(context: AudioContext, hz: number, at: number): void {
    const [tone, gain] = [new OscillatorNode(context, { frequency: hz }), new GainNode(context, { gain: 0 })];
    gain.gain.setValueAtTime(BELL_LEVEL, at);
    gain.gain.exponentialRampToValueAtTime(0.01, at + NOTE_SECONDS);
    tone.connect(gain).connect(context.destination);
    tone.start(at);
    tone.stop(at + NOTE_SECONDS);
  }
}

/** The other side, by the speaker that was chosen. */
export class Earpiece {
  readonly #audio = new Audio();

  async play(stream: MediaStream): Promise<boolean> {
    this.#audio.srcObject = stream;
    await this.choose();
    try {
      await this.#audio.play();
      return true;
    } catch (error) {
      return !(error instanceof DOMException && error.name === "NotAllowedError");
    }
  }

  stop(): void {
    this.#audio.srcObject = null;
  }

  get stream(): MediaStream | null {
    return this.#audio.srcObject as MediaStream | null;
  }

  /** Move to the speaker that is chosen now. */
  async choose(): Promise<void> {
    try {
      await this.#audio.setSinkId((await sinkOf("speaker")).id);
    } catch {
      // the usual one
    }
  }
}

/** How loud a track or stream is now: 0 (silence) to 1. */
export class Meter {
  #context: AudioContext | null = null;
  #source: MediaStreamAudioSourceNode | null = null;
  #analyser: AnalyserNode | null = null;
  #of: MediaStreamTrack | null = null;
  #samples = new Float32Array(512);

  /** Listen to this track; null: to nothing. */
  listen(track: MediaStreamTrack | null): void {
    if (track === this.#of) return;
    this.#source?.disconnect();
    this.#source = null;
    this.#of = track;
    if (!track) return;
    this.#context ??= new AudioContext();
    this.#analyser ??= new AnalyserNode(this.#context, { fftSize: this.#samples.length });
    this.#source = this.#context.createMediaStreamSource(new MediaStream([track]));
    this.#source.connect(this.#analyser);
  }

  get level(): number {
    if (!this.#analyser || !this.#of) return 0;
    if (this.#context?.state === "suspended") void this.#context.resume();
    this.#analyser.getFloatTimeDomainData(this.#samples);
    return levelOf(this.#samples);
  }
}

/** Loudness of samples as a meter shows it: -60 dB and below are 0, full scale is 1. */
export function levelOf(samples: Float32Array | readonly number[]): number {
  let sum = 0;
  for (const sample of samples) sum += sample ** 2;
  const decibels = 10 * Math.log10(sum / Math.max(1, samples.length));
  return Math.min(1, Math.max(0, 1 - decibels / FLOOR_DB));
}
