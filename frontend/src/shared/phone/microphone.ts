/** The microphone: open while the phone is, so that what is wrong with it shows before a call, not in it. */
import { chosen, listed, meant } from "./choice";

export type Opening = "open" | "denied" | "missing";

const HOW: MediaTrackConstraints = { echoCancellation: true, noiseSuppression: true, autoGainControl: true, channelCount: 1 };

export class Microphone {
  #track: MediaStreamTrack | null = null;

  /** `lost`: it was unplugged, or the browser took it away. */
  constructor(private readonly lost: () => void) {}

  get track(): MediaStreamTrack | null {
    return this.#track;
  }

  /** Open the one that was chosen at this desk, or the usual one when it is not there. */
  async open(): Promise<Opening> {
    try {
      const stream = await this.#asked();
      this.close();
      this.#track = stream.getAudioTracks()[0] ?? null;
      if (this.#track) this.#track.onended = () => { this.#track = null; this.lost(); };
      return this.#track ? "open" : "missing";
    } catch (error) {
      return error instanceof DOMException && error.name === "NotAllowedError" ? "denied" : "missing";
    }
  }

  close(): void {
    if (!this.#track) return;
    this.#track.onended = null;
    this.#track.stop();
    this.#track = null;
  }

  async #asked(): Promise<MediaStream> {
    const media = navigator.mediaDevices as MediaDevices | undefined;
    if (!media) throw new DOMException("no secure page", "NotAllowedError");
    const { microphones } = listed(await media.enumerateDevices());
    const wanted = meant(chosen("microphone"), microphones);
    const exact = wanted?.id ? { deviceId: { exact: wanted.id } } : {};
    return media.getUserMedia({ audio: { ...HOW, ...exact } });
  }
}
