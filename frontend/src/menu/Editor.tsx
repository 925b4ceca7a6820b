/** The menu callers hear: read, changed, tried, published. */
import { Button, Loader, Stack, Text } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { explain } from "../shared/api/problem";
import { useMe } from "../shared/session/session";
import { lookAgain, useLive } from "./asking";
import { useMenuWords } from "./words";
import { Workbench } from "./Workbench";

export default function Editor() {
  const w = useMenuWords();
  const me = useMe();
  const queries = useQueryClient();
  const { data, error } = useLive();
  if (data) return <Workbench owner={me.name} live={data} />;
  return (
    <Stack align="center" mt="20vh" role="status">
      {error ? <Text>{w.away} {explain(error)}</Text> : <Loader aria-hidden />}
      {error ? <Button onClick={() => void lookAgain(queries)}>{w.retry}</Button> : <Text>{w.loading}</Text>}
    </Stack>
  );
}
