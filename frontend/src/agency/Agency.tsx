/** The page of an agency's duty officer, on a phone: what 112 asks for, and one large button for what comes next. */
import { Alert, Button, Group, Loader, Stack, Text, Title } from "@mantine/core";
import { useEffect, useState } from "react";
import { useLocation } from "wouter";
import { explain } from "../shared/api/problem";
import { useMe, useSession } from "../shared/session/session";
import { clock, dayAndTime } from "../shared/time";
import classes from "./Agency.module.css";
import { type BellState, useBell, useScreenOn } from "./bell";
import { Card } from "./Card";
import { useMoved } from "./hand";
import { useMine, usePast } from "./mine";
import { Notifications } from "./Notifications";
import { useInstalled } from "./phone/installed";
import type { KeptItem } from "./outbox/kept";
import { after, type Dispatch, inOrder, isOver, type Said } from "./steps";
import { type OutboxView, useOutbox } from "./useOutbox";
import { useAgencyWords } from "./words";

export default function Agency() {
  const w = useAgencyWords();
  const me = useMe();
  const mine = useMine();
  useInstalled();
  const outbox = useOutbox(me.name);
  const shown = inOrder(mine.dispatches.map((dispatch) => ({ dispatch, now: after(dispatch, pressedFor(outbox.items, dispatch.id)) })))
    .filter(({ dispatch, now }) => !isOver(now) || outbox.items.some((item) => item.dispatch === dispatch.id));
  const deaf = useSession().state === "over"; // nothing would be told until somebody signs in again
  const bell = useBell(deaf || shown.some(({ now }) => now.unacknowledged !== null));
  useScreenOn(shown.length > 0);
  useMoved(shown.map(({ dispatch }) => dispatch.id));
  useLed(shown.map(({ dispatch }) => dispatch.id));
  const lost = outbox.items.filter((item) => !shown.some(({ dispatch }) => dispatch.id === item.dispatch));
  return (
    <Stack className={classes.page} gap="md">
      <Group justify="space-between" align="center" wrap="wrap">
        <Title order={1} size="h3">{w.title}</Title>
        <Sound state={bell.state} turn={bell.turn} />
      </Group>
      {!outbox.lasts && outbox.items.length > 0 ? <Alert color="orange" variant="outline">{w.lasts}</Alert> : null}
      {lost.length > 0 ? <Outgoing items={lost} outbox={outbox} /> : null}
      {shown.length === 0 ? <Nothing loading={mine.loading} error={mine.error} /> : null}
      {shown.map(({ dispatch, now }, at) => (
        <Card key={dispatch.id} dispatch={dispatch} now={now} open={at === 0} press={outbox.press}
          outgoing={<Outgoing items={outbox.items.filter((item) => item.dispatch === dispatch.id)} outbox={outbox} />} />
      ))}
      <Notifications />
      <Past />
    </Stack>
  );
}

/** To the dispatch that is named in the address: a notification leads there. */
function useLed(ids: readonly string[]): void {
  const [path] = useLocation();
  const wanted = ids.find((id) => path === `/${id}`);
  useEffect(() => {
    if (wanted) document.querySelector(`[data-testid="dispatch-${wanted}"]`)?.scrollIntoView();
  }, [wanted]);
}

function pressedFor(items: readonly KeptItem[], dispatch: string): readonly Said[] {
  return items.flatMap((item) => (item.kind === "report" && item.dispatch === dispatch && item.refused === undefined ? [item.status] : []));
}

function Nothing({ loading, error }: { loading: boolean; error: Error | null }) {
  const w = useAgencyWords();
  if (error) return <Alert color="red" variant="outline" role="alert">{w.failed(explain(error))}</Alert>;
  if (loading) return <Group role="status"><Loader size="sm" aria-hidden /><Text>{w.loading}</Text></Group>;
  return (
    <section className={classes.nothing}>
      <Title order={2} size="h4">{w.none.title}</Title>
      <Text mt="xs">{w.none.text}</Text>
    </section>
  );
}

function Sound({ state, turn }: { state: BellState; turn: (on: boolean) => void }) {
  const w = useAgencyWords();
  if (state === "off") {
    return (
      <div className={classes.sound}>
        <Button size="sm" onClick={() => { turn(true); }}>{w.sound.off}</Button>
        <Text size="sm">{w.sound.hint}</Text>
      </div>
    );
  }
  return (
    <div>
      <Button size="sm" variant="default" aria-pressed data-testid="sound" data-state={state} onClick={() => { turn(false); }}>
        {w.sound.on}
      </Button>
      {state === "touch" ? <Text size="sm" mt={4} role="status">{w.sound.touch}</Text> : null}
    </div>
  );
}

/** What waits for the network, and what the server would not have. */
function Outgoing({ items, outbox }: { items: readonly KeptItem[]; outbox: OutboxView }) {
  const w = useAgencyWords();
  const named = (item: KeptItem): string => (item.kind === "note" ? w.note : w.status[item.status]);
  const waiting = items.filter((item) => item.refused === undefined);
  return (
    <div role="status">
      {waiting.length > 0 ? (
        <p className={classes.waiting}>{w.waiting(waiting.map((item) => `${named(item)} (${clock(item.at)})`).join(", "))}</p>
      ) : null}
      {items.map((item) =>
        item.refused === undefined ? null : (
          <div key={item.seq} className={classes.refused}>
            <span>{w.refused(named(item), clock(item.at), item.refused)}</span>
            <Button size="compact-md" variant="default" onClick={() => { outbox.forget(item.seq); }}>{w.read}</Button>
          </div>
        ),
      )}
    </div>
  );
}

function Past() {
  const w = useAgencyWords();
  const [wanted, setWanted] = useState(false);
  const past = usePast(wanted);
  return (
    <details className={classes.past} onToggle={(event) => { setWanted(event.currentTarget.open); }}>
      <summary>{w.past}</summary>
      {past?.length === 0 ? <Text mt="xs">{w.pastNone}</Text> : null}
      <ul>{past?.map((each) => <PastLine key={each.id} dispatch={each} />)}</ul>
    </details>
  );
}

function PastLine({ dispatch: { incident, status, changed_at } }: { dispatch: Dispatch }) {
  const w = useAgencyWords();
  return (
    <li>
      <strong>{incident.category_name}</strong> · {incident.number} · {w.status[status]} · {dayAndTime(changed_at)}
    </li>
  );
}
