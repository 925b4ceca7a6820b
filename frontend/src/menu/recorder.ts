/** Sounds for the menu: from a file or the microphone, as WAV that the server takes. */
import { api, got } from "../shared/api/client";

const RATE = 16_000; // Hz; callers hear 8,000
export const LONGEST_SECONDS = 120;
const LARGEST_BYTES = 50_000_000; // decoded in memory: two minutes are far below in any form
const HEARD = 0.001; // the loudest sample of a silent recording is below (-60 dB)

/** Why a sound cannot be taken. */
export class NoSound extends Error {
  constructor(readonly why: "noMicrophone" | "notSound" | "emptySound" | "silentSound" | "largeSound" | "tooLongSound") {
    super(why);
  }
}

/** Send a sound in any form this browser knows; returns the recording's name. Throws NoSound, Problem. */
export async function send(sound: Blob): Promise<string> {
  const wav = base64(wavOf(await decoded(sound)));
  return (await got(api.POST("/api/v1/ivr/recordings", { body: { wav } }))).name;
}

async function decoded(sound: Blob): Promise<Float32Array> {
  if (sound.size === 0) throw new NoSound("emptySound");
  if (sound.size > LARGEST_BYTES) throw new NoSound("largeSound");
  const audio = new OfflineAudioContext(1, 1, RATE);
  const buffer = await sound.arrayBuffer().then((bytes) => audio.decodeAudioData(bytes)).catch(() => {
    throw new NoSound("notSound");
  });
  if (buffer.duration > LONGEST_SECONDS) throw new NoSound("tooLongSound");
  const mixing = new OfflineAudioContext(1, Math.max(1, Math.ceil(buffer.duration * RATE)), RATE); // one channel of all
  const source = mixing.createBufferSource();
  source.buffer = buffer;
  source.connect(mixing.destination);
  source.start();
  const samples = (await mixing.startRendering()).getChannelData(0);
  if (!samples.some((sample) => Math.abs(sample) > HEARD)) throw new NoSound("silentSound");
  return samples;
}

/** 16-bit PCM, one channel. */
export function wavOf(samples: Float32Array): Uint8Array {
  const view = new DataView(new ArrayBuffer(44 + 2 * samples.length));
  const word = (at: number, text: string): void => { for (let i = 0; i < 4; i += 1) view.setUint8(at + i, text.charCodeAt(i)); };
  word(0, "RIFF");
  view.setUint32(4, 36 + 2 * samples.length, true);
  word(8, "WAVE");
  word(12, "fmt ");
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true);
  view.setUint16(22, 1, true);
  view.setUint32(24, RATE, true);
  view.setUint32(28, 2 * RATE, true);
  view.setUint16(32, 2, true);
  view.setUint16(34, 16, true);
  word(36, "data");
  view.setUint32(40, 2 * samples.length, true);
  samples.forEach((sample, at) => { view.setInt16(44 + 2 * at, Math.max(-1, Math.min(1, sample)) * 32_767, true); });
  return new Uint8Array(view.buffer);
}

function base64(bytes: Uint8Array): string {
  const parts: string[] = [];
  for (let at = 0; at < bytes.length; at += 0x8000) parts.push(String.fromCharCode(...bytes.subarray(at, at + 0x8000)));
  return btoa(parts.join(""));
}

/** A recording under way. */
export interface Recording {
  /** What was said into the microphone, which is let go; the same however often it is asked. */
  readonly stop: () => Promise<Blob>;
}

/** Ends by itself when it is too long (`onFull`). Throws NoSound when the microphone may not be used. */
export async function record(onFull: () => void): Promise<Recording> {
  const stream = await navigator.mediaDevices.getUserMedia({ audio: { channelCount: 1, noiseSuppression: true } }).catch(() => {
    throw new NoSound("noMicrophone");
  });
  const recorder = new MediaRecorder(stream);
  const parts: Blob[] = [];
  recorder.ondataavailable = ({ data }) => { parts.push(data); };
  const over = new Promise<Blob>((done) => {
    recorder.onstop = () => {
      for (const track of stream.getTracks()) track.stop();
      done(new Blob(parts, { type: recorder.mimeType }));
    };
  });
  recorder.start();
  const limit = setTimeout(onFull, (LONGEST_SECONDS - 1) * 1000); // what is sent is not too long by a breath
  return {
    stop: () => {
      clearTimeout(limit);
      if (recorder.state !== "inactive") recorder.stop();
      return over;
    },
  };
}
