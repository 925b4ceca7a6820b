/** Language and appearance. */
import { Button, Menu, useMantineColorScheme } from "@mantine/core";
import { setLanguage, useLanguage } from "../words/words";
import { useShellWords } from "./words";

export function LanguageSwitch() {
  const w = useShellWords();
  const other = useLanguage() === "id" ? "en" : "id";
  return (
    <Button variant="default" size="compact-sm" lang={other} aria-label={`${w.language}: ${w.languageLabel}`}
      onClick={() => { setLanguage(other); }}>
      {w.language}
    </Button>
  );
}

const SCHEMES = ["light", "dark", "auto"] as const;

export function ThemeSwitch() {
  const w = useShellWords();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  return (
    <Menu>
      <Menu.Target>
        <Button variant="default" size="compact-sm">{w.theme.label}</Button>
      </Menu.Target>
      <Menu.Dropdown>
        {SCHEMES.map((scheme) => (
          <Menu.Item key={scheme} onClick={() => { setColorScheme(scheme); }} fw={scheme === colorScheme ? 700 : 400}>
            {w.theme[scheme]}{scheme === colorScheme ? " ✓" : ""}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
