/** Calls by hour: a bar an hour, its filled part what was answered in time. */
import classes from "./Wallboard.module.css";
import type { Wall } from "./day";
import { useWallWords } from "./words";

const [WIDTH, HEIGHT, BAR] = [480, 120, 20];
const EVERY = 3; // hours that are named

export function Hours({ hours }: { hours: Wall["hours"] }) {
  const w = useWallWords();
  const most = Math.max(1, ...hours.map((hour) => hour.calls));
  const tall = (calls: number): number => (calls / most) * (HEIGHT - 14);
  return (
    <svg className={classes.hours} viewBox={`0 0 ${WIDTH} ${HEIGHT + 18}`} role="img" aria-label={w.hours}>
      <line x1="0" x2={WIDTH} y1={HEIGHT} y2={HEIGHT} className={classes.axis} />
      {hours.map(({ hour, calls, within_15_s: within }) => (
        <g key={hour} transform={`translate(${hour * BAR}, 0)`}>
          <title>{w.hour(hour, calls, within)}</title>
          <rect className={classes.all} x="3" width={BAR - 6} y={HEIGHT - tall(calls)} height={tall(calls)} />
          <rect className={classes.within} x="3" width={BAR - 6} y={HEIGHT - tall(within)} height={tall(within)} />
          <text className={classes.count} x={BAR / 2} y={HEIGHT - tall(calls) - 3}>{calls}</text>
        </g>
      ))}
      {Array.from({ length: 24 / EVERY }, (_, at) => (
        <text key={at} className={classes.count} x={at * EVERY * BAR + BAR / 2} y={HEIGHT + 14}>{at * EVERY}</text>
      ))}
    </svg>
  );
}
