/** A share as a bar, drawn by hand; the figure stands beside it, so nothing is said by the bar alone. */
import classes from "./Reports.module.css";

/** `share`, `target`: from 0 to 1. */
export function Bar({ share, target }: { share: number; target?: number | undefined }) {
  const width = Math.max(0, Math.min(1, share)) * 100;
  const good = target !== undefined && share >= target;
  return (
    <svg className={classes.bar} viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden>
      <rect className={classes.ground} width="100" height="10" />
      <rect className={good ? classes.good : classes.value} width={width} height="10" data-share={share.toFixed(3)} />
      {target === undefined ? null : <line className={classes.target} x1={target * 100} x2={target * 100} y1="0" y2="10" vectorEffect="non-scaling-stroke" />}
    </svg>
  );
}
