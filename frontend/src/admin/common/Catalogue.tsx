/** A list of things and the form of one: what every page of administration is made of. */
import { Anchor, Button, Divider, Group, Stack, Text, Title } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useEffect, useRef, useState } from "react";
import { Link, Route, Switch, useLocation } from "wouter";
import { Problem } from "../../shared/api/problem";
import { AskButton } from "./Ask";
import type { Fields, Labels } from "./fields";
import { Form } from "./Form";
import { type Column, List, Missing } from "./List";
import { useCommonWords } from "./words";

/** No name and no code begins so. */
const NEW = "_new";

export interface CatalogueWords<D> {
  readonly title: string;
  readonly lead: string;
  readonly add: string;
  readonly empty: { readonly title: string; readonly text: string };
  readonly fields: Labels<D>;
}

/** T: how a thing is listed; F: how it is read; D: the values of its form; M: what making one answers. */
export interface CatalogueProps<T, F, D extends object, M> {
  readonly name: string;
  readonly words: CatalogueWords<D>;
  /** Throws Problem. */
  readonly list: () => Promise<readonly T[]>;
  readonly every?: number;
  readonly id: (thing: T) => string;
  readonly columns: readonly Column<T>[];
  readonly read: (id: string) => Promise<F>;
  readonly blank: D;
  readonly toDraft: (thing: F) => D;
  readonly form: (fields: Fields<D>, thing: F | null) => ReactNode;
  readonly add?: (draft: D, key: string) => Promise<M>;
  readonly change?: (thing: F, touched: Partial<D>, draft: D) => Promise<unknown>;
  readonly remove?: { readonly ends: (thing: F) => string; readonly act: (thing: F) => Promise<unknown> };
  /** What can be done with one besides its form. */
  readonly extra?: (thing: F, again: () => void) => ReactNode;
  /** What is shown when one was made, instead of the list: a secret. */
  readonly made?: (made: M) => ReactNode;
  readonly say?: (name: keyof D & string, value: unknown) => string;
  readonly above?: ReactNode;
  readonly wide?: boolean;
}

export function Catalogue<T, F, D extends object, M>(all: CatalogueProps<T, F, D, M>) {
  const [said, setSaid] = useState("");
  return (
    <Switch>
      <Route path="/"><Listed {...all} said={said} /></Route>
      <Route path={`/${NEW}`}><Making {...all} tell={setSaid} /></Route>
      <Route path="/:id">{({ id }) => <Changing key={id} {...all} of={decodeURIComponent(id)} tell={setSaid} />}</Route>
    </Switch>
  );
}

function Listed<T, F, D extends object, M>(all: CatalogueProps<T, F, D, M> & { said: string }) {
  const { words: w, name, list, every, id, columns } = all;
  const { data, error, refetch } = useQuery({ queryKey: ["admin", name, "list"], queryFn: list, refetchInterval: every ?? false });
  const adding = all.add ? <Button component={Link} href={`/${NEW}`}>{w.add}</Button> : null;
  return (
    <Stack>
      <Group justify="space-between" align="flex-start">
        <Stack gap={0} maw="44rem">
          <Title order={1} size="h2">{w.title}</Title>
          <Text>{w.lead}</Text>
        </Stack>
        {data?.length ? adding : null}
      </Group>
      <Text role="status" c="var(--mantine-color-text)" fw={600}>{all.said}</Text>
      {all.above}
      <List things={data} error={error} again={() => void refetch()} columns={columns} id={id} empty={w.empty} first={adding}
        href={all.change ?? all.extra ?? all.remove ? (thing) => `/${encodeURIComponent(id(thing))}` : undefined} />
    </Stack>
  );
}

function Making<T, F, D extends object, M>(all: CatalogueProps<T, F, D, M> & { tell: (said: string) => void }) {
  const w = useCommonWords();
  const [, go] = useLocation();
  const queries = useQueryClient();
  const [made, setMade] = useState<M | null>(null);
  const { add } = all;
  if (!add) return null;
  const save = async (draft: D, _: Partial<D>, __: null, key: string): Promise<void> => {
    const done = await add(draft, key);
    void queries.invalidateQueries({ queryKey: ["admin", all.name, "list"] });
    if (all.made) {
      setMade(done);
      return;
    }
    all.tell(w.added(nameOf(draft)));
    go("/");
  };
  return (
    <Page title={all.words.add}>
      {made !== null && all.made ? all.made(made) : (
        <Form<F, D> thing={null} start={all.blank} toDraft={all.toDraft} labels={all.words.fields} fields={all.form} wide={all.wide}
          save={(draft, touched, _, key) => save(draft, touched, null, key)} submit={all.words.add} say={all.say}
          reread={() => Promise.reject(new Error("there is nothing to read yet"))} cancel={() => { go("/"); }} />
      )}
    </Page>
  );
}

/** What a thing is called when it was made: its first field. */
function nameOf(draft: object): string {
  return String(Object.values(draft)[0]);
}

function Changing<T, F, D extends object, M>(all: CatalogueProps<T, F, D, M> & { of: string; tell: (said: string) => void }) {
  const w = useCommonWords();
  const [, go] = useLocation();
  const queries = useQueryClient();
  const { of, change, remove, extra } = all;
  const queryKey = ["admin", all.name, "one", of];
  const { data, error, refetch, dataUpdatedAt } = useQuery({ queryKey, queryFn: () => all.read(of), staleTime: 0, gcTime: 0, refetchOnWindowFocus: false, refetchOnReconnect: false });
  const again = (): void => {
    void queries.invalidateQueries({ queryKey: ["admin", all.name] });
  };
  const left = (said: string): void => {
    void queries.invalidateQueries({ queryKey: ["admin", all.name, "list"] });
    all.tell(said);
    go("/");
  };
  if (data === undefined) return <Page title={of}><Missing error={error} again={() => void refetch()} /></Page>;
  return (
    <Page title={of}>
      {change ? (
        <Form key={dataUpdatedAt} thing={data} start={all.toDraft(data)} toDraft={all.toDraft} labels={all.words.fields} fields={all.form}
          wide={all.wide} submit={w.save} say={all.say} reread={() => all.read(of)} cancel={() => { go("/"); }}
          save={async (draft, touched, thing) => {
            await change(thing ?? data, touched, draft);
            left(w.saved(of));
          }} />
      ) : null}
      {extra?.(data, again)}
      {remove ? (
        <>
          <Divider />
          <Group>
            <AskButton label={w.remove} title={`${w.remove}: ${of}`} ends={remove.ends(data)}
              act={async () => { await remove.act(await all.read(of)); left(w.removed(of)); }} />
          </Group>
        </>
      ) : null}
    </Page>
  );
}

/** A page below the list: its heading is where one begins to read. */
function Page({ title, children }: { title: string; children: ReactNode }) {
  const w = useCommonWords();
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    if (!heading.current?.parentElement?.contains(document.activeElement)) heading.current?.focus();
  }, []);
  return (
    <Stack>
      <Anchor component={Link} href="/" data-no-print>← {w.back}</Anchor>
      <Title order={1} size="h2" ref={heading} tabIndex={-1} style={{ outline: "none", overflowWrap: "anywhere" }}>{title}</Title>
      {children}
    </Stack>
  );
}

/** Find one in a list: for things the API reads by lists alone. */
export async function oneOf<T>(list: () => Promise<readonly T[]>, id: (thing: T) => string, wanted: string): Promise<T> {
  const found = (await list()).find((thing) => id(thing) === wanted);
  if (found === undefined) throw new Problem("not-found", 404);
  return found;
}
