/** The shift log: what was handed over first, then everything, the newest first. */
import { Alert, Anchor, Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link, useSearch } from "wouter";
import { api, got } from "../../shared/api/client";
import { explain } from "../../shared/api/problem";
import { Box } from "../floor/Box";
import { readAfter } from "../history/filter";
import history from "../history/History.module.css";
import { useSupervisorWords } from "../words";
import { LOG_KEY } from "./keys";
import { Entry } from "./Entry";
import { useLogWords } from "./words";
import { Write } from "./Write";

const MOST_OPEN = 100;

export function Log() {
  const w = useLogWords();
  const shared = useSupervisorWords();
  const after = readAfter(useSearch());
  const open = useQuery({
    queryKey: [LOG_KEY, "open"], queryFn: () => got(api.GET("/api/v1/shift-log", { params: { query: { open: true, limit: MOST_OPEN } } })),
  });
  const all = useQuery({
    queryKey: [LOG_KEY, after],
    queryFn: () => got(api.GET("/api/v1/shift-log", { params: { query: after === null ? {} : { after } } })),
  });
  const error = open.error ?? all.error;
  return (
    <>
      <Title order={1} size="h3" mb="sm">{w.title}</Title>
      {error ? <Alert color="red" variant="outline" role="alert" mb="md">{explain(error)}</Alert> : null}
      <div className={history.two}>
        <div className={history.sections}>
          <Box title={w.open} {...(open.data ? { count: open.data.total } : {})}>
            {open.data?.entries.length === 0 ? <Text>{w.noOpen}</Text> : null}
            {open.data?.entries.map((entry) => <Entry key={entry.id} entry={entry} toTake />)}
          </Box>
          <Box title={w.all}>
            {all.data?.entries.length === 0 ? <Text>{w.none}</Text> : null}
            {all.data?.entries.map((entry) => <Entry key={entry.id} entry={entry} />)}
            <div className={history.bar}>
              {after ? <Anchor component={Link} href="/log">{shared.first}</Anchor> : null}
              {all.data?.next ? <Anchor component={Link} href={`/log?${new URLSearchParams({ after: all.data.next }).toString()}`}>{shared.more}</Anchor> : null}
            </div>
          </Box>
        </div>
        <Box title={w.write}><Write /></Box>
      </div>
    </>
  );
}
