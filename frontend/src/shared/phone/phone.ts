/**
 * The phone in the page: one for the page's life, whatever screen is shown. A screen takes `usePhone()`, puts
 * `<PhoneProvider/>` once and `<PhonePanel/>` where it is to be seen.
 */
import type { RTCSession } from "jssip/lib/RTCSession";
import { useSyncExternalStore } from "react";
import { steady } from "../time";
import { accountOf, PAGE, type PageAccount } from "./account";
import { choose, chosen, type Device, type Kind, KINDS, listed } from "./choice";
import { EchoTest } from "./echo";
import { Microphone } from "./microphone";
import { NodeLine } from "./node";
import { Bell, Earpiece, Meter } from "./sounds";
import { lineOf, type PhoneCall, type PhoneState, type Trouble, withTrouble } from "./state";
import { TabLock } from "./tabs";
import { Talk } from "./talk";

export type { Device, Kind } from "./choice";
export type { Line, PhoneCall, PhoneState, Trouble } from "./state";

/** Who dials this hears itself (dialplan/extensions.conf, [from-position]). */
export const HEADSET = "headset";
const ASK_AGAIN_MS = 5_000;
const ASK_AGAIN_MOST_MS = 60_000;
const EXPECT_MS = 15_000;
const HANG_UP_MS = 10_000; // so long a lost line is waited for to tell that somebody hung up

const everyKind = (): PhoneState["devices"]["chosen"] =>
  Object.fromEntries(KINDS.map((kind) => [kind, chosen(kind)])) as PhoneState["devices"]["chosen"];

export class Phone {
  #state: PhoneState = {
    line: "none", position: null, call: null, troubles: [], devices: { microphones: [], speakers: [], chosen: everyKind() },
  };
  readonly #listeners = new Set<() => void>();
  readonly #microphone = new Microphone(() => { this.#microphoneLost(); });
  readonly #bell = new Bell();
  readonly #earpiece = new Earpiece();
  readonly #meters = { mine: new Meter(), theirs: new Meter() };
  #account: PageAccount | null = null;
  #lock: TabLock | null = null;
  #nodes: NodeLine[] = [];
  #talk: Talk | EchoTest | null = null;
  #hangUpLater: ReturnType<typeof setTimeout> | undefined;
  #asking: ReturnType<typeof setTimeout> | undefined;
  #wanted: string | null = null;
  #expected: { who: string; until: number } | null = null;
  #known = false; // the floor has told that this page is the position's phone
  #turn = 0; // counts the positions this page has had: an answer for an earlier one is none

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };
  readonly state = (): PhoneState => this.#state;

  /** Be the phone of this position (null: of none); a talk that goes on is ended first by those who talk. */
  sit(position: string | null): void {
    this.#wanted = position;
    if (position === this.#state.position || (this.#talk && !this.#state.call?.test)) return;
    this.#stop();
    this.#turn += 1;
    this.#set({ position, line: position === null ? "none" : "connecting" });
    if (position !== null) void this.#begin(position, this.#turn, ASK_AGAIN_MS);
  }

  answer(): void {
    const track = this.#microphone.track;
    if (this.#state.call?.state !== "ringing") return;
    if (this.#talk instanceof EchoTest) this.#test(this.#talk, track);
    else if (track) this.#talk?.answer(track);
  }

  hangUp(): void {
    const [talk, line] = [this.#talk, this.#nodes.find((node) => node.connected)];
    if (talk instanceof Talk && talk.session.isEstablished() && !line) {
      talk.mute(true); // said when the line is back: else the caller would wait for this desk
      talk.byPerson = true;
      clearTimeout(this.#hangUpLater);
      this.#hangUpLater = setTimeout(() => { talk.hangUp(); }, HANG_UP_MS);
      this.#call({ muted: true });
    } else talk?.hangUp();
  }

  mute(on: boolean): void {
    this.#talk?.mute(on);
    this.#call({ muted: on });
  }

  /** Press a key in a talk: 0-9, * or #. */
  digit(key: string): void {
    if (this.#state.call?.state === "talking" && /^[0-9*#]$/.test(key)) this.#talk?.digit(key);
  }

  /** The next call from this name or number is one this person asked for: it is answered by itself. */
  expect(who: string): void {
    this.#expected = { who, until: performance.now() + EXPECT_MS };
  }

  /** "Is my headset right?": it rings, and who answers hears what they say come back: by Asterisk, or by the page when that is away. */
  testRing(): void {
    if (!this.#talk) this.#begun(new EchoTest(this.#sinkOf()), true);
  }

  #test(ring: EchoTest, track: MediaStreamTrack | null): void {
    const node = this.#nodes.find((one) => one.state === "ready");
    if (!node || !track) {
      ring.answer(track);
      return;
    }
    this.#bell.stop();
    this.#talk = Talk.to(HEADSET, node, track, this.#sinkOf());
    this.#call({ state: "calling" });
  }

  /** How loud both sides are now, 0 to 1: ask for it as often as it is drawn. */
  levels(): { mine: number; theirs: number } {
    this.#meters.mine.listen(this.#microphone.track);
    this.#meters.theirs.listen(this.#talk?.remote ?? null);
    return { mine: this.#state.call?.muted ? 0 : this.#meters.mine.level, theirs: this.#meters.theirs.level };
  }

  /** Use this device from now on, in a talk too. */
  async choose(kind: Kind, device: Device): Promise<void> {
    choose(kind, device);
    this.#set({ devices: { ...this.#state.devices, chosen: everyKind() } });
    if (kind === "microphone") await this.#openMicrophone();
    if (kind === "speaker") await this.#earpiece.choose();
  }

  /** Take the phone from the other tab, unless somebody talks there; from another browser in any case. */
  takeHere(): void {
    if (!this.#state.troubles.includes("other-browser")) {
      this.#lock?.ask();
      return;
    }
    this.#trouble("other-browser", false);
    this.#known = false;
    if (this.#talk instanceof Talk) for (const node of this.#nodes) node.resume();
    else void this.#connect(this.#turn);
  }

  /** Which pages are the position's phone, as the floor has it: one that is another's rings there, and no more here. */
  told(pages: readonly string[]): void {
    if (pages.includes(PAGE)) this.#known = true;
    else if (pages.length > 0 && this.#known) this.#usedElsewhere();
  }

  #usedElsewhere(): void {
    this.#known = false;
    if (this.#nodes.length === 0) return;
    if (this.#talk instanceof Talk) for (const node of this.#nodes) node.yield();
    else this.#disconnect();
    this.#set({ line: "none" });
    this.#trouble("other-browser", true);
  }

  /** The page was clicked, or the microphone is to be tried again. */
  async again(): Promise<void> {
    const rings = this.#state.call?.state === "ringing";
    const [heard, stream] = [rings ? this.#bell.ring() : this.#bell.allowed(), this.#earpiece.stream];
    this.#trouble("sound-blocked", !(await heard) || (stream !== null && !(await this.#earpiece.play(stream))));
    if (!this.#microphone.track && this.#account) await this.#openMicrophone();
  }

  /** Whether leaving the page now would cut somebody off. */
  get busy(): boolean {
    return this.#state.call?.state === "talking" && !this.#state.call.test;
  }

  /** The page goes: the node is told, so that the caller hears so and this desk is rung again. */
  leave(): void {
    if (this.#talk instanceof Talk) this.#talk.leave();
  }

  /** The network has changed, or the machine has slept. */
  look(): void {
    for (const node of this.#nodes) node.look();
    if (this.#talk instanceof Talk) this.#talk.findAgain();
  }

  async devicesChanged(): Promise<void> {
    const { microphones, speakers } = listed(await navigator.mediaDevices.enumerateDevices());
    this.#set({ devices: { microphones, speakers, chosen: everyKind() } });
    if (!this.#account) return;
    const wanted = chosen("microphone").id;
    const used = this.#microphone.track?.getSettings().deviceId;
    if (!this.#microphone.track || (wanted && used !== wanted && microphones.some((one) => one.id === wanted))) {
      await this.#openMicrophone();
    }
    await this.#earpiece.choose();
  }

  async #begin(position: string, turn: number, wait: number): Promise<void> {
    try {
      const account = await accountOf(position);
      if (turn !== this.#turn) return;
      this.#account = account;
      if (!account) {
        this.#set({ line: "none" });
        this.#trouble("no-account", true);
        return;
      }
      this.#lock = new TabLock(account.user, {
        ours: () => void this.#connect(turn),
        elsewhere: () => { this.#elsewhere(); },
        give: () => !this.busy,
      });
      this.#lock.start();
    } catch {
      if (turn !== this.#turn) return;
      this.#asking = setTimeout(() => void this.#begin(position, turn, Math.min(2 * wait, ASK_AGAIN_MOST_MS)), wait);
    }
  }

  #elsewhere(): void {
    this.#disconnect();
    this.#set({ line: "none" });
    this.#trouble("other-tab", true);
  }

  async #connect(turn: number): Promise<void> {
    this.#trouble("other-tab", false);
    this.#set({ line: "connecting" });
    await this.#openMicrophone();
    await this.#startNodes(turn);
    if (turn === this.#turn) this.#trouble("sound-blocked", !(await this.#bell.allowed())); // before the first call rings unheard
  }

  /** Register: only with a microphone, for a caller must be heard. */
  async #startNodes(turn: number): Promise<void> {
    const account = this.#account;
    const sip = await import("jssip").then((loaded) => loaded.default).catch(() => null);
    if (turn !== this.#turn) return;
    this.#trouble("not-loaded", sip === null);
    if (sip === null) {
      clearTimeout(this.#asking);
      this.#asking = setTimeout(() => void this.#startNodes(turn), ASK_AGAIN_MS);
      return;
    }
    if (!account || this.#nodes.length > 0 || !this.#microphone.track) return;
    if (this.#state.troubles.some((one) => one.startsWith("other"))) return;
    this.#known = false;
    const login = { user: account.user, password: account.sip_password };
    const sink = { state: () => { this.#linesChanged(); }, incoming: (session: RTCSession) => { this.#incoming(session); } };
    this.#nodes = account.urls.map((url) => new NodeLine(sip, url, login, sink));
    for (const node of this.#nodes) node.start();
    this.#linesChanged();
  }

  #linesChanged(): void {
    const elsewhere = this.#state.troubles.includes("other-browser");
    this.#set({ line: elsewhere ? "none" : lineOf(this.#nodes.map((node) => node.state)) });
    const refused = this.#nodes.some((node) => node.state === "refused");
    this.#trouble("refused", refused);
    clearTimeout(this.#asking);
    if (refused) this.#asking = setTimeout(() => void this.#askAnew(this.#turn), ASK_AGAIN_MS);
    const talk = this.#talk;
    if (talk instanceof Talk && talk.byPerson && this.#nodes.some((node) => node.connected)) talk.hangUp();
  }

  /** Asterisk refuses the account: an admin may have given the position another password. */
  async #askAnew(turn: number): Promise<void> {
    const { position } = this.#state;
    const account = position === null ? null : await accountOf(position).catch(() => null);
    if (turn !== this.#turn || !account || this.#talk || account.sip_password === this.#account?.sip_password) return;
    this.#account = account;
    this.#disconnect();
    await this.#startNodes(turn);
  }

  async #openMicrophone(): Promise<void> {
    const opened = await this.#microphone.open();
    this.#trouble("microphone-denied", opened === "denied");
    this.#trouble("microphone-missing", opened === "missing");
    const track = this.#microphone.track;
    if (!track) {
      if (!this.#talk) this.#disconnect();
      return;
    }
    this.#trouble("microphone-lost", false);
    if (this.#talk instanceof Talk) await this.#talk.speakInto(track);
    if (this.#nodes.length === 0 && this.#lock) await this.#startNodes(this.#turn);
    const { microphones, speakers } = listed(await navigator.mediaDevices.enumerateDevices());
    this.#set({ devices: { microphones, speakers, chosen: everyKind() } });
  }

  #microphoneLost(): void {
    this.#trouble("microphone-lost", true);
    void this.#openMicrophone();
  }

  #incoming(session: RTCSession): void {
    const current = this.#state.call;
    if (this.#talk && !current?.test) {
      session.terminate({ status_code: 486 });
      return;
    }
    if (this.#talk) this.#talk.leave(); // a test: somebody calls
    const talk = new Talk(session, this.#sinkOf());
    this.#begun(talk, false);
    const expected = this.#expected;
    if (expected && performance.now() < expected.until && talk.who.includes(expected.who)) this.answer();
  }

  #begun(talk: Talk | EchoTest, test: boolean): void {
    this.#talk = talk;
    const id = talk instanceof Talk ? talk.session.id : "echo";
    const call: PhoneCall = { id, state: "ringing", since: talk.since, muted: false, who: talk.who, test };
    this.#set({ call });
    void this.#bell.ring().then((heard) => { this.#trouble("sound-blocked", !heard && this.#bell.ringing); });
  }

  #sinkOf() {
    let mine: Talk | EchoTest | null = null;
    const ours = (): boolean => (mine ??= this.#talk) === this.#talk;
    return {
      talking: () => {
        if (!ours()) return;
        this.#expected = null;
        this.#bell.stop();
        this.#trouble("sound-blocked", false);
        this.#call({ state: "talking", since: steady() });
      },
      ended: () => { if (ours()) this.#over(); },
      heard: (stream: MediaStream) => {
        if (ours()) void this.#earpiece.play(stream).then((played) => { this.#trouble("sound-blocked", !played); });
      },
      sound: (coming: boolean) => { if (ours()) this.#trouble("no-sound", !coming); },
    };
  }

  #over(): void {
    clearTimeout(this.#hangUpLater);
    this.#talk = null;
    this.#bell.stop();
    this.#earpiece.stop();
    this.#set({ call: null });
    for (const trouble of ["no-sound", "sound-blocked"] as const) this.#trouble(trouble, false);
    const elsewhere = this.#state.troubles.includes("other-browser");
    if (elsewhere || !this.#microphone.track) this.#disconnect();
    if (elsewhere) this.#set({ line: "none" });
    if (this.#wanted !== this.#state.position) this.sit(this.#wanted);
  }

  #disconnect(): void {
    for (const node of this.#nodes) node.stop();
    this.#nodes = [];
    this.#set({ line: this.#account ? "lost" : "none" });
  }

  #stop(): void {
    clearTimeout(this.#asking);
    this.#talk?.leave();
    this.#talk = null;
    this.#account = null;
    this.#lock?.stop();
    this.#lock = null;
    this.#disconnect();
    this.#microphone.close();
    this.#bell.stop();
    this.#set({ troubles: [], call: null });
  }

  #trouble(trouble: Trouble, there: boolean): void {
    this.#become(withTrouble(this.#state, trouble, there));
  }

  #call(change: Partial<PhoneCall>): void {
    if (this.#state.call) this.#set({ call: { ...this.#state.call, ...change } });
  }

  #set(change: Partial<PhoneState>): void {
    this.#become({ ...this.#state, ...change });
  }

  #become(state: PhoneState): void {
    if (state === this.#state) return;
    this.#state = state;
    for (const listener of this.#listeners) listener();
  }
}

export const phone = new Phone();

/** The page's phone: `line`, `call`, `troubles` and `devices`, drawn again when they change; what it does is on `phone`. */
export function usePhone(): PhoneState & { readonly phone: Phone } {
  const state = useSyncExternalStore(phone.subscribe, phone.state);
  return { ...state, phone };
}
