/** What holds for the whole menu: its name, languages, where it begins, what is heard while waiting. */
import { Button, Group, NativeSelect, Text, TextInput, Title } from "@mantine/core";
import { useState } from "react";
import { addLanguage, fillLanguage, LANGUAGE, removeLanguage, sayings, setValue } from "./document/changes";
import type { Menu } from "./document/menu";
import { Fault } from "./Fault";
import classes from "./Menu.module.css";
import type { Problem } from "./problems";
import { type Change, Says } from "./Says";
import { useMenuWords } from "./words";

interface Props {
  readonly menu: Menu;
  readonly problems: readonly Problem[];
  readonly change: Change;
}

export function WholeForm({ menu, problems, change }: Props) {
  const w = useMenuWords();
  const set = (field: string, value: string): void => {
    change((text) => setValue(text, [field], value === "" ? undefined : value), field);
  };
  const names = [...menu.nodes.keys()];
  return (
    <section aria-label={w.whole}>
      <Title order={2} size="h4" mb="xs">{w.whole}</Title>
      {problems.map((problem, number) => <Fault key={number} problem={problem} />)}
      <TextInput label={w.name} value={menu.name} mb="xs" onChange={(event) => { set("name", event.currentTarget.value); }} />
      <NativeSelect label={w.start} value={menu.start} mb="xs" data={names.includes(menu.start) ? names : [{ value: menu.start, label: `✗ ${menu.start}` }, ...names]}
        onChange={(event) => { set("start", event.currentTarget.value); }} />
      <TextInput label={w.timeZone} value={menu.timeZone} mb="sm" placeholder="Asia/Jakarta" onChange={(event) => { set("time_zone", event.currentTarget.value); }} />
      <Languages menu={menu} change={change} />
      <Says say={menu.waiting} path={["waiting"]} languages={menu.languages} label={w.waiting} change={change} />
    </section>
  );
}

function Languages({ menu, change }: Omit<Props, "problems">) {
  const w = useMenuWords();
  const [code, setCode] = useState("");
  const good = LANGUAGE.test(code) && !menu.languages.includes(code);
  const add = (): void => {
    if (!good) return;
    change((text) => addLanguage(text, menu, code), "");
    setCode("");
  };
  return (
    <fieldset className={classes.says}>
      <legend className={classes.legend}>{w.languages}</legend>
      {menu.languages.map((language, number) => {
        const missing = sayings(menu).some(({ say }) => !(language in say));
        return (
          <Group key={language} gap="xs" mb={4}>
            <Text size="sm" fw={500} component="span">{language}</Text>
            {number === 0 ? <Text size="xs" c="dimmed" component="span">{w.firstLanguage}</Text> : (
              <>
                {missing ? (
                  <Button variant="default" size="compact-xs" aria-label={`${w.fill}: ${language}`} onClick={() => { change((text) => fillLanguage(text, menu, language), ""); }}>{w.fill}</Button>
                ) : null}
                <Button variant="subtle" color="red" size="compact-xs" aria-label={`${w.remove}: ${language}`} onClick={() => { change((text) => removeLanguage(text, menu, language), ""); }}>{w.remove}</Button>
              </>
            )}
          </Group>
        );
      })}
      <div className={classes.row}>
        <TextInput label={w.languageCode} size="xs" value={code} error={code && !LANGUAGE.test(code) ? w.languageRule : undefined} autoComplete="off"
          onChange={(event) => { setCode(event.currentTarget.value); }} onKeyDown={(event) => { if (event.key === "Enter") add(); }} />
        <Button variant="default" size="xs" disabled={!good} onClick={add}>{w.addLanguage}</Button>
      </div>
    </fieldset>
  );
}
