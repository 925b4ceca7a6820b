/** Which incidents: nothing is asked before "search". */
import { Button, NativeSelect, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { type SyntheticEvent, useState } from "react";
import { api, got } from "../../shared/api/client";
import { useLanguage } from "../../shared/words/words";
import history from "../history/History.module.css";
import { useWorkWords } from "../work/words";
import { EVERYTHING, type Filter } from "./filter";
import { useIncidentWords } from "./words";

const LATEST = "9999-12-31T23:59";
const KEPT_MS = 600_000;

export function FilterForm({ filter, go, errors }: { filter: Filter; go: (filter: Filter) => void; errors: Record<string, string> }) {
  const w = useIncidentWords();
  const { incidentStatus } = useWorkWords();
  const shown = useLanguage() === "id" ? "name" : "name_en";
  const [typed, setTyped] = useState(filter);
  const categories = useQuery({ queryKey: ["categories"], queryFn: () => got(api.GET("/api/v1/categories")), staleTime: KEPT_MS });
  const areas = useQuery({ queryKey: ["areas"], queryFn: () => got(api.GET("/api/v1/areas")), staleTime: KEPT_MS });
  const field = (name: keyof Filter) => ({
    name, value: typed[name], error: errors[name], label: w[name],
    onChange: (event: { target: { value: string } }) => { setTyped({ ...typed, [name]: event.target.value }); },
  });
  const any = { value: "", label: w.any };
  const kelurahan = areas.data?.areas.filter(({ kind }) => kind === "kelurahan") ?? [];
  return (
    <form role="search" aria-label={w.title} onSubmit={(event: SyntheticEvent) => { event.preventDefault(); go(typed); }}>
      <div className={history.filter}>
        <TextInput {...field("since")} type="datetime-local" max={LATEST} />
        <TextInput {...field("until")} type="datetime-local" max={LATEST} />
        <NativeSelect {...field("category")} data={[any, ...(categories.data?.categories ?? []).map((each) => ({ value: each.code, label: each[shown] }))]} />
        <NativeSelect {...field("kelurahan")} data={[any, ...kelurahan.map((each) => ({ value: each.code, label: each.name }))]} />
        <NativeSelect {...field("status")} data={[any, ...Object.entries(incidentStatus).map(([value, label]) => ({ value, label }))]} />
      </div>
      <div className={history.bar}>
        <Button type="submit">{w.search}</Button>
        <Button variant="subtle" onClick={() => { go(EVERYTHING); }}>{w.clear}</Button>
      </div>
    </form>
  );
}
