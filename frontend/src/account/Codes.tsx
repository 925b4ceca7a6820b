/** Codes of an authenticator app: set up by a QR code and confirmed by a first code; stopped by the password. */
import { Alert, Button, Group, PasswordInput, Stack, Text, TextInput, Title } from "@mantine/core";
import { type ReactNode, type SyntheticEvent, useState } from "react";
import { api, got } from "../shared/api/client";
import type { components } from "../shared/api/openapi";
import { Qr } from "../shared/qr/Qr";
import { said, useChange } from "./account";
import { useAccountWords } from "./words";

type Enrolment = components["schemas"]["Enrolment"];

export function Codes({ on }: { on: boolean }) {
  const { codes: w } = useAccountWords();
  const [enrolment, setEnrolment] = useState<Enrolment | null>(null);
  const [done, setDone] = useState("");
  return (
    <section aria-labelledby="codes">
      <Title order={2} size="h4" mb="xs" id="codes">{w.title}</Title>
      <Stack gap="sm">
        <Text>{on ? w.on : w.off}</Text>
        {enrolment ? (
          <Confirm enrolment={enrolment} onEnd={(confirmed) => { setEnrolment(null); setDone(confirmed ? w.done : ""); }} />
        ) : on ? (
          <Stop onDone={() => { setDone(w.removed); }} />
        ) : (
          <Begin onBegun={setEnrolment} />
        )}
        <Text role="status">{done}</Text>
        {on ? <Text size="sm" c="dimmed">{w.lost}</Text> : null}
      </Stack>
    </section>
  );
}

function Begin({ onBegun }: { onBegun: (enrolment: Enrolment) => void }) {
  const { codes: w } = useAccountWords();
  const begin = useChange((password: string) => got(api.POST("/api/v1/session/codes", { body: { password } })));
  return <Proof label={w.begin} error={begin.error} busy={begin.isPending} onProof={(password) => { begin.mutate(password, { onSuccess: onBegun }); }} />;
}

function Stop({ onDone }: { onDone: () => void }) {
  const { codes: w } = useAccountWords();
  const stop = useChange((password: string) => got(api.POST("/api/v1/session/codes/remove", { body: { password } })));
  return <Proof label={w.remove} error={stop.error} busy={stop.isPending} onProof={(password) => { stop.mutate(password, { onSuccess: onDone }); }} />;
}

interface Proving {
  readonly label: string;
  readonly error: Error | null;
  readonly busy: boolean;
  readonly onProof: (password: string) => void;
}

function Proof({ label, error, busy, onProof }: Proving) {
  const w = useAccountWords();
  const [password, setPassword] = useState("");
  return (
    <Asked error={error} onSubmit={() => { onProof(password); }}>
      <PasswordInput label={w.current} name="proof" autoComplete="current-password" required value={password}
        onChange={(event) => { setPassword(event.target.value); }} />
      <Button type="submit" variant="default" loading={busy} w="fit-content">{label}</Button>
    </Asked>
  );
}

function Confirm({ enrolment, onEnd }: { enrolment: Enrolment; onEnd: (confirmed: boolean) => void }) {
  const { codes: w } = useAccountWords();
  const [code, setCode] = useState("");
  const confirm = useChange((given: string) => got(api.PUT("/api/v1/session/codes", { body: { code: given } })));
  return (
    <>
      <Text>{w.scan}</Text>
      <Qr text={enrolment.address} label={w.picture} />
      <Text size="sm">{w.byHand} <code data-testid="secret">{enrolment.secret.replace(/(.{4})(?=.)/g, "$1 ")}</code></Text>
      <Asked error={confirm.error} onSubmit={() => { confirm.mutate(code.trim(), { onSuccess: () => { onEnd(true); } }); }}>
        <TextInput label={w.code} name="code" autoComplete="one-time-code" inputMode="numeric" required autoFocus minLength={6} maxLength={20}
          value={code} onChange={(event) => { setCode(event.target.value); }} />
        <Group>
          <Button type="submit" loading={confirm.isPending}>{w.confirm}</Button>
          <Button variant="default" onClick={() => { onEnd(false); }}>{w.cancel}</Button>
        </Group>
      </Asked>
    </>
  );
}

function Asked({ error, onSubmit, children }: { error: Error | null; onSubmit: () => void; children: ReactNode }) {
  const w = useAccountWords();
  const submit = (event: SyntheticEvent): void => {
    event.preventDefault();
    onSubmit();
  };
  return (
    <form onSubmit={submit}>
      <Stack gap="sm">
        {children}
        {error ? <Alert color="red" variant="outline" role="alert">{said(error, { password: w.notYours, code: w.codes.wrong })}</Alert> : null}
      </Stack>
    </form>
  );
}
