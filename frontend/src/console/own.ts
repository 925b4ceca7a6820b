/** What on the floor is mine: my position and my call. */
import { useMemo } from "react";
import { useLivePart } from "../shared/live/live";
import type { Thing } from "../shared/live/floor";
import { useMe } from "../shared/session/session";

export type Position = Thing<"positions">;
export type Call = Thing<"calls">;

export interface Own {
  /** null: this account stands for no operator. */
  readonly operator: string | null;
  readonly position: Position | null;
  /** The call that rings at my position, or that I talk in. */
  readonly call: Call | null;
  /** The call-back I am making: my phone rings, theirs, then we talk. */
  readonly back: Thing<"callbacks"> | null;
}

export function useOwn(): Own {
  const { operator } = useMe();
  const [positions, calls, backs] = [useLivePart("positions"), useLivePart("calls"), useLivePart("callbacks")];
  return useMemo(() => {
    const position = operator === null ? null : [...positions.values()].find((each) => each.operator === operator) ?? null;
    const call = position === null ? null : callAt(position, calls);
    const back = [...backs.values()].find((each) => each.position === position?.position) ?? null;
    return { operator, position, call, back };
  }, [operator, positions, calls, backs]);
}

function callAt(position: Position, calls: ReadonlyMap<string, Call>): Call | null {
  const named = position.call === null ? undefined : calls.get(position.call);
  return named ?? [...calls.values()].find((each) => each.position === position.position && each.state !== "leaving") ?? null;
}

export interface Point { readonly latitude: number; readonly longitude: number }

interface Coordinates { readonly latitude?: number | null; readonly longitude?: number | null }

/** Where something is; null: it has no coordinates. */
export function pointAt({ latitude, longitude }: Coordinates): Point | null {
  return typeof latitude === "number" && typeof longitude === "number" ? { latitude, longitude } : null;
}

/** "-6.88860, 109.67530": to a metre. */
export function coordinates({ latitude, longitude }: Point): string {
  return `${latitude.toFixed(5)}, ${longitude.toFixed(5)}`;
}

/** Metres between two points; good enough within a city. */
export function metres(one: Point, other: Point): number {
  const north = (one.latitude - other.latitude) * 111_195;
  const east = (one.longitude - other.longitude) * 111_195 * Math.cos((one.latitude * Math.PI) / 180);
  return Math.hypot(north, east);
}

/** A number as it is shown: what a caller's exchange sent may be anything. */
export function shownNumber(ani: string | null): string | null {
  if (ani === null) return null;
  const plain = ani.replace(/[\p{Cc}\p{Cf}]/gu, "").trim();
  return plain.length > 24 ? `${plain.slice(0, 24)}…` : plain || null;
}
