/** The points without a map. */
import { Text } from "@mantine/core";
import classes from "./RoomMap.module.css";
import { Pin } from "./Pin";
import type { RoomMapProps } from "./points";
import { useMapWords } from "./words";

export function PointList({ points, picked, onPick }: RoomMapProps) {
  const w = useMapWords();
  if (points.length === 0) return <Text p="sm" c="dimmed">{w.nothing}</Text>;
  return (
    <ul className={classes.list} data-testid="points">
      {points.map((point) => {
        const said = <><Pin kind={point.kind} /> <span>{w.kinds[point.kind]}: {point.label}</span></>;
        return (
          <li key={point.id} aria-current={point.id === picked ? true : undefined}>
            {onPick ? <button type="button" onClick={() => { onPick(point.id); }}>{said}</button> : said}
          </li>
        );
      })}
    </ul>
  );
}
