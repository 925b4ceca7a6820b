/** What a map of the room shows. */

/** A point's class gives its colour and shape; anything else is drawn as a ring. */
export type PointKind = "emergency" | "urgent" | "information" | "alert" | "call" | "camera" | "place";

export interface MapPoint {
  readonly id: string;
  readonly latitude: number;
  readonly longitude: number;
  readonly kind: PointKind;
  /** In words: what it is, and its number. */
  readonly label: string;
  /** Metres around it within which it really is. */
  readonly uncertainty?: number | null | undefined;
}

export interface Spot {
  readonly latitude: number;
  readonly longitude: number;
}

export interface RoomMapProps {
  readonly points: readonly MapPoint[];
  /** The one that is looked at: the map goes to it. */
  readonly picked?: string | null | undefined;
  readonly onPick?: ((id: string) => void) | undefined;
  /** Somebody pointed at a place where no point is. */
  readonly onPlace?: ((at: Spot) => void) | undefined;
  /** What the map is of, for who does not see it. */
  readonly label?: string | undefined;
  /** A picture on a wall: nobody moves it, no list is offered. */
  readonly still?: boolean | undefined;
}

const EARTH_METRES = 6_371_008;
const CORNERS = 48;

/** A circle of so many metres around a point, as corners of a polygon: [longitude, latitude]. */
export function circle({ latitude, longitude }: Spot, metres: number): [number, number][] {
  const across = metres / EARTH_METRES;
  return Array.from({ length: CORNERS + 1 }, (_, corner) => {
    const angle = (2 * Math.PI * corner) / CORNERS;
    const north = (across * Math.cos(angle) * 180) / Math.PI;
    const east = (across * Math.sin(angle) * 180) / Math.PI / Math.cos((latitude * Math.PI) / 180);
    return [longitude + east, latitude + north];
  });
}

/** West, south, east, north of what is given; null: nothing is. */
export function boundsOf(spots: readonly Spot[]): [number, number, number, number] | null {
  if (spots.length === 0) return null;
  const [longitudes, latitudes] = [spots.map((spot) => spot.longitude), spots.map((spot) => spot.latitude)];
  return [Math.min(...longitudes), Math.min(...latitudes), Math.max(...longitudes), Math.max(...latitudes)];
}
