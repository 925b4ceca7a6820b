/** Sound in the page: heard by Web Audio, which needs no address of its own in the page's policy. */
import { api, got } from "../shared/api/client";
import type { Piece } from "./document/menu";

let context: AudioContext | null = null;
let playing: AudioBufferSourceNode | null = null;

function audio(): AudioContext {
  context ??= new AudioContext();
  return context;
}

let hushed = 0;

/** Ends what is heard; also what is on its way and was asked for before. */
export function hush(): void {
  hushed += 1;
  const source = playing;
  playing = null;
  source?.stop();
}

/** Play a WAV from `skip` seconds on; what played before stops. Returns when it is over, or something else plays. */
export async function play(wav: ArrayBuffer, skip = 0): Promise<void> {
  const before = hushed;
  const buffer = await audio().decodeAudioData(wav.slice(0));
  await audio().resume();
  if (before !== hushed) return;
  hush();
  if (skip >= buffer.duration) return;
  const source = audio().createBufferSource();
  source.buffer = buffer;
  source.connect(audio().destination);
  playing = source;
  await new Promise<void>((over) => {
    source.onended = () => { over(); };
    source.start(0, skip);
  });
  if (playing === source) playing = null;
}

/** Fetch and play it, unless something else was asked for, or silence, before it came. Throws what `fetching` throws. */
export async function playWhenThere(fetching: Promise<ArrayBuffer>): Promise<void> {
  hush();
  const before = hushed;
  const wav = await fetching;
  if (before === hushed) await play(wav);
}

/** What a caller hears of a piece, WAV. Throws Problem. */
export async function soundOf(piece: Piece, language: string): Promise<ArrayBuffer> {
  if (piece.recording !== undefined) {
    const params = { path: { name: piece.recording }, query: { language: piece.voice ?? language } };
    return await got(api.GET("/api/v1/ivr/recordings/{name}", { params, parseAs: "arrayBuffer" }));
  }
  const body = { text: piece.text ?? "", language: piece.voice ?? language };
  return await got(api.POST("/api/v1/ivr/preview", { body, parseAs: "arrayBuffer" }));
}

const prompts = new Map<string, Promise<ArrayBuffer>>();

export function promptSound(key: string): Promise<ArrayBuffer> {
  const kept = prompts.get(key);
  if (kept) return kept;
  const asked = got(api.GET("/api/v1/ivr/prompts/{key}", { params: { path: { key } }, parseAs: "arrayBuffer" }));
  asked.catch(() => prompts.delete(key));
  prompts.set(key, asked);
  return asked;
}
