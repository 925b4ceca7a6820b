/** One call at the page's phone, over JsSIP's session: its sound, and that only a person's key ends it as an end. */
import type { RTCSession, TerminateOptions } from "jssip/lib/RTCSession";
import { steady } from "../time";
import { onlyG711 } from "./sdp";

/** "Temporary failure": by it the floor knows a phone that is gone from an operator who hung up (docs/decisions/0046). */
export const GONE = 'Reason: Q.850;cause=41;text="page gone"';
const KEY_MS = { duration: 160, interToneGap: 70 };
const SILENT_MS = 4_000;
const LOOK_MS = 1_000;
const RESTART_MS = 2_000;

export interface TalkSink {
  talking(): void;
  ended(): void;
  heard(stream: MediaStream): void;
  /** Whether sound comes from the other side. */
  sound(coming: boolean): void;
}

export class Talk {
  readonly since = steady();
  muted = false;
  byPerson = false;
  #track: MediaStreamTrack | null = null;
  #remote: MediaStreamTrack | null = null;
  #look: ReturnType<typeof setInterval> | undefined;
  #received = -1;
  #changedAt = 0;
  #restart: ReturnType<typeof setTimeout> | undefined;

  constructor(readonly session: RTCSession, private readonly sink: TalkSink) {
    const end = session.terminate.bind(session);
    session.terminate = (options: TerminateOptions = {}) => { end(this.#reasoned(options)); };
    session.on("sdp", (event) => { if ((event.originator as string) === "local") event.sdp = onlyG711(event.sdp); });
    session.on("peerconnection", ({ peerconnection }) => { this.#watch(peerconnection); });
    session.on("accepted", () => {
      this.#changedAt = performance.now();
      this.#look = setInterval(() => void this.#count(), LOOK_MS);
      this.sink.talking();
    });
    const over = (): void => {
      clearInterval(this.#look);
      clearTimeout(this.#restart);
      this.#track?.stop();
      this.sink.ended();
    };
    session.on("ended", over);
    session.on("failed", over);
  }

  /** Call somebody from here. */
  static to(name: string, node: { call(name: string, options: object): RTCSession }, track: MediaStreamTrack, sink: TalkSink): Talk {
    const ours = track.clone();
    const session = node.call(name, { mediaStream: new MediaStream([ours]), pcConfig: { iceServers: [] } });
    const talk = new Talk(session, sink);
    talk.#track = ours;
    if (talk.#connection) talk.#watch(talk.#connection);
    return talk;
  }

  get who(): string {
    const { display_name: name, uri } = this.session.remote_identity;
    return name && name !== uri.user ? `${name} ${uri.user}`.trim() : uri.user;
  }

  get remote(): MediaStreamTrack | null {
    return this.#remote;
  }

  answer(track: MediaStreamTrack): void {
    this.session.answer({ mediaStream: this.#ours(track), pcConfig: { iceServers: [] } });
  }

  /** The stream this call sends: a track of its own, so that muting it mutes nothing else. */
  #ours(track: MediaStreamTrack): MediaStream {
    this.#track = track.clone();
    this.#track.enabled = !this.muted;
    return new MediaStream([this.#track]);
  }

  /** Send another microphone from now on; the call goes on meanwhile. */
  async speakInto(track: MediaStreamTrack): Promise<void> {
    const sender = this.#connection?.getSenders().find((one) => one.track?.kind === "audio" || one.dtmf !== null);
    const before = this.#track;
    const [ours = null] = this.#ours(track).getAudioTracks();
    await sender?.replaceTrack(ours);
    before?.stop();
  }

  mute(on: boolean): void {
    this.muted = on;
    if (this.#track) this.#track.enabled = !on;
  }

  digit(key: string): void {
    this.session.sendDTMF(key, { ...KEY_MS, transportType: "RFC2833" as never });
  }

  /** A person ends it. */
  hangUp(): void {
    this.byPerson = true;
    if (!this.session.isEnded()) this.session.terminate(this.session.isEstablished() ? {} : { status_code: 603 });
  }

  /** The page goes, or a call that matters more comes: nobody has hung up. */
  leave(): void {
    if (!this.session.isEnded()) this.session.terminate({ status_code: 480 });
  }

  /** What ends it without a person is told to be that: the caller is to have somebody else, or this desk again. */
  #reasoned(options: TerminateOptions): TerminateOptions {
    if (this.byPerson || !this.session.isEstablished()) return options;
    return options.cause === undefined ? { extraHeaders: [GONE] } : { cause: options.cause, extraHeaders: [GONE] };
  }

  get #connection(): RTCPeerConnection | null {
    return (this.session as { connection: RTCPeerConnection | null }).connection;
  }

  #watch(connection: RTCPeerConnection): void {
    connection.addEventListener("track", ({ track }) => {
      this.#remote = track;
      this.sink.heard(new MediaStream([track]));
    });
    connection.addEventListener("iceconnectionstatechange", () => {
      clearTimeout(this.#restart);
      if (connection.iceConnectionState !== "disconnected") return;
      this.#restart = setTimeout(() => { this.findAgain(); }, RESTART_MS);
    });
  }

  /** The network has changed: look for another way for the sound. */
  findAgain(): void {
    if (!this.session.isEstablished() || this.#connection?.iceConnectionState === "connected") return;
    this.session.renegotiate({ rtcOfferConstraints: { iceRestart: true } });
  }

  async #count(): Promise<void> {
    const report = await this.#connection?.getStats();
    let received = 0;
    report?.forEach((one: { type: string; packetsReceived?: number }) => {
      if (one.type === "inbound-rtp") received += one.packetsReceived ?? 0;
    });
    const now = performance.now();
    if (received !== this.#received) this.#changedAt = now;
    this.#received = received;
    this.sink.sound(now - this.#changedAt < SILENT_MS);
  }
}
