/** The large button for what comes next, and behind it what is pressed seldom. */
import { Button, Group, Stack, Text, Textarea } from "@mantine/core";
import { useState } from "react";
import classes from "./Agency.module.css";
import { press as touch, useResting } from "./hand";
import { laterSteps, mayDecline, nextStep, type Now, type Said } from "./steps";
import type { OutboxView } from "./useOutbox";
import { useAgencyWords } from "./words";

interface Shown {
  readonly dispatch: string;
  readonly now: Now;
  readonly press: OutboxView["press"];
}

export function Steps({ dispatch, now, press }: Shown) {
  const w = useAgencyWords();
  const [asks, setAsks] = useState<"" | "done" | "decline">("");
  const resting = useResting();
  const next = nextStep(now);
  const say = (status: Said, reason?: string): void => {
    if (!touch(dispatch)) return;
    setAsks("");
    void press({ kind: "report", dispatch, status, ...(reason === undefined ? {} : { reason }) });
  };
  const pressed = (status: Said): void => { if (status === "done") setAsks("done"); else say(status); };
  if (resting === dispatch) {
    return (
      <div className={classes.steps}>
        <Button className={classes.next} fullWidth disabled>{w.pressed}</Button>
      </div>
    );
  }
  if (asks === "done") return <Sure yes={() => { say("done"); }} no={() => { setAsks(""); }} />;
  if (asks === "decline") return <Decline send={(reason) => { say("declined", reason); }} cancel={() => { setAsks(""); }} />;
  return (
    <Stack gap={0} className={classes.steps}>
      {next === null ? null : (
        <Button className={classes.next} fullWidth disabled={resting !== null} onClick={() => { pressed(next); }}>
          {next === "acknowledged" ? w.press[now.unacknowledged ?? "acknowledged"] : w.press[next]}
        </Button>
      )}
      <Seldom now={now} pressed={pressed} decline={() => { setAsks("decline"); }} />
    </Stack>
  );
}

function Seldom({ now, pressed, decline }: { now: Now; pressed: (status: Said) => void; decline: () => void }) {
  const w = useAgencyWords();
  const later = laterSteps(now);
  if (later.length === 0 && !mayDecline(now)) return null;
  return (
    <details className={classes.seldom}>
      <summary>{w.more}</summary>
      <Stack gap="sm" mt="sm">
        {later.map((status) => (
          <Button key={status} size="md" variant="default" fullWidth onClick={() => { pressed(status); }}>{w.skip(w.press[status])}</Button>
        ))}
        {mayDecline(now) ? <Button size="md" variant="default" fullWidth onClick={decline}>{w.press.declined}</Button> : null}
      </Stack>
    </details>
  );
}

function Sure({ yes, no }: { yes: () => void; no: () => void }) {
  const w = useAgencyWords();
  return (
    <Stack gap="sm" role="group" aria-label={w.sure.question}>
      <Text fw={700}>{w.sure.question}</Text>
      <Button size="lg" variant="default" fullWidth onClick={no}>{w.sure.no}</Button>
      <Button size="lg" fullWidth onClick={yes}>{w.sure.yes}</Button>
    </Stack>
  );
}

function Decline({ send, cancel }: { send: (reason: string) => void; cancel: () => void }) {
  const w = useAgencyWords();
  const [reason, setReason] = useState("");
  const [wanting, setWanting] = useState(false);
  const submit = (): void => {
    const said = reason.replace(/\s+/g, " ").trim();
    if (said) send(said);
    else setWanting(true);
  };
  return (
    <Stack gap="sm" role="group" aria-label={w.decline.title}>
      <Text fw={700}>{w.decline.title}</Text>
      {Object.values(w.decline.ready).map((ready) => (
        <Button key={ready} size="md" variant="default" fullWidth onClick={() => { setReason(ready); }}>{ready}</Button>
      ))}
      <Textarea label={w.decline.own} value={reason} maxLength={500} autosize minRows={2} error={wanting && !reason ? w.decline.needed : undefined}
        onChange={(event) => { setReason(event.target.value); }} />
      <Group grow>
        <Button size="lg" variant="default" onClick={cancel}>{w.decline.cancel}</Button>
        <Button size="lg" color="red" onClick={submit}>{w.decline.send}</Button>
      </Group>
    </Stack>
  );
}
