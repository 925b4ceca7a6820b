/** A list of things: searched, fifty at a time; when there is none, what to do first. */
import { Alert, Anchor, Button, Group, Loader, Stack, Text, TextInput, Title } from "@mantine/core";
import { type ReactNode, useState } from "react";
import { Link } from "wouter";
import { explain } from "../../shared/api/problem";
import classes from "./common.module.css";
import { useCommonWords } from "./words";

export interface Column<T> {
  readonly title: string;
  readonly cell: (thing: T) => ReactNode;
  /** What the search finds, when the cell is no text. */
  readonly text?: (thing: T) => string;
}

interface ListProps<T> {
  readonly things: readonly T[] | undefined;
  readonly error: unknown;
  readonly again: () => void;
  readonly columns: readonly Column<T>[];
  readonly id: (thing: T) => string;
  /** Where a thing is opened; without it the list is to be read. */
  readonly href?: ((thing: T) => string) | undefined;
  readonly empty: { readonly title: string; readonly text: string };
  /** What stands in the empty state: what is done first. */
  readonly first?: ReactNode;
}

export const ROWS = 50;

export function List<T>({ things, error, again, empty, first, ...table }: ListProps<T>) {
  const w = useCommonWords();
  const [wanted, setWanted] = useState("");
  const [page, setPage] = useState(0);
  if (things === undefined) return <Missing error={error} again={again} />;
  if (things.length === 0) {
    return (
      <Stack className={classes.empty} align="flex-start">
        <Title order={2} size="h4">{empty.title}</Title>
        <Text>{empty.text}</Text>
        {first}
      </Stack>
    );
  }
  const found = wanted ? things.filter((thing) => matches(thing, table.columns, wanted)) : things;
  const at = Math.min(page, Math.max(0, Math.ceil(found.length / ROWS) - 1));
  return (
    <Stack gap="sm">
      {error ? <Missing error={error} again={again} /> : null}
      {things.length > 8 ? (
        <TextInput type="search" label={w.search} description={w.searchHelp} maw="24rem" value={wanted}
          onChange={(event) => { setWanted(event.target.value); setPage(0); }} />
      ) : null}
      {found.length ? <Rows {...table} things={found.slice(at * ROWS, (at + 1) * ROWS)} /> : <Text>{w.nothingFits}</Text>}
      <Pages at={at} total={found.length} go={setPage} />
    </Stack>
  );
}

function matches<T>(thing: T, columns: readonly Column<T>[], wanted: string): boolean {
  const words = wanted.toLocaleLowerCase().split(/\s+/);
  const text = columns.map((column) => {
    const cell = column.text ? column.text(thing) : column.cell(thing);
    return typeof cell === "string" || typeof cell === "number" ? String(cell) : "";
  }).join(" ").toLocaleLowerCase();
  return words.every((word) => text.includes(word));
}

/** What is asked for is not there: it is loading, or why not. */
export function Missing({ error, again }: { error: unknown; again: () => void }) {
  const w = useCommonWords();
  if (!error) return <Group role="status"><Loader size="sm" aria-hidden /><Text>{w.loading}</Text></Group>;
  return (
    <Alert color="red" variant="outline" role="alert">
      <Text mb="xs">{explain(error)}</Text>
      <Button variant="default" size="compact-sm" onClick={again}>{w.again}</Button>
    </Alert>
  );
}

type RowsProps<T> = Pick<ListProps<T>, "columns" | "id" | "href"> & { readonly things: readonly T[] };

export function Rows<T>({ columns, id, href, things }: RowsProps<T>) {
  return (
    <table className={classes.table}>
      <thead>
        <tr>{columns.map((column) => <th key={column.title} scope="col">{column.title}</th>)}</tr>
      </thead>
      <tbody>
        {things.map((thing) => (
          <tr key={id(thing)}>
            {columns.map((column, place) => (
              <td key={column.title} data-title={column.title}>
                {place === 0 && href ? <Anchor component={Link} href={href(thing)}>{column.cell(thing)}</Anchor> : column.cell(thing)}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

export function Pages({ at, total, go }: { at: number; total: number; go: (page: number) => void }) {
  const w = useCommonWords();
  if (total <= ROWS) return null;
  return (
    <Group component="nav" aria-label={w.pages}>
      <Button variant="default" size="compact-sm" disabled={at === 0} onClick={() => { go(at - 1); }}>{w.previous}</Button>
      <Text size="sm">{w.range(at * ROWS + 1, Math.min(total, (at + 1) * ROWS), total)}</Text>
      <Button variant="default" size="compact-sm" disabled={(at + 1) * ROWS >= total} onClick={() => { go(at + 1); }}>{w.next}</Button>
    </Group>
  );
}
