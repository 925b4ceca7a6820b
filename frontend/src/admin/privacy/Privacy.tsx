/** Personal data: what the law lets people ask, and what a centre has to say. */
import { Stack, Text, Title } from "@mantine/core";
import { Route, Switch } from "wouter";
import { Tabs } from "../common/Tabs";
import { Breach } from "./Breach";
import { Classes } from "./Classes";
import { Erasures } from "./Erasures";
import { Find } from "./Find";
import { Holds } from "./Holds";
import { usePrivacyWords } from "./words";

const TABS = ["find", "erasures", "holds", "breach", "classes"] as const;

export default function Privacy() {
  const w = usePrivacyWords();
  return (
    <Stack>
      <div>
        <Title order={1} size="h2">{w.title}</Title>
        <Text maw="44rem">{w.lead}</Text>
      </div>
      <Tabs label={w.tabs.label} tabs={TABS} words={w.tabs} />
      <Switch>
        <Route path="/erasures"><Erasures /></Route>
        <Route path="/holds"><Holds /></Route>
        <Route path="/breach"><Breach /></Route>
        <Route path="/classes"><Classes /></Route>
        <Route><Find /></Route>
      </Switch>
    </Stack>
  );
}
