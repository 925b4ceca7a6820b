/** My state in one big place, and how it is changed. */
import { Alert, Button, Group, NativeSelect, Paper, Stack, Text, Title } from "@mantine/core";
import { useState } from "react";
import { useLive, useLivePart } from "../shared/live/live";
import { secondsSince, useNow } from "../shared/now";
import { seatState, StateSign } from "../shared/signs/Signs";
import { keep } from "../shared/stored";
import { duration } from "../shared/time";
import { useLanguage } from "../shared/words/words";
import classes from "./Console.module.css";
import { useReasons } from "./copies";
import type { Acts } from "./acts";
import type { Own, Position } from "./own";
import { useConsoleWords } from "./words";

const LAST = "ct112.desk";

export function Duty({ own, acts }: { own: Own; acts: Acts }) {
  const w = useConsoleWords().desk;
  const forgotten = useForgotten(own.position?.summoned_at ?? null);
  return (
    <Paper withBorder p="sm" component="section" aria-label={w.title} data-testid="duty" data-state={own.position?.state ?? "none"}>
      {own.operator === null ? <Alert color="gray">{w.noOperator}</Alert> : null}
      {own.operator !== null && own.position === null ? <TakeDesk acts={acts} /> : null}
      {own.position ? <State position={own.position} acts={acts} /> : null}
      {forgotten.is && own.position ? (
        <Alert color="yellow" mt="xs" p="xs" role="alert" data-testid="summons-forgotten">
          <Text size="sm" fw={700}>{w.summonsForgotten}</Text>
          <Button mt="xs" size="compact-sm" variant="default" onClick={forgotten.over}>{w.summonsOver}</Button>
        </Alert>
      ) : null}
      {acts.problem ? <Alert color="red" mt="xs" p="xs" role="alert">{acts.problem}</Alert> : null}
    </Paper>
  );
}

/** Whether the telephone service was started again while I called a supervisor: it does not know that any more. */
function useForgotten(since: string | null): { is: boolean; over: () => void } {
  const boot = useLive().floor?.boot ?? null;
  const [asked, setAsked] = useState<string | null>(null);
  if (since !== null && asked !== boot) setAsked(boot);
  if (since === null && asked !== null && asked === boot) setAsked(null);
  return { is: since === null && asked !== null && asked !== boot, over: () => { setAsked(null); } };
}

function TakeDesk({ acts }: { acts: Acts }) {
  const w = useConsoleWords().desk;
  const free = [...useLivePart("positions").values()].filter((each) => each.operator === null).map((each) => each.position).sort();
  const last = localStorage.getItem(LAST) ?? "";
  const [wanted, setWanted] = useState<string | null>(null);
  const chosen = wanted ?? (free.includes(last) ? last : free[0] ?? "");
  return (
    <Stack gap="xs">
      <Title order={2} className={classes.state}>{w.none}</Title>
      {free.length === 0 ? <Text>{w.free}</Text> : (
        <form onSubmit={(event) => { event.preventDefault(); keep(LAST, chosen); acts.sit(chosen); }}>
          <NativeSelect label={w.taking} data={free} value={chosen} onChange={(event) => { setWanted(event.target.value); }} mb="xs" />
          <Button type="submit" fullWidth loading={acts.busy}>{w.take}</Button>
        </form>
      )}
    </Stack>
  );
}

function State({ position, acts }: { position: Position; acts: Acts }) {
  const w = useConsoleWords().desk;
  const language = useLanguage();
  const reasons = useReasons();
  const name = (code: string | null): string => {
    const reason = reasons.find((each) => each.code === code);
    return reason ? reason[language === "id" ? "indonesian" : "english"] : code ?? "";
  };
  const state = seatState(position);
  const later = !position.ready && state !== "paused";
  return (
    <Stack gap="xs">
      <Title order={2} className={classes.state} aria-live="polite">
        <StateSign of={state} why={state === "paused" ? name(position.reason) : undefined} />
      </Title>
      <Group justify="space-between">
        <Text size="sm">{w.at(position.position)}</Text>
        <Clockwork position={position} />
      </Group>
      {later && state !== "wrap_up" ? <Text size="sm">{w.pausedAfter(name(position.reason))}</Text> : null}
      {position.registered_at.length === 0 ? <Alert color="orange" p="xs">{w.unregistered}</Alert> : null}
      <Summons position={position} acts={acts} />
      <Group gap="xs" grow>
        <Button variant={state === "ready" ? "filled" : "default"} aria-pressed={state === "ready"} disabled={acts.busy}
          onClick={() => { acts.state(true); }}>{w.ready}</Button>
        <Button variant="default" disabled={acts.busy} onClick={() => { acts.leave(position.position); }}>{w.leave}</Button>
      </Group>
      <Pause position={position} acts={acts} name={name} />
    </Stack>
  );
}

/** An arrow key changes a list at once: it is the button that pauses. */
function Pause({ position, acts, name }: { position: Position; acts: Acts; name: (code: string) => string }) {
  const w = useConsoleWords().desk;
  const reasons = useReasons();
  const [picked, setPicked] = useState<string | null>(null);
  const reason = picked ?? reasons[0]?.code ?? "";
  return (
    <form className={classes.choice} onSubmit={(event) => { event.preventDefault(); setPicked(null); acts.state(false, reason); }}>
      <NativeSelect label={w.reason} value={reason} disabled={acts.busy} data={reasons.map((each) => ({ value: each.code, label: name(each.code) }))}
        onChange={(event) => { setPicked(event.target.value); }} />
      <Button type="submit" variant="default" disabled={acts.busy || reason === "" || (!position.ready && position.reason === reason)}>{w.pause}</Button>
    </form>
  );
}

/** A supervisor I have called here, until they were, or are not needed any more. */
function Summons({ position, acts }: { position: Position; acts: Acts }) {
  const w = useConsoleWords().desk;
  const now = useNow();
  const since = position.summoned_at;
  if (!since) return null;
  return (
    <Alert color="yellow" p="xs" role="status" data-testid="summons">
      <Text size="sm" fw={700}>{position.coming ? w.coming(position.coming) : w.summoned(duration(secondsSince(since, now)))}</Text>
      <Button mt="xs" size="compact-sm" variant="default" onClick={() => { acts.summon(position.position, false); }}>{w.summonsOver}</Button>
    </Alert>
  );
}

function Clockwork({ position }: { position: Position }) {
  const w = useConsoleWords().desk;
  const now = useNow();
  if (position.until !== null && position.state === "wrap_up") {
    return <Text ff="monospace" fw={700} data-testid="wrap-up">{w.wrapUp(duration((Date.parse(position.until) - now) / 1000))}</Text>;
  }
  return position.since ? <Text ff="monospace">{w.since(duration(secondsSince(position.since, now)))}</Text> : null;
}
