/** Name and password, and a code when the account asks for one. */
import { Alert, Button, PasswordInput, Stack, TextInput } from "@mantine/core";
import { type SyntheticEvent, useState } from "react";
import { explain, Problem } from "../shared/api/problem";
import { signIn } from "../shared/session/session";
import { useWait } from "./wait";
import { useLoginWords } from "./words";

/** `name`: who was signed in before; it can be another one. */
export function SignInForm({ name = "" }: { name?: string }) {
  const w = useLoginWords();
  const [given, setGiven] = useState({ name, password: "", code: "" });
  const [problem, setProblem] = useState<Problem | null>(null);
  const [codeAsked, setCodeAsked] = useState(false);
  const [busy, setBusy] = useState(false);
  const [left, wait] = useWait();

  const submit = async (event: SyntheticEvent): Promise<void> => {
    event.preventDefault();
    if (busy || left > 0) return;
    setBusy(true);
    try {
      await signIn(given.name.trim(), given.password, codeAsked ? given.code.trim() : undefined);
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      const asked = error.kind === "code-needed";
      setCodeAsked(codeAsked || asked);
      if (error.kind === "slow-down") wait(error.retryAfter ?? 1);
      setProblem(asked && !codeAsked ? null : error);
    } finally {
      setBusy(false);
    }
  };

  return (
    <form onSubmit={(event) => void submit(event)}>
      <Stack gap="md">
        <TextInput label={w.name} name="username" autoComplete="username" autoCapitalize="none" required autoFocus={!name}
          value={given.name} onChange={(event) => { setGiven({ ...given, name: event.target.value }); }} />
        <PasswordInput label={w.password} name="password" autoComplete="current-password" required autoFocus={!!name}
          value={given.password} onChange={(event) => { setGiven({ ...given, password: event.target.value }); }} />
        {codeAsked ? (
          <TextInput label={w.code} description={w.codeHelp} name="code" autoComplete="one-time-code" inputMode="numeric"
            required autoFocus value={given.code} onChange={(event) => { setGiven({ ...given, code: event.target.value }); }} />
        ) : null}
        {problem ? <Alert color="red" variant="outline" role="alert">{said(problem, w)}</Alert> : null}
        <Button type="submit" loading={busy} fullWidth aria-disabled={left > 0} data-disabled={left > 0}>
          {left > 0 ? w.wait(left) : w.signIn}
        </Button>
      </Stack>
    </form>
  );
}

function said(problem: Problem, w: ReturnType<typeof useLoginWords>): string {
  if (problem.kind === "slow-down" && problem.retryAfter) return w.slow(problem.retryAfter);
  return problem.kind === "sign-in" || problem.kind === "code-needed" ? w.wrong : explain(problem);
}
