/** The WebSocket to a node, for JsSIP: one that can be dropped when nothing is heard of it any more. */

const PROTOCOL = "sip";

export class PhoneSocket {
  via_transport: string;
  readonly url: string;
  readonly sip_uri: string;
  /** When something came last, by `performance.now()`. */
  heardAt = 0;
  onconnect: () => void = () => undefined;
  ondisconnect: (error: boolean, code?: number, reason?: string) => void = () => undefined;
  ondata: (event: unknown) => void = () => undefined;
  #socket: WebSocket | null = null;

  constructor(url: string, private readonly open: (url: string, protocol: string) => WebSocket = (at, as) => new WebSocket(at, as)) {
    const { host, protocol } = new URL(url);
    this.url = url;
    this.sip_uri = `sip:${host};transport=ws`;
    this.via_transport = protocol === "ws:" ? "WS" : "WSS";
  }

  connect(): void {
    if (this.#socket) return;
    const socket = this.open(this.url, PROTOCOL);
    this.#socket = socket;
    socket.binaryType = "arraybuffer";
    socket.onopen = () => {
      this.heardAt = performance.now();
      this.onconnect();
    };
    socket.onmessage = ({ data }: MessageEvent<unknown>) => {
      this.heardAt = performance.now();
      this.ondata(data);
    };
    socket.onclose = ({ wasClean, code, reason }) => {
      this.#forget();
      this.ondisconnect(!wasClean, code, reason);
    };
  }

  disconnect(): void {
    const socket = this.#forget();
    if (socket?.readyState === WebSocket.CONNECTING) socket.onopen = () => { socket.close(); }; // else browsers complain
    else socket?.close();
  }

  /** Nothing is heard: the closing would not be either, so it is gone at once. */
  drop(): void {
    if (!this.#socket) return;
    this.disconnect();
    this.ondisconnect(true);
  }

  send(message: string): boolean {
    if (!this.isConnected()) return false;
    this.#socket?.send(message);
    return true;
  }

  isConnected(): boolean {
    return this.#socket?.readyState === WebSocket.OPEN;
  }

  isConnecting(): boolean {
    return this.#socket?.readyState === WebSocket.CONNECTING;
  }

  #forget(): WebSocket | null {
    const socket = this.#socket;
    this.#socket = null;
    if (socket) socket.onopen = socket.onmessage = socket.onclose = null;
    return socket;
  }
}
