/** My own account, whatever my role: password, authenticator codes, where I am signed in. */
import { Alert, Loader, Stack, Title } from "@mantine/core";
import { explain } from "../shared/api/problem";
import { useAccount } from "./account";
import { Codes } from "./Codes";
import { Password } from "./Password";
import { Sessions } from "./Sessions";
import { useAccountWords } from "./words";

export default function Account() {
  const w = useAccountWords();
  const { data, error } = useAccount();
  return (
    <Stack maw="34rem" mx="auto" gap="xl">
      <Title order={1} size="h2">{w.title}</Title>
      {error ? <Alert color="red" variant="outline" role="alert">{explain(error)}</Alert> : null}
      {data ? (
        <>
          <Password hasOne={data.has_password} />
          {data.has_password ? <Codes on={data.codes} /> : null}
          <Sessions sessions={data.sessions} />
        </>
      ) : error ? null : <Loader aria-hidden />}
    </Stack>
  );
}
