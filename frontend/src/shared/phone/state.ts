/** What the phone in the page is, as one value. Pure: the store changes it, components show it. */
import type { Device, Kind } from "./choice";

export type Line = "none" | "connecting" | "ready" | "lost";

/** Why the phone does not work as it should, the worst first; what to do is said by the panel. */
export type Trouble =
  | "refused" // Asterisk does not know the account, or the password has changed
  | "not-loaded" // the phone's program could not be fetched: web is away, or another version was installed
  | "microphone-denied"
  | "microphone-missing"
  | "microphone-lost" // it was unplugged in a talk
  | "other-tab"
  | "other-browser" // the account was registered from another browser: that one is rung
  | "sound-blocked" // the browser plays nothing before the page is clicked
  | "no-account"
  | "no-sound"; // nothing is heard of the other side

export interface PhoneCall {
  readonly id: string;
  readonly state: "ringing" | "calling" | "talking";
  /** By `steady` of shared/time. */
  readonly since: number;
  readonly muted: boolean;
  /** As the node shows it: a number, an agency, a position. */
  readonly who: string;
  /** The test of the headset: a real call takes its place. */
  readonly test: boolean;
}

export interface Devices {
  readonly microphones: readonly Device[];
  readonly speakers: readonly Device[];
  readonly chosen: Readonly<Record<Kind, Device>>;
}

export interface PhoneState {
  readonly line: Line;
  readonly position: string | null;
  readonly call: PhoneCall | null;
  readonly troubles: readonly Trouble[];
  readonly devices: Devices;
}

/** Whether it takes calls, of what its lines to the nodes are: one is enough, each node rings by its own. */
export function lineOf(nodes: readonly ("connecting" | "ready" | "lost" | "refused")[]): Line {
  if (nodes.length === 0) return "none";
  if (nodes.includes("ready")) return "ready";
  return nodes.includes("connecting") ? "connecting" : "lost";
}

export function withTrouble(state: PhoneState, trouble: Trouble, there: boolean): PhoneState {
  if (state.troubles.includes(trouble) === there) return state;
  const others = state.troubles.filter((one) => one !== trouble);
  return { ...state, troubles: there ? [...others, trouble] : others };
}
