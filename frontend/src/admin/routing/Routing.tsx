/** Who is asked to act: rules as a table, explained, drafted, published. */
import { Alert, Stack, Text, Title } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Route, Switch } from "wouter";
import { api, got } from "../../shared/api/client";
import { Missing } from "../common/List";
import { Tabs } from "../common/Tabs";
import { CardForm, Cards } from "./Cards";
import { cardsOf } from "./cards";
import { STARTER, read } from "./document";
import { Draft } from "./Draft";
import { useKept } from "./draft";
import { Explain } from "./Explain";
import { RuleForm, Rules } from "./Rules";
import { Source } from "./Source";
import { Version, Versions } from "./Versions";
import { useRoutingWords } from "./words";

const TABS = ["rules", "explain", "cards", "versions", "text"] as const;
export const KEY = ["admin", "routing"];

async function inForce() {
  const now = await got(api.GET("/api/v1/routing"));
  if (now.number === null) return { ...now, text: STARTER };
  const version = await got(api.GET("/api/v1/routing/versions/{number}", { params: { path: { number: now.number } } }));
  return { ...now, text: version.source_yaml };
}

export default function RoutingPage() {
  const w = useRoutingWords();
  const queries = useQueryClient();
  const { data: now, error, refetch } = useQuery({ queryKey: [...KEY, "now"], queryFn: inForce });
  const [kept, keep] = useKept();
  const [said, setSaid] = useState("");
  if (now === undefined) return <Stack><Heading /><Missing error={error} again={() => void refetch()} /></Stack>;
  const text = kept?.text ?? now.text;
  const change = (changed: string): void => {
    setSaid("");
    keep(changed === now.text ? null : { text: changed, on: kept?.on ?? now.version });
  };
  const published = (number: number): void => {
    keep(null);
    setSaid(w.draft.published(number));
    void queries.invalidateQueries({ queryKey: KEY });
  };
  const again = async (): Promise<void> => {
    const { data } = await refetch({ throwOnError: true });
    if (data) keep({ text, on: data.version });
  };
  const routing = read(text);
  const cards = cardsOf(text);
  return (
    <Stack>
      <Heading />
      <Text>{now.number === null ? w.none : w.inForce(now.number)}</Text>
      {now.unmatched_last_day ? <Alert color="yellow" variant="outline">{w.unmatched(now.unmatched_last_day)}</Alert> : null}
      <Text role="status" fw={600}>{said}</Text>
      <Tabs label={w.tabs.label} tabs={TABS} words={w.tabs} />
      {kept ? <Draft kept={kept} inForce={now.text} discard={() => { keep(null); }} again={again} published={published} /> : null}
      {routing === null ? <Alert color="red" variant="outline" role="alert">{w.unreadable}</Alert> : null}
      <Switch>
        <Route path="/explain"><Explain /></Route>
        <Route path="/versions"><Versions /></Route>
        <Route path="/versions/:number">{({ number }) => <Version number={Number(number)} now={now} published={published} />}</Route>
        <Route path="/text"><Source text={text} change={change} /></Route>
        {cards ? <Route path="/cards"><Cards cards={cards} /></Route> : null}
        {cards ? <Route path="/cards/:of">{({ of }) => <CardForm key={of} of={decodeURIComponent(of)} text={text} cards={cards} change={change} />}</Route> : null}
        {routing ? <Route path="/rules/:at">{({ at }) => <RuleForm key={at} at={at} text={text} routing={routing} change={change} />}</Route> : null}
        {routing ? <Route><Rules text={text} routing={routing} change={change} /></Route> : null}
      </Switch>
    </Stack>
  );
}

function Heading() {
  const w = useRoutingWords();
  return (
    <div>
      <Title order={1} size="h2">{w.title}</Title>
      <Text maw="44rem">{w.lead}</Text>
    </div>
  );
}
