/** Which positions a draft of the menu can be played to: their phone is there, and they are offered nobody. Pure. */

export interface Place {
  readonly position: string;
  readonly operator: string | null;
  readonly state: string;
  readonly registered_at: readonly string[];
}

/** Their names in order, one's own first. */
export function callable(places: readonly Place[], operator: string | null): readonly string[] {
  const own = (one: Place): number => (operator !== null && one.operator === operator ? 0 : 1);
  return places
    .filter((one) => one.state === "off_duty" && one.registered_at.length > 0)
    .sort((a, b) => own(a) - own(b) || a.position.localeCompare(b.position, "en", { numeric: true }))
    .map((one) => one.position);
}
