/** The page's phone as it is seen: its state, the call, its buttons, the headset. */
import { Alert, Button, Group, Paper, SimpleGrid, Stack, Text, Title } from "@mantine/core";
import { useEffect, useState } from "react";
import { duration, steady } from "../time";
import { HeadsetChoice } from "./HeadsetChoice";
import { Levels } from "./Levels";
import { type PhoneCall, type Trouble, usePhone } from "./phone";
import { usePhoneWords } from "./words";

const KEYS = "123456789*0#".split("");
const SIGNS = { none: "–", connecting: "…", ready: "●", lost: "✕" } as const;

export function PhonePanel() {
  const { line, call, troubles, phone } = usePhone();
  const w = usePhoneWords();
  const [headset, setHeadset] = useState(false);
  return (
    <Paper withBorder p="sm" component="section" aria-label={w.title} data-testid="phone">
      <Stack gap="xs">
        <Group justify="space-between">
          <Title order={2} size="h5">{w.title}</Title>
          <Text size="sm" fw={700} data-testid="phone-line" data-line={line}><span aria-hidden>{SIGNS[line]}</span> {w.line[line]}</Text>
        </Group>
        {line === "lost" && troubles.length === 0 ? (
          <Alert p="xs" color="red" role="status">{call?.state === "talking" ? w.troubles.lostTalking : w.troubles.lost}</Alert>
        ) : null}
        {troubles.map((trouble) => <TroubleLine key={trouble} trouble={trouble} />)}
        {call ? <CallView call={call} /> : null}
        <Levels />
        <Group gap="xs">
          <Button variant="default" size="compact-sm" disabled={call !== null || line === "none"} onClick={() => { phone.testRing(); }}>{w.testRing}</Button>
          <Button variant="default" size="compact-sm" aria-expanded={headset} onClick={() => { setHeadset(!headset); }}>{w.devices}</Button>
        </Group>
        {headset ? <HeadsetChoice /> : null}
      </Stack>
    </Paper>
  );
}

function TroubleLine({ trouble }: { trouble: Trouble }) {
  const { phone } = usePhone();
  const w = usePhoneWords();
  return (
    <Alert p="xs" color={trouble === "no-account" ? "gray" : "red"} role="alert" data-trouble={trouble}>
      <Text size="sm">{w.troubles[trouble]}</Text>
      {trouble.startsWith("other") ? <Button mt="xs" size="compact-sm" onClick={() => { phone.takeHere(); }}>{w.takeHere}</Button> : null}
      {trouble.startsWith("microphone") ? <Button mt="xs" size="compact-sm" onClick={() => void phone.again()}>{w.again}</Button> : null}
    </Alert>
  );
}

function CallView({ call }: { call: PhoneCall }) {
  const { phone } = usePhone();
  const w = usePhoneWords();
  const [keypad, setKeypad] = useState(false);
  const ringing = call.state === "ringing";
  return (
    <Stack gap="xs" data-testid="phone-call" data-state={call.state}>
      <Group justify="space-between">
        <Text fw={700} size="lg">{call.test ? w.test : w[call.state]}</Text>
        <Since at={call.since} />
      </Group>
      <Text>{call.test ? w.testHint : call.who || w.unknown}</Text>
      {call.muted ? <Text c="var(--mantine-color-error)" fw={700}>{w.muted}</Text> : null}
      <Group gap="xs" grow>
        {ringing ? <Button color="green" onClick={() => { phone.answer(); }}>{w.answer}</Button> : null}
        {call.state === "talking" ? (
          <Button variant="default" aria-pressed={call.muted} onClick={() => { phone.mute(!call.muted); }}>{call.muted ? w.unmute : w.mute}</Button>
        ) : null}
        {call.state === "talking" ? <Button variant="default" aria-expanded={keypad} onClick={() => { setKeypad(!keypad); }}>{w.keypad}</Button> : null}
        <Button color="red" onClick={() => { phone.hangUp(); }}>{ringing ? w.decline : w.hangUp}</Button>
      </Group>
      {keypad && call.state === "talking" ? <Keypad /> : null}
    </Stack>
  );
}

function Keypad() {
  const { phone } = usePhone();
  const w = usePhoneWords();
  return (
    <SimpleGrid cols={3} spacing="xs" role="group" aria-label={w.keypad}>
      {KEYS.map((key) => (
        <Button key={key} variant="default" aria-label={w.key(key)} onClick={() => { phone.digit(key); }}>{key}</Button>
      ))}
    </SimpleGrid>
  );
}

function Since({ at }: { at: number }) {
  const [now, setNow] = useState(steady);
  useEffect(() => {
    const every = setInterval(() => { setNow(steady()); }, 1000);
    return () => { clearInterval(every); };
  }, [at]);
  return <Text ff="monospace">{duration((now - at) / 1000)}</Text>;
}
