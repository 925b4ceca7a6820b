/** What to search for: nothing is asked before "search", and the address is the search. */
import { Button, NativeSelect, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { type SyntheticEvent, useId, useState } from "react";
import { api, got } from "../../shared/api/client";
import { beginOf, dayOf, later, toLocal } from "../../shared/days";
import { CLASSES } from "../../shared/signs/Signs";
import { useSignWords } from "../../shared/signs/words";
import { EVERYTHING, type Filter } from "./filter";
import classes from "./History.module.css";
import { useHistoryWords } from "./words";

const LATEST = "9999-12-31T23:59";

interface Given {
  filter: Filter;
  go: (filter: Filter) => void;
  errors: Record<string, string>;
}

export function FilterForm({ filter, go, errors }: Given) {
  const w = useHistoryWords();
  const signs = useSignWords();
  const [typed, setTyped] = useState(filter);
  const field = (name: keyof Filter) => ({
    name, value: typed[name], error: errors[name], label: w[name === "service_class" ? "class" : name],
    onChange: (event: { target: { value: string } }) => { setTyped({ ...typed, [name]: event.target.value }); },
  });
  const outcomes = Object.entries(w.outcomes).map(([value, label]) => ({ value, label }));
  const services = CLASSES.map((value) => ({ value, label: signs.classes[value] }));
  const any = { value: "", label: w.any };
  return (
    <form role="search" aria-label={w.title} onSubmit={(event: SyntheticEvent) => { event.preventDefault(); go(typed); }}>
      <div className={classes.filter}>
        <TextInput {...field("since")} type="datetime-local" max={LATEST} />
        <TextInput {...field("until")} type="datetime-local" max={LATEST} />
        <NativeSelect {...field("service_class")} data={[any, ...services]} />
        <NativeSelect {...field("outcome")} data={[any, ...outcomes]} />
        <Operator {...field("operator")} />
        <TextInput {...field("number")} inputMode="tel" maxLength={40} placeholder={w.numberHelp} autoComplete="off" />
      </div>
      <div className={classes.bar}>
        <Button type="submit">{w.search}</Button>
        {([["today", 0], ["week", 6], ["month", 29]] as const).map(([name, days]) => (
          <Button key={name} variant="default" onClick={() => { go({ ...typed, since: daysAgo(days), until: "" }); }}>{w[name]}</Button>
        ))}
        <Button variant="subtle" onClick={() => { go(EVERYTHING); }}>{w.clear}</Button>
      </div>
    </form>
  );
}

/** The beginning of a local day. */
function daysAgo(days: number): string {
  return toLocal(beginOf(later(dayOf(new Date()), -days)));
}

/** Who has left is no longer in the list, but can be typed. */
function Operator(field: Omit<Parameters<typeof TextInput>[0], "list">) {
  const list = useId();
  const { data } = useQuery({ queryKey: ["operators"], queryFn: () => got(api.GET("/api/v1/operators")), staleTime: 300_000 });
  return (
    <>
      <TextInput {...field} list={list} maxLength={31} autoCapitalize="none" autoComplete="off" />
      <datalist id={list}>
        {data?.operators.map(({ name, full_name }) => <option key={name} value={name}>{full_name}</option>)}
      </datalist>
    </>
  );
}
