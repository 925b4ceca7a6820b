/** The document as it is written. */
import { Textarea } from "@mantine/core";
import classes from "./routing.module.css";
import { useRoutingWords } from "./words";

export function Source({ text, change }: { text: string; change: (text: string) => void }) {
  const { text: w } = useRoutingWords();
  return (
    <Textarea label={w.label} description={w.help} name="source" rows={24} value={text} spellCheck={false} className={classes.source}
      onChange={(event) => { change(event.target.value); }} />
  );
}
