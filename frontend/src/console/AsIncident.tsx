/** What an alert or a neighbour's offer becomes: a new incident, or one that is open. */
import { Button, NativeSelect } from "@mantine/core";
import { useState } from "react";
import classes from "./Console.module.css";
import type { Category } from "./copies";
import { useNear } from "./near";
import type { Point } from "./own";
import { useConsoleWords } from "./words";

export type Becomes = { readonly category: string } | { readonly incident_id: string };

interface Given {
  point: Point | null;
  /** What it is proposed to be; "" for nothing. */
  category: string;
  categories: readonly Category[];
  busy: boolean;
  take: (becomes: Becomes) => void;
}

/** An arrow key changes a list at once: it is the button that makes the incident. */
export function AsIncident({ point, category, categories, busy, take }: Given) {
  const w = useConsoleWords().work.becomes;
  const near = useNear(point, category, categories);
  const known = categories.some((each) => each.code === category);
  const [picked, setPicked] = useState(known ? `new ${category}` : "");
  const [kind, id = ""] = picked.split(" ");
  const data = [
    { value: "", label: w.choose },
    { group: w.fresh, items: categories.map((each) => ({ value: `new ${each.code}`, label: each.name })) },
    { group: w.open, items: near.incidents.map((each) => ({ value: `in ${each.incident.id}`, label: [each.name, each.incident.place_text, each.incident.number].filter(Boolean).join(" · ") })) },
  ];
  return (
    <form className={classes.choice} data-testid="becomes" onSubmit={(event) => { event.preventDefault(); if (picked) take(kind === "new" ? { category: id } : { incident_id: id }); }}>
      <NativeSelect label={w.label} autoFocus required value={picked} data={data} onChange={(event) => { setPicked(event.target.value); }} />
      <Button type="submit" loading={busy}>{kind === "in" ? w.join : w.make}</Button>
    </form>
  );
}
