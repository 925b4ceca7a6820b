/** Always in sight: how long an emergency may wait for an operator's queue at worst, and how many problems there are. */
import { Button, List, Text } from "@mantine/core";
import { useEffect, useState } from "react";
import { useLanguage } from "../shared/words/words";
import type { Checked } from "./asking";
import { Fault } from "./Fault";
import classes from "./Menu.module.css";
import { part, type Way } from "./problems";
import { useMenuWords } from "./words";
import { Window } from "./Window";

const SLOW_MS = 1_200;

interface Props {
  readonly checked: Checked | null;
  readonly fresh: boolean;
  readonly limit: number;
  readonly error: string;
}

export function Worst({ checked, fresh, limit, error }: Props) {
  const w = useMenuWords();
  const [open, setOpen] = useState(false);
  const slow = useSlow(!fresh);
  const problems = checked?.report.problems ?? [];
  const fatal = problems.filter((problem) => problem.fatal).length;
  const number = useNumber();
  return (
    <>
      <div data-testid="worst" className={classes.worst}><WorstTime checked={checked} fresh={fresh} limit={limit} /></div>
      <Button variant="default" size="compact-sm" data-testid="problems" data-fresh={fresh || undefined} onClick={() => { setOpen(true); }} disabled={!checked}>
        {slow ? w.checking : <span className={fatal ? classes.bad : problems.length ? classes.hint : classes.good}>{fatal ? `✗ ${w.problems(fatal)}` : problems.length ? `! ${w.hints(problems.length)}` : `✓ ${w.noProblem}`}</span>}
      </Button>
      {error ? <Text size="sm" role="alert" className={classes.bad}>{w.notChecked} {error}</Text> : null}
      {open && checked ? (
        <Window title={w.how} onClose={() => { setOpen(false); }}>
          {problems.map((problem, at) => <Fault key={at} problem={problem} />)}
          {checked.report.ways.slice(0, 10).map((way, at) => <OneWay key={at} way={way} number={number} />)}
        </Window>
      ) : null}
    </>
  );
}

/** The time alone: it is in sight wherever the menu is changed. */
export function WorstTime({ checked, fresh, limit }: Omit<Props, "error">) {
  const w = useMenuWords();
  const number = useNumber();
  const slow = useSlow(!fresh);
  const worst = checked?.report.ways[0];
  const late = worst !== undefined && worst.seconds > limit;
  return (
    <div className={slow ? classes.old : undefined}>
      <Text size="xs" c="dimmed">{w.worst}</Text>
      {worst ? (
        <Text size="sm" component="div">
          <meter className={classes.meter} min={0} max={limit} high={limit} value={Math.min(worst.seconds, limit)} aria-label={w.worst} />{" "}
          {w.worstOf(number(worst.seconds), number(limit))} · <span className={late ? classes.bad : classes.good}>{late ? `✗ ${w.tooLong}` : `✓ ${w.within}`}</span>
        </Text>
      ) : <Text size="sm">{checked ? w.unknownTime : w.checking}</Text>}
    </div>
  );
}

function useNumber(): (seconds: number) => string {
  const form = new Intl.NumberFormat(useLanguage() === "id" ? "id-ID" : "en-GB", { maximumFractionDigits: 1, minimumFractionDigits: 1 });
  return (seconds) => form.format(seconds);
}

/** Whether it has been so for a while: what takes a moment is not said. */
function useSlow(is: boolean): boolean {
  const [slow, setSlow] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => { setSlow(is); }, is ? SLOW_MS : 0);
    return () => { clearTimeout(timer); };
  }, [is]);
  return slow && is;
}

function OneWay({ way, number }: { way: Way; number: (seconds: number) => string }) {
  const w = useMenuWords();
  const language = useLanguage();
  return (
    <>
      <Text size="sm" fw={600} mt="sm">{number(way.seconds)} {w.at}: {part(way.caller, language)}, {part(way.since, language)}</Text>
      <List size="sm">
        {way.legs.map((leg, at) => <List.Item key={at}>{part(leg.what, language)}: {number(leg.seconds)} {w.at}</List.Item>)}
      </List>
    </>
  );
}
