/** A point's sign: colour and shape by its class, as everywhere. */
import { SHAPES } from "../signs/Signs";
import classes from "./RoomMap.module.css";
import type { PointKind } from "./points";

const OTHERS = {
  alert: "M4 0h2v6H4zM4 8h2v2H4z",
  call: "M1 0 4 0 4 3 3 4C3.500 5.500 4.500 6.500 6 7L7 6 10 6 10 9C4 10 0 6 1 0z",
  camera: "M0 2h7v6H0zM7.500 4 10 2.500v5L7.500 6z",
  place: "M5 0a5 5 0 1 0 .01 0zM5 2.500a2.500 2.500 0 1 1-.01 0z",
};

export function Pin({ kind }: { kind: PointKind }) {
  const path = kind in OTHERS ? OTHERS[kind as keyof typeof OTHERS] : SHAPES[kind as keyof typeof SHAPES];
  return (
    <svg className={classes.pin} data-kind={kind} viewBox="-2 -2 14 14" aria-hidden>
      <path d={path} fillRule="evenodd" />
    </svg>
  );
}
