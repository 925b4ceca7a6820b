/** The figures by class, category, kelurahan and agency: a bar for how many, the rest as numbers. */
import type { ReactNode } from "react";
import { useSignWords } from "../../shared/signs/words";
import type { components } from "../../shared/api/openapi";
import { Box } from "../floor/Box";
import history from "../history/History.module.css";
import { useAgencies, useCategories, useKelurahan } from "../work/names";
import { Bar } from "./Bar";
import { percent, seconds } from "./Tiles";
import { useReportWords } from "./words";

type Statistics = components["schemas"]["StatisticsView"];

interface Column<R> {
  readonly title: string;
  readonly cell: (row: R) => ReactNode;
}

/** `most`: what the longest bar stands for. */
function Figures<R extends { key: string }>({ title, rows, name, number, columns }: {
  title: string; rows: readonly R[]; name: (key: string) => string; number: (row: R) => number; columns: readonly Column<R>[];
}) {
  const w = useReportWords();
  if (rows.length === 0) return null;
  const most = Math.max(...rows.map(number), 1);
  const all: readonly Column<R>[] = [{ title: w.columns.number, cell: number }, ...columns];
  return (
    <Box title={title}>
      <table className={history.table}>
        <thead>
          <tr>
            <th scope="col">{w.columns.what}</th>
            <td aria-hidden />
            {all.map((column) => <th key={column.title} scope="col">{column.title}</th>)}
          </tr>
        </thead>
        <tbody>
          {[...rows].sort((a, b) => number(b) - number(a)).map((row) => (
            <tr key={row.key} data-key={row.key}>
              <th scope="row">{name(row.key)}</th>
              <td aria-hidden><Bar share={number(row) / most} /></td>
              {all.map((column) => (
                <td key={column.title} data-label={column.title} className={history.number}>{column.cell(row)}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </Box>
  );
}

function share(n: number, of: number): string {
  return of === 0 ? "–" : `${n} (${percent(n / of)})`;
}

function useNames(): (key: string) => string {
  const w = useReportWords();
  const { classes } = useSignWords();
  return (key) => (key === "none" ? w.none : Object.hasOwn(classes, key) ? classes[key as keyof typeof classes] : key);
}

export function Tables({ of }: { of: Statistics }) {
  const w = useReportWords();
  const [category, kelurahan, agency, name] = [useCategories(), useKelurahan(), useAgencies(), useNames()];
  const incidentColumns: readonly Column<Statistics["categories"][number]>[] = [
    { title: w.columns.in15, cell: (row) => share(row.reached_within_15_min, row.reached) },
    { title: w.columns.response, cell: (row) => seconds(row.response_p90_seconds) },
  ];
  const incidents = (row: { incidents: number }): number => row.incidents;
  const rest = <R extends { key: string }>(rows: readonly R[]): readonly R[] => rows.filter(({ key }) => key !== "all");
  return (
    <>
      <Figures title={w.byClass} rows={rest(of.calls)} name={name} number={(row) => row.calls} columns={[
        { title: w.columns.answered, cell: (row) => share(row.answered, row.calls) },
        { title: w.columns.abandoned, cell: (row) => share(row.abandoned, row.calls) },
        { title: w.columns.within, cell: (row) => share(row.within_15_s, row.calls) },
        { title: w.columns.p90, cell: (row) => seconds(row.answer_p90_seconds) },
      ]} />
      <Figures title={w.byIncidentClass} rows={rest(of.classes)} name={name} number={incidents} columns={incidentColumns} />
      <Figures title={w.byCategory} rows={of.categories} name={category} number={incidents} columns={incidentColumns} />
      <Figures title={w.byKelurahan} rows={of.kelurahan} name={(key) => (key === "none" ? w.none : kelurahan(key))} number={incidents} columns={incidentColumns} />
      <Figures title={w.byAgency} rows={of.agencies} name={agency} number={(row) => row.asked} columns={[
        { title: w.columns.acknowledged, cell: (row) => share(row.acknowledged, row.asked) },
        { title: w.columns.declined, cell: (row) => share(row.declined, row.asked) },
        { title: w.columns.ack90, cell: (row) => seconds(row.acknowledged_p90_seconds) },
        { title: w.columns.scene90, cell: (row) => seconds(row.on_scene_p90_seconds) },
      ]} />
    </>
  );
}
