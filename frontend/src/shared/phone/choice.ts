/** Which microphone and speaker this desk uses: remembered by name too, because ids change with the browser's data. */
import { keep } from "../stored";

export interface Device {
  readonly id: string;
  readonly label: string;
}

export type Kind = "microphone" | "speaker" | "bell";

export const KINDS: readonly Kind[] = ["microphone", "speaker", "bell"];
/** The browser's own choice: what the system says. */
export const USUAL: Device = { id: "", label: "" };

const kept = (kind: Kind): string => `ct112.phone.${kind}`;

/** What was chosen at this desk; the usual one when nothing was, or when it cannot be read. */
export function chosen(kind: Kind): Device {
  try {
    const found: unknown = JSON.parse(localStorage.getItem(kept(kind)) ?? "null");
    if (typeof found === "object" && found !== null && "id" in found && "label" in found) {
      return { id: String(found.id), label: String(found.label) };
    }
  } catch {
    // not ours: as if nothing was chosen
  }
  return USUAL;
}

export function choose(kind: Kind, device: Device): void {
  keep(kept(kind), JSON.stringify(device));
}

/** The one of these that was meant: by its id, else by its name, else the usual one (null: it is not there now). */
export function meant(wanted: Device, there: readonly Device[]): Device | null {
  if (wanted.id === USUAL.id) return USUAL;
  return there.find((one) => one.id === wanted.id) ?? there.find((one) => one.label === wanted.label && one.label !== "") ?? null;
}

/** The devices of each kind, without the browser's aliases of them. */
export function listed(found: readonly MediaDeviceInfo[]): { microphones: readonly Device[]; speakers: readonly Device[] } {
  const of = (kind: MediaDeviceKind): readonly Device[] =>
    found
      .filter((one) => one.kind === kind && !["", "default", "communications"].includes(one.deviceId))
      .map((one) => ({ id: one.deviceId, label: one.label }));
  return { microphones: of("audioinput"), speakers: of("audiooutput") };
}
