/** The opening hours of a schedule: days, and from when to when. */
import { Button, Checkbox, Group, TextInput } from "@mantine/core";
import { setValue } from "./document/changes";
import { DAYS, type Hours, type MenuNode } from "./document/menu";
import classes from "./Menu.module.css";
import type { Change } from "./Says";
import { useMenuWords } from "./words";

export function HoursFields({ node, change }: { node: MenuNode; change: Change }) {
  const w = useMenuWords();
  const path = ["nodes", node.name, "hours"];
  const write = (hours: readonly Hours[], about: string): void => {
    change((text) => setValue(text, path, hours.map(({ days, from, to }) => ({ days, from, to }))), about);
  };
  const put = (number: number, part: Partial<Hours>, about: string): void => {
    write(node.hours.map((each, at) => (at === number ? { ...each, ...part } : each)), about);
  };
  return (
    <fieldset className={classes.says}>
      <legend className={classes.legend}>{w.hours}</legend>
      {node.hours.map((hours, number) => (
        <div key={number} className={classes.piece}>
          <Group gap="xs">
            {DAYS.map((day) => (
              <Checkbox key={day} size="xs" label={w.days[day]} checked={hours.days.includes(day)}
                onChange={(event) => {
                  const chosen = event.currentTarget.checked ? [...hours.days, day] : hours.days.filter((each) => each !== day);
                  put(number, { days: DAYS.filter((each) => chosen.includes(each)) }, "");
                }} />
            ))}
          </Group>
          <div className={classes.row}>
            <TextInput label={w.from} size="xs" w="6rem" value={hours.from} placeholder="08:00" onChange={(event) => { put(number, { from: event.currentTarget.value }, `${node.name}.from`); }} />
            <TextInput label={w.to} size="xs" w="6rem" value={hours.to} placeholder="16:00" onChange={(event) => { put(number, { to: event.currentTarget.value }, `${node.name}.to`); }} />
            <Button variant="subtle" color="red" size="compact-xs" disabled={node.hours.length < 2} onClick={() => { write(node.hours.filter((_, at) => at !== number), ""); }}>
              {w.remove}
            </Button>
          </div>
        </div>
      ))}
      <Button variant="subtle" size="compact-xs" onClick={() => { write([...node.hours, { days: ["sat"], from: "08:00", to: "12:00" }], ""); }}>{w.addHours}</Button>
    </fieldset>
  );
}
