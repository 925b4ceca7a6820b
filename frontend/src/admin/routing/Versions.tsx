/** The versions of the routing document, what one changes, and putting one in force again. */
import { Alert, Stack, Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { api, got } from "../../shared/api/client";
import type { components } from "../../shared/api/openapi";
import { dayAndTime } from "../../shared/time";
import { AskButton } from "../common/Ask";
import { List, Missing } from "../common/List";
import { everyPage, pageQuery } from "../common/pages";
import { publish } from "./Draft";
import classes from "./routing.module.css";
import { useRoutingWords } from "./words";

type Stored = components["schemas"]["RoutingVersion"];

/** What the first one is published with, whatever language is read. */
const AS_INSTALLED = "as installed";

const list = (): Promise<readonly Stored[]> =>
  everyPage((after) => got(api.GET("/api/v1/routing/versions", { params: { query: pageQuery(after) } })), (page) => page.versions);

export function Versions() {
  const { versions: w } = useRoutingWords();
  const { data, error, refetch } = useQuery({ queryKey: ["admin", "routing", "versions"], queryFn: list });
  return (
    <List things={data} error={error} again={() => void refetch()} id={(one) => String(one.number)} empty={w.empty} href={(one) => `/versions/${one.number}`}
      columns={[
        { title: w.number, cell: (one) => one.number },
        { title: w.state, cell: (one) => (one.in_force ? w.inForce : "") },
        { title: w.published, cell: (one) => (one.published_at ? dayAndTime(one.published_at) : w.never) },
        { title: w.by, cell: (one) => one.published_by ?? one.stored_by },
        { title: w.note, cell: (one) => (one.note === AS_INSTALLED ? w.asInstalled : one.note) },
      ]} />
  );
}

interface VersionProps {
  readonly number: number;
  readonly now: components["schemas"]["RoutingNow"];
  readonly published: (number: number) => void;
}

export function Version({ number, now, published }: VersionProps) {
  const { versions: w } = useRoutingWords();
  const against = now.number ?? number;
  const { data, error, refetch } = useQuery({
    queryKey: ["admin", "routing", "diff", number, against],
    queryFn: () => got(api.GET("/api/v1/routing/versions/{number}/diff", { params: { path: { number }, query: { against } } })),
  });
  const restore = async (): Promise<void> => {
    await publish(number, w.restored(number), now.version);
    published(number);
  };
  return (
    <Stack>
      <Title order={2} size="h3">{w.title(number)}</Title>
      {number === now.number ? <Alert variant="outline">{w.inForce}</Alert> : (
        <>
          <Text>{w.diff}</Text>
          {data === undefined ? <Missing error={error} again={() => void refetch()} /> : <Diff lines={data.lines} />}
          <div><AskButton label={w.restore} title={`${w.restore}: ${number}`} ends={w.restoreAsk} act={restore} /></div>
        </>
      )}
    </Stack>
  );
}

/** The sign stands before each line: nothing by colour alone. */
function Diff({ lines }: { lines: readonly string[] }) {
  const { versions: w } = useRoutingWords();
  if (lines.length === 0) return <Text>{w.same}</Text>;
  return (
    <div className={classes.diff} tabIndex={0} role="region" aria-label={w.diff}>
      {lines.map((line, at) => <div key={at} data-sign={line[0]}>{line}</div>)}
    </div>
  );
}
