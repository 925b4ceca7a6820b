/** How somebody signs in: password, sessions, second factor. */
import { Alert, Button, Group, PasswordInput, Stack, Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { type ReactNode, type SyntheticEvent, useState } from "react";
import { api, got } from "../../shared/api/client";
import type { components } from "../../shared/api/openapi";
import { explain, fieldErrors } from "../../shared/api/problem";
import { dayAndTime } from "../../shared/time";
import { AskButton } from "../common/Ask";
import { Missing, Rows } from "../common/List";
import { useAccountWords } from "./words";

interface Of {
  readonly account: components["schemas"]["AccountView"];
  /** It is read anew. */
  readonly changed: () => void;
}

export function Access(of: Of) {
  return (
    <>
      <NewPassword {...of} />
      <Sessions {...of} />
      <SecondFactor {...of} />
    </>
  );
}

function Part({ title, children }: { title: string; children: ReactNode }) {
  return (
    <Stack component="section" gap="xs" align="flex-start" aria-label={title}>
      <Title order={2} size="h4">{title}</Title>
      {children}
    </Stack>
  );
}

function NewPassword({ account: { name } }: Of) {
  const { password: w } = useAccountWords();
  const [given, setGiven] = useState("");
  const [problem, setProblem] = useState<unknown>(null);
  const [done, setDone] = useState(false);
  const submit = async (event: SyntheticEvent): Promise<void> => {
    event.preventDefault();
    setDone(false);
    try {
      await got(api.PUT("/api/v1/accounts/{name}/password", { params: { path: { name } }, body: { password: given } }));
      setGiven("");
      setProblem(null);
      setDone(true);
    } catch (error) {
      setProblem(error);
    }
  };
  return (
    <Part title={w.title}>
      <Text>{w.text}</Text>
      <form onSubmit={(event) => void submit(event)}>
        <Group align="flex-end">
          <PasswordInput label={w.field} name="new-password" autoComplete="new-password" required w="18rem" value={given}
            error={problem ? (fieldErrors(problem).password ?? explain(problem)) : undefined}
            onChange={(event) => { setGiven(event.target.value); }} />
          <Button type="submit" variant="default">{w.set}</Button>
        </Group>
      </form>
      <Text role="status">{done ? w.done : ""}</Text>
    </Part>
  );
}

function Sessions({ account: { name } }: Of) {
  const { sessions: w } = useAccountWords();
  const { data, error, refetch } = useQuery({
    queryKey: ["admin", "sessions", name],
    queryFn: () => got(api.GET("/api/v1/accounts/{name}/sessions", { params: { path: { name } } })),
  });
  const end = async (): Promise<void> => {
    await got(api.DELETE("/api/v1/accounts/{name}/sessions", { params: { path: { name } } }));
    await refetch();
  };
  return (
    <Part title={w.title}>
      {data ? null : <Missing error={error} again={() => void refetch()} />}
      {data?.total === 0 ? <Text>{w.none}</Text> : null}
      {data?.total ? (
        <>
          <Rows things={data.sessions} id={(one) => one.id} columns={[
            { title: w.since, cell: (one) => dayAndTime(one.created_at) },
            { title: w.seen, cell: (one) => dayAndTime(one.last_seen_at) },
            { title: w.from, cell: (one) => one.source },
          ]} />
          <AskButton label={w.end} title={`${w.end}: ${name}`} ends={w.ends} act={end} />
        </>
      ) : null}
    </Part>
  );
}

function SecondFactor({ account: { name, codes }, changed }: Of) {
  const { second: w } = useAccountWords();
  const [problem, setProblem] = useState<unknown>(null);
  const remove = async (): Promise<void> => {
    setProblem(null);
    await got(api.DELETE("/api/v1/accounts/{name}/codes", { params: { path: { name } } }));
    changed();
  };
  return (
    <Part title={w.title}>
      <Text>{codes ? w.on : w.none}</Text>
      {codes ? <AskButton label={w.remove} title={`${w.remove}: ${name}`} ends={w.ends} act={remove} /> : null}
      {problem ? <Alert color="red" variant="outline" role="alert">{explain(problem)}</Alert> : null}
    </Part>
  );
}
