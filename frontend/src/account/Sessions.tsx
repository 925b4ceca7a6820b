/** Where I am signed in: what I do not know I end. */
import { Alert, Button, Stack, Table, Text, Title } from "@mantine/core";
import { api, got } from "../shared/api/client";
import { explain } from "../shared/api/problem";
import { dayAndTime } from "../shared/time";
import { type OwnAccount, useChange } from "./account";
import { useAccountWords } from "./words";

export function Sessions({ sessions }: { sessions: OwnAccount["sessions"] }) {
  const { sessions: w } = useAccountWords();
  const end = useChange(() => got(api.DELETE("/api/v1/session/others")));
  return (
    <section aria-labelledby="sessions">
      <Title order={2} size="h4" mb="xs" id="sessions">{w.title}</Title>
      <Stack gap="sm">
        <Table>
          <Table.Thead>
            <Table.Tr><Table.Th>{w.place}</Table.Th><Table.Th>{w.began}</Table.Th><Table.Th>{w.seen}</Table.Th></Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {sessions.map((session) => (
              <Table.Tr key={session.created_at}>
                <Table.Td>{session.this ? `${session.source} (${w.this})` : session.source}</Table.Td>
                <Table.Td>{dayAndTime(session.created_at)}</Table.Td>
                <Table.Td>{dayAndTime(session.last_seen_at)}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
        {end.error ? <Alert color="red" variant="outline" role="alert">{explain(end.error)}</Alert> : null}
        <Text role="status">{end.isSuccess ? w.ended : sessions.length < 2 ? w.alone : ""}</Text>
        {sessions.length > 1 ? (
          <Button variant="default" w="fit-content" loading={end.isPending} onClick={() => { end.mutate(undefined); }}>{w.end}</Button>
        ) : null}
      </Stack>
    </section>
  );
}
