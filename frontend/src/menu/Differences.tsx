/** What changes from one menu to another: as a picture, node by node, and line by line. */
import { Text } from "@mantine/core";
import { lazy, Suspense } from "react";
import { difference, type Field, together } from "./difference";
import { type Menu, menuOf } from "./document/menu";
import { parse } from "./document/yaml";
import { lineDifference } from "./lines";
import classes from "./Menu.module.css";
import { useMenuWords } from "./words";

const MenuGraph = lazy(() => import("./graph/MenuGraph"));

function read(text: string): Menu | null {
  try {
    return menuOf(parse(text));
  } catch {
    return null;
  }
}

export function Differences({ before, after }: { before: string; after: string }) {
  const w = useMenuWords();
  const [one, other] = [read(before), read(after)];
  if (before === after) return <Text size="sm">{w.noChanges}</Text>;
  const changes = one && other ? difference(one, other) : [];
  const marks = new Map(changes.map((change) => [change.node, change.mark]));
  const field = (name: Field): string => w.fields[name];
  return (
    <>
      {one && other && changes.length ? (
        <div className={classes.picture} aria-hidden>
          <Suspense>
            <MenuGraph menu={together(one, other)} picked={null} onPick={() => undefined} still
              signs={(name) => ({ bad: 0, hints: 0, mark: marks.get(name) })} />
          </Suspense>
        </div>
      ) : null}
      {changes.length ? null : <Text size="sm">{w.onlyWriting}</Text>}
      <ul className={classes.list} aria-label={w.changes}>
        {changes.map((change) => (
          <li key={change.node}>
            <Text size="sm" fw={600}>{change.node || w.whole}: {w.marks[change.mark]}</Text>
            {change.fields.map((each) => (
              <Text key={each.field} size="xs" className={classes.lines}>
                {field(each.field)}: {change.mark === "added" ? each.after : `${each.before || "–"} → ${each.after || "–"}`}
              </Text>
            ))}
          </li>
        ))}
      </ul>
      <details>
        <summary>{w.lines}</summary>
        <pre className={classes.diff} tabIndex={0} aria-label={w.lines}>{lineDifference(before, after).join("\n")}</pre>
      </details>
    </>
  );
}
