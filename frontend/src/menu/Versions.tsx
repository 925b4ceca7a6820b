/** All versions of the menu: looked at, compared, made the draft, or live again in one click. */
import { Button, Group, Text } from "@mantine/core";
import { useState } from "react";
import { explain } from "../shared/api/problem";
import { dayAndTime } from "../shared/time";
import { type Now, sourceOf, useSource, useVersions, type Version } from "./asking";
import { Differences } from "./Differences";
import classes from "./Menu.module.css";
import { Window } from "./Window";
import { useMenuWords } from "./words";

interface Props {
  readonly now: Now;
  readonly text: string;
  readonly onClose: () => void;
  readonly onTake: (text: string) => void;
  readonly onBack: (number: number | null) => Promise<void>;
}

export function Versions({ now, text, onClose, onTake, onBack }: Props) {
  const w = useMenuWords();
  const { data, error } = useVersions(true);
  const [compared, setCompared] = useState<number | null | undefined>(undefined);
  const [failed, setFailed] = useState("");
  const act = (doing: Promise<unknown>): void => {
    doing.catch((problem: unknown) => { setFailed(explain(problem)); });
  };
  const take = (number: number | null): void => {
    act(sourceOf(number).then((source) => {
      onTake(source);
      onClose();
    }));
  };
  const rows: readonly (Version | null)[] = [...(data?.versions ?? []), null];
  return (
    <Window title={w.versionsTitle} wide onClose={onClose}>
      {error ? <Text role="alert" size="sm" className={classes.bad}>{explain(error)}</Text> : null}
      {failed ? <Text role="alert" size="sm" className={classes.bad}>{failed}</Text> : null}
      {data?.total === 0 ? <Text size="sm" mb="sm">{w.noVersions}</Text> : null}
      <table className={classes.versions}>
        <tbody>
          {rows.map((version) => {
            const number = version?.number ?? null;
            const live = now.live === number;
            const name = number === null ? w.builtIn : w.version(number);
            return (
              <tr key={number ?? 0}>
                <th scope="row">{name}{live ? <div className={classes.good}>● {w.liveNow}</div> : null}</th>
                <td>
                  {version?.note}
                  {version ? <Text size="xs" c="dimmed">{version.published_at ? w.publishedAt(dayAndTime(version.published_at), version.published_by ?? "") : w.never}</Text> : null}
                </td>
                <td>
                  <Group gap={4}>
                    <Button variant="default" size="compact-xs" aria-label={`${w.compare}: ${name}`} onClick={() => { setCompared(number); }}>{w.compare}</Button>
                    <Button variant="default" size="compact-xs" aria-label={`${w.take}: ${name}`} onClick={() => { take(number); }}>{w.take}</Button>
                    {live ? null : <Button variant="default" size="compact-xs" aria-label={`${w.publishAgain}: ${name}`} onClick={() => { act(onBack(number).then(onClose)); }}>{w.publishAgain}</Button>}
                  </Group>
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
      {compared === undefined ? null : <Compared number={compared} text={text} />}
    </Window>
  );
}

function Compared({ number, text }: { number: number | null; text: string }) {
  const w = useMenuWords();
  const { data } = useSource(number);
  return (
    <section aria-label={w.changes}>
      <Text fw={600} mt="md" mb="xs">{number === null ? w.builtIn : w.version(number)} →</Text>
      {data === undefined ? null : <Differences before={data} after={text} />}
    </section>
  );
}
