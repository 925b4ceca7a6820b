/** An account as a SIP address (RFC 3261 §19.1): what a softphone's QR code holds. */

export const TRANSPORTS = ["tls", "tcp", "udp"] as const;
export type Transport = (typeof TRANSPORTS)[number];

export interface Server {
  readonly host: string;
  readonly port: number | string;
  readonly transport: Transport;
}

/** By default the port of its transport. */
export const PORTS: Record<Transport, number> = { tls: 5061, tcp: 5060, udp: 5060 };
const HOST = /^([a-z0-9.-]+|\[[0-9a-f:.]+\])$/i;

/** Null while server or port cannot be one. */
export function sipAddress(user: string, password: string, { host, port, transport }: Server): string | null {
  const at = Number(port);
  if (!HOST.test(host) || !Number.isInteger(at) || at < 1 || at > 65535) return null;
  return `sip:${escaped(user)}:${escaped(password)}@${host}:${at};transport=${transport}`;
}

/** Leaves what may stand in a user part and a password as it is. */
function escaped(text: string): string {
  return encodeURIComponent(text).replace(/%(24|26|2B|2C|3D)/g, (code) => decodeURIComponent(code));
}
