/** Figures, each with what it means and who says so. */
import type { components } from "../../shared/api/openapi";
import { duration } from "../../shared/time";
import { Bar } from "./Bar";
import classes from "./Reports.module.css";
import { useReportWords } from "./words";

export type Figure = keyof ReturnType<typeof useReportWords>["figures"];

export interface Shown {
  readonly figure: Figure;
  readonly value: number | null;
  /** Of how many: it is shown as a share too. */
  readonly of?: number;
  /** The share that is wanted, from 0 to 1. */
  readonly wanted?: number;
}

interface Given {
  figures: readonly Shown[];
  definitions: readonly components["schemas"]["DefinitionView"][];
}

export function Tiles({ figures, definitions }: Given) {
  const w = useReportWords();
  return (
    <dl className={classes.tiles}>
      {figures.map((each) => (
        <div key={each.figure} className={classes.tile} data-figure={each.figure}>
          <dt>{w.figures[each.figure]}</dt>
          <dd className={classes.figure}>{shownValue(each)}</dd>
          {each.of === undefined ? null : <Share of={each} all={each.of} />}
          <dd className={classes.said}>{w.meanings[each.figure]}. {w.source(sourceOf(each.figure, definitions))}</dd>
        </div>
      ))}
    </dl>
  );
}

function Share({ of: { value, wanted }, all }: { of: Shown; all: number }) {
  const w = useReportWords();
  const share = all === 0 ? null : (value ?? 0) / all;
  return (
    <dd>
      {share === null ? null : <Bar share={share} target={wanted} />}
      <span className={classes.said}>
        {share === null ? "–" : percent(share)} ({w.of(value ?? 0, all)})
        {wanted === undefined ? "" : `, ${w.wanted(wanted * 100)}`}
        {wanted === undefined || share === null ? "" : `: ${share >= wanted ? w.reachedIt : w.missedIt}`}
      </span>
    </dd>
  );
}

export function percent(share: number): string {
  return `${(Math.floor(share * 1000) / 10).toLocaleString("id-ID")} %`; // never rounded up to a target
}

function shownValue({ figure, value }: Shown): string {
  if (value === null) return "–";
  return figure.endsWith("_seconds") ? seconds(value) : value.toLocaleString("id-ID");
}

/** "4,2 dtk" would need a word; below a minute "0:04" is as good. */
export function seconds(value: number | null): string {
  return value === null ? "–" : duration(Math.round(value));
}

function sourceOf(figure: Figure, definitions: Given["definitions"]): string {
  return definitions.find((each) => each.figure.split(", ").includes(figure))?.source ?? "ct112";
}
