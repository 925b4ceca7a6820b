/** The phone's line to one node: SIP over a WebSocket (RFC 7118) by JsSIP, registered again after every loss. */
import type { RTCSession } from "jssip/lib/RTCSession";
import type { Socket } from "jssip/lib/Socket";
import type { IncomingRTCSessionEvent, OutgoingRTCSessionEvent, UA } from "jssip/lib/UA";
import { PAGE } from "./account";
import { Pulse } from "./pulse";
import { PhoneSocket } from "./socket";

type JsSip = typeof import("jssip");
export type NodeState = "connecting" | "ready" | "lost" | "refused";

/** What JsSIP has and does not declare. */
type Whole = UA & { sendOptions(target: string, body: string | null): void };
type InDialog = RTCSession & { sendRequest(method: string, options: { extraHeaders: string[] }): void };

export interface Account {
  readonly user: string;
  readonly password: string;
}

export interface NodeSink {
  state(): void;
  incoming(session: RTCSession): void;
}

const EXPIRES_SECONDS = 60;
const AGAIN_MS = 5_000;
const REFUSED_AGAIN_MS = 30_000;
const RECOVERY = { connection_recovery_min_interval: 1, connection_recovery_max_interval: 8 };
const REFUSALS = [401, 403, 404, 407];

/** JsSIP asks for the interface, and declares it as a class. */
function declared(socket: unknown): Socket {
  return socket as Socket;
}

export class NodeLine {
  state: NodeState = "connecting";
  readonly host: string;
  readonly #ua: Whole;
  readonly #socket: PhoneSocket;
  readonly #pulse: Pulse;
  #again: ReturnType<typeof setTimeout> | undefined;
  #sessions = new Set<RTCSession>();
  #everReady = false;
  #yielded = false;

  constructor(sip: JsSip, url: string, account: Account, private readonly sink: NodeSink) {
    this.#socket = new PhoneSocket(url);
    this.host = new URL(url).hostname;
    const target = `sip:${this.host}`;
    this.#pulse = new Pulse({
      ask: () => { this.#ua.sendOptions(target, null); },
      heardAt: () => this.#socket.heardAt,
      silent: () => { this.#socket.drop(); },
    });
    this.#ua = new sip.UA({
      sockets: [declared(this.#socket)],
      uri: `sip:${account.user}@${this.host}`,
      contact_uri: `sip:${PAGE}@${PAGE}.invalid;transport=ws`,
      password: account.password,
      register_expires: EXPIRES_SECONDS,
      session_timers: false, // one that cannot be refreshed would end a talk that is heard
      user_agent: "ct112",
      ...RECOVERY,
    }) as Whole;
    this.#listen();
  }

  start(): void {
    this.#ua.start();
  }

  /** Take the registration back and close; calls of this line end. */
  stop(): void {
    clearTimeout(this.#again);
    this.#pulse.stop();
    this.#ua.removeAllListeners();
    this.#ua.stop();
  }

  /** Another page has the account: do not register any more, and keep the line for the talk that goes on. */
  yield(): void {
    this.#yielded = true;
    clearTimeout(this.#again);
    this.#ua.unregister();
  }

  /** Register again: this page is to be rung after all. */
  resume(): void {
    this.#yielded = false;
    this.#ua.register();
  }

  get connected(): boolean {
    return this.#socket.isConnected();
  }

  /** Look now whether it still is there: the network has changed, or the machine has slept. */
  look(): void {
    if (this.connected) this.#pulse.beat();
  }

  call(name: string, options: object): RTCSession {
    return this.#ua.call(`sip:${name}@${this.host}`, options);
  }

  #listen(): void {
    const ua = this.#ua;
    ua.on("connecting", () => { this.#become(this.#everReady ? "lost" : this.state); });
    ua.on("connected", () => {
      this.#pulse.start();
      if (!this.#yielded) return; // a talk is told once it is registered
      this.#followUp();
      this.sink.state();
    });
    ua.on("disconnected", () => {
      this.#pulse.stop();
      this.#become("lost");
    });
    ua.on("registered", () => {
      this.#everReady = true;
      this.#become("ready");
      this.#followUp();
    });
    ua.on("unregistered", () => { if (this.state === "ready") this.#become("lost"); });
    ua.on("registrationFailed", ({ response }) => {
      const status = (response as { status_code?: number } | null)?.status_code ?? 0;
      const refused = REFUSALS.includes(status);
      this.#become(refused ? "refused" : "lost");
      clearTimeout(this.#again);
      if (this.#yielded) return;
      this.#again = setTimeout(() => { if (this.connected) ua.register(); }, refused ? REFUSED_AGAIN_MS : AGAIN_MS);
    });
    ua.on("newRTCSession", (event: IncomingRTCSessionEvent | OutgoingRTCSessionEvent) => {
      const session = event.session;
      this.#sessions.add(session);
      const over = (): void => { this.#sessions.delete(session); };
      session.on("ended", over);
      session.on("failed", over);
      if ((session.direction as string) === "incoming") this.sink.incoming(session);
    });
  }

  /** Tell the node where a talk that outlived the connection is heard of from now on (a target refresh, RFC 3311). */
  #followUp(): void {
    for (const session of this.#sessions) {
      if (session.isEstablished()) (session as InDialog).sendRequest("UPDATE", { extraHeaders: [`Contact: ${session.contact}`] });
    }
  }

  #become(state: NodeState): void {
    if (state === this.state) return;
    this.state = state;
    this.sink.state();
  }
}
