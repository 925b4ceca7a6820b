/** What happened to a call, in order, each fact in words. */
import { Text } from "@mantine/core";
import type { components } from "../../shared/api/openapi";
import { clock, duration } from "../../shared/time";
import { useLanguage } from "../../shared/words/words";
import { sayFact } from "./facts";
import classes from "./History.module.css";
import { useHistoryWords } from "./words";

export function Timeline({ facts, from }: { facts: readonly components["schemas"]["CallFact"][]; from: string }) {
  const w = useHistoryWords();
  const language = useLanguage();
  if (facts.length === 0) return <Text>{w.noFacts}</Text>;
  return (
    <ol className={classes.timeline} data-testid="timeline">
      {facts.map((fact) => (
        <li key={fact.seq} data-kind={fact.kind}>
          <span>
            <time dateTime={fact.at}>{clock(fact.at)}</time>
            <br />
            <span className={classes.dim}>{w.after(duration((Date.parse(fact.at) - Date.parse(from)) / 1000))}</span>
          </span>
          <span>{sayFact(fact, language)}</span>
        </li>
      ))}
    </ol>
  );
}
