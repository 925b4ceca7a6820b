/** A map of the room's points. What draws it is loaded when it is first shown; where it cannot be drawn, a list. */
import { Button, Text } from "@mantine/core";
import { Component, lazy, type ReactNode, Suspense, useState } from "react";
import { keep } from "../stored";
import { PointList } from "./PointList";
import type { RoomMapProps } from "./points";
import classes from "./RoomMap.module.css";
import { useMapWords } from "./words";

export type { MapPoint, PointKind, RoomMapProps, Spot } from "./points";

const DrawnMap = lazy(() => import("./DrawnMap"));
const KEPT_AS = "ct112.map-as-list";

/** Fills what it stands in: give that a height. */
export function RoomMap(given: RoomMapProps) {
  const w = useMapWords();
  const [failed, setFailed] = useState(() => !canDraw());
  const [asList, setAsList] = useState(() => !given.still && localStorage.getItem(KEPT_AS) === "yes");
  const turn = (): void => {
    keep(KEPT_AS, asList ? "no" : "yes");
    setAsList(!asList);
  };
  const fail = (): void => { setFailed(true); };
  return (
    <section className={classes.room} aria-label={given.label ?? w.map} data-still={given.still ? true : undefined} data-drawn={failed || asList ? "list" : "map"}>
      {failed && !given.still ? <Text size="sm" c="dimmed" px="sm" pt="xs">{w.noMap}</Text> : null}
      {failed || asList ? (
        <PointList {...given} />
      ) : (
        <Held onError={fail}>
          <Suspense fallback={<Text p="sm">{w.loading}</Text>}><DrawnMap {...given} onFail={fail} /></Suspense>
        </Held>
      )}
      {failed || given.still ? null : (
        <Button className={classes.turn} variant="default" size="compact-sm" onClick={turn}>{asList ? w.asMap : w.asList}</Button>
      )}
    </section>
  );
}

let drawable: boolean | undefined;

/** Tried once: a browser gives a page few contexts. */
function canDraw(): boolean {
  drawable ??= tryDrawing();
  return drawable;
}

function tryDrawing(): boolean {
  try {
    const context = document.createElement("canvas").getContext("webgl2");
    context?.getExtension("WEBGL_lose_context")?.loseContext();
    return context !== null;
  } catch {
    return false;
  }
}

/** Whatever goes wrong while a map is drawn: the list is there, and the screen stays. */
class Held extends Component<{ onError: () => void; children: ReactNode }, { broken: boolean }> {
  override state = { broken: false };

  static getDerivedStateFromError(): { broken: boolean } {
    return { broken: true };
  }

  override componentDidCatch(): void {
    this.props.onError();
  }

  override render(): ReactNode {
    return this.state.broken ? null : this.props.children;
  }
}
