/** The signs of a service class and of an operator's state: a colour, a shape and a word, never one of them alone. */
import type { components } from "../api/openapi";
import classes from "./Signs.module.css";
import { useSignWords } from "./words";

export type ServiceClass = NonNullable<components["schemas"]["LiveCallView"]["service_class"]>;
type Seat = Pick<components["schemas"]["LivePositionView"], "state" | "operator">;
export type SeatState = Exclude<Seat["state"], "off_duty"> | "paused" | "empty";

/** The order in which they are served. */
export const CLASSES: readonly ServiceClass[] = ["emergency", "urgent", "information"];

export const SHAPES: Record<ServiceClass | SeatState | "none", string> = {
  emergency: "M5 0 10 9H0z",
  urgent: "M5 0 10 5 5 10 0 5z",
  information: "M5 0a5 5 0 1 0 .01 0z",
  none: "M0 4h10v2H0z",
  ready: "M4 8 0 4 1.5 2.5 4 5 8.5.5 10 2z",
  ringing: "M5 0a3.5 3.5 0 0 1 3.5 3.5V6L10 8H0l1.5-2V3.5A3.5 3.5 0 0 1 5 0zM3.5 8.6h3a1.5 1.5 0 0 1-3 0z",
  on_call: "M0 0h10v7H5L2 10V7H0z",
  wrap_up: "M0 0h10v2H0zM0 4h10v2H0zM0 8h6v2H0z",
  resting: "M1.5 0 5 3.5 8.5 0 10 1.5 6.5 5 10 8.5 8.5 10 5 6.5 1.5 10 0 8.5 3.5 5 0 1.5z",
  paused: "M1 0h3v10H1zM6 0h3v10H6z",
  empty: "M0 0h10v10H0zM2 2v6h6V2z",
};

function Sign({ of, word }: { of: ServiceClass | SeatState | "none"; word: string }) {
  return (
    <span className={classes.sign} data-of={of}>
      <svg className={classes.shape} viewBox="0 0 10 10" aria-hidden><path d={SHAPES[of]} fillRule="evenodd" /></svg>
      {word}
    </span>
  );
}

export function ClassSign({ of }: { of: ServiceClass | null | undefined }) {
  const { classes: word } = useSignWords();
  return <Sign of={of ?? "none"} word={word[of ?? "none"]} />;
}

/** How who sits there is: somebody off duty at a position is paused. */
export function seatState(seat: Seat): SeatState {
  if (seat.state !== "off_duty") return seat.state;
  return seat.operator === null ? "empty" : "paused";
}

/** `why`: the reason of a pause, behind the word. */
export function StateSign({ of, why }: { of: SeatState; why?: string | undefined }) {
  const { states: word } = useSignWords();
  return <Sign of={of} word={why ? `${word[of]}: ${why}` : word[of]} />;
}
