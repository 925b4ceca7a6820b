/** Parts of one page, each with an address of its own. */
import { Anchor, Group } from "@mantine/core";
import { Link, useLocation } from "wouter";
import classes from "./common.module.css";

interface TabsProps<T extends string> {
  readonly label: string;
  /** The first one has the page's own address. */
  readonly tabs: readonly T[];
  readonly words: Readonly<Record<T, string>>;
}

export function Tabs<T extends string>({ label, tabs, words }: TabsProps<T>) {
  const [path] = useLocation();
  const here = tabs.find((tab) => path.startsWith(`/${tab}`)) ?? tabs[0];
  return (
    <Group component="nav" aria-label={label} gap="xs" className={classes.tabs}>
      {tabs.map((tab, at) => (
        <Anchor key={tab} component={Link} href={at === 0 ? "/" : `/${tab}`} aria-current={tab === here ? "page" : undefined}>{words[tab]}</Anchor>
      ))}
    </Group>
  );
}
