/** A list inside a form, in an order that matters: one is added, moved, taken out. */
import { Button, Fieldset, Group, Stack, Text } from "@mantine/core";
import type { ReactNode } from "react";
import classes from "./common.module.css";
import { useCommonWords } from "./words";

interface ItemsProps<T> {
  readonly legend: string;
  readonly help?: string | undefined;
  readonly add: string;
  readonly items: readonly T[];
  readonly set: (items: readonly T[]) => void;
  readonly blank: T;
  readonly most?: number;
  readonly children: (item: T, patch: (patch: Partial<T>) => void, place: number) => ReactNode;
}

export function Items<T extends object>({ legend, help, add, items, set, blank, most = 100, children }: ItemsProps<T>) {
  const w = useCommonWords();
  const swap = (from: number, to: number): void => {
    const moved = [...items];
    const [one] = moved.splice(from, 1);
    if (one !== undefined) moved.splice(to, 0, one);
    set(moved);
  };
  return (
    <Fieldset legend={legend}>
      <Stack gap="sm">
        {help ? <Text size="sm" c="dimmed">{help}</Text> : null}
        {items.map((item, place) => (
          <div key={place} className={classes.row}>
            <Stack gap="xs">
              {children(item, (patch) => { set(items.map((each, at) => (at === place ? { ...each, ...patch } : each))); }, place)}
              <Group gap="xs">
                <Small label={w.up} of={`${legend} ${place + 1}`} off={place === 0} act={() => { swap(place, place - 1); }} />
                <Small label={w.down} of={`${legend} ${place + 1}`} off={place === items.length - 1} act={() => { swap(place, place + 1); }} />
                <Small label={w.drop} of={`${legend} ${place + 1}`} act={() => { set(items.filter((_, at) => at !== place)); }} />
              </Group>
            </Stack>
          </div>
        ))}
        {items.length < most ? <div><Button variant="default" size="compact-sm" onClick={() => { set([...items, blank]); }}>{add}</Button></div> : null}
      </Stack>
    </Fieldset>
  );
}

function Small({ label, of, off = false, act }: { label: string; of: string; off?: boolean; act: () => void }) {
  return <Button variant="default" size="compact-sm" disabled={off} onClick={act} aria-label={`${label}: ${of}`}>{label}</Button>;
}
