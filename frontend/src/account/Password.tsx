/** Another password: the current one proves that it is me, not somebody at my open page. */
import { Alert, Button, PasswordInput, Stack, Text, Title } from "@mantine/core";
import { type SyntheticEvent, useState } from "react";
import { api, got } from "../shared/api/client";
import { said, useChange } from "./account";
import { useAccountWords } from "./words";

const EMPTY = { current: "", password: "", again: "" };

export function Password({ hasOne }: { hasOne: boolean }) {
  const w = useAccountWords();
  const [given, setGiven] = useState(EMPTY);
  const [differs, setDiffers] = useState(false);
  const change = useChange(({ current, password }: typeof EMPTY) => got(api.PUT("/api/v1/session/password", { body: { current, password } })));
  if (!hasOne) return <section><Title order={2} size="h4" mb="xs">{w.password.title}</Title><Text>{w.password.none}</Text></section>;

  const submit = (event: SyntheticEvent): void => {
    event.preventDefault();
    setDiffers(given.password !== given.again);
    if (given.password === given.again) change.mutate(given, { onSuccess: () => { setGiven(EMPTY); } });
  };
  const field = (name: keyof typeof EMPTY) => ({
    name,
    value: given[name],
    required: true,
    autoComplete: name === "current" ? "current-password" : "new-password",
    onChange: (event: { target: { value: string } }) => { setGiven({ ...given, [name]: event.target.value }); },
  });
  return (
    <section aria-labelledby="password">
      <Title order={2} size="h4" mb="xs" id="password">{w.password.title}</Title>
      <form onSubmit={submit}>
        <Stack gap="sm" align="stretch">
          <PasswordInput label={w.current} {...field("current")} />
          <PasswordInput label={w.password.new} description={w.password.rules} minLength={12} maxLength={200} {...field("password")} />
          <PasswordInput label={w.password.again} error={differs ? w.password.differs : null} {...field("again")} />
          {change.error ? <Alert color="red" variant="outline" role="alert">{said(change.error, { current: w.notYours, password: w.password.easy })}</Alert> : null}
          {change.isSuccess ? <Text role="status">{w.password.done}</Text> : null}
          <Button type="submit" loading={change.isPending} w="fit-content">{w.password.save}</Button>
        </Stack>
      </form>
    </section>
  );
}
