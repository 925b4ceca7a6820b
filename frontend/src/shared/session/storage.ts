/**
 * What of a browser's storage outlives signing out: how this desk is set, and what somebody wrote that could not be
 * sent yet. Everything else is of the person who leaves. A key of yours that has to stay begins with one of these.
 */
const STAYS = [
  "ct112.language",
  "mantine-color-scheme-value",
  "ct112.desk", // of the desk, not of a person: headset, sound, the address on a sheet
  "ct112.phone.",
  "ct112.map-as-list",
  "ct112.sip-server",
  "ct112.agency.sound",
  "ct112.unsent.", // somebody's work: sent when they are back
  "ct112.menu.draft.", // the same, each under its owner's name
  "ct112.shift-log.draft",
] as const;

/** Lists kept for when the centre is away: of everybody's keys the first to go. */
export const COPIES = "ct112.copy.";

/** Empty both storages but for what stays. */
export function forget(storages: readonly Storage[] = [localStorage, sessionStorage]): void {
  for (const storage of storages) {
    const keys = Array.from({ length: storage.length }, (_, index) => storage.key(index) ?? "");
    for (const key of keys) if (!STAYS.some((stays) => key.startsWith(stays))) storage.removeItem(key);
  }
}
