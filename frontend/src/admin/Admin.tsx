/** Administration: a menu of pages, each of which looks after one thing. */
import { Anchor, Button, Loader, Stack, Text, Title } from "@mantine/core";
import { Suspense, useState } from "react";
import { Link, Route, Switch, useLocation } from "wouter";
import { Said } from "../shared/shell/Said";
import classes from "./Admin.module.css";
import { GROUPS, PAGES } from "./pages";
import { useAdminWords } from "./words";

export default function Admin() {
  const w = useAdminWords();
  return (
    <div className={classes.frame}>
      <Menu />
      <div>
        <Suspense fallback={<Stack role="status"><Loader aria-hidden /><Text>{w.loading}</Text></Stack>}>
          <Switch>
            <Route path="/"><Overview /></Route>
            {PAGES.map(({ name, Page }) => <Route key={name} path={`/${name}`} nest><Page /></Route>)}
            <Route><Said title={w.noSuch.title} text={w.noSuch.text} /></Route>
          </Switch>
        </Suspense>
      </div>
    </div>
  );
}

const NAMES = Object.keys(GROUPS) as (keyof typeof GROUPS)[];

function Menu() {
  const w = useAdminWords();
  const [path] = useLocation();
  const [closed, setClosed] = useState(true);
  return (
    <div data-no-print>
      <Button className={classes.narrow} variant="default" aria-expanded={!closed} onClick={() => { setClosed(!closed); }}>{w.menuOpen}</Button>
      <nav className={classes.menu} aria-label={w.menu} data-closed={closed || undefined}>
        {NAMES.map((group) => (
          <div key={group}>
            <p id={`menu-${group}`}>{w.groups[group]}</p>
            <ul aria-labelledby={`menu-${group}`}>
              {GROUPS[group].map((name) => (
                <li key={name}>
                  <Link href={`/${name}`} aria-current={path.split("/")[1] === name ? "page" : undefined}
                    onClick={() => { setClosed(true); }}>
                    {w.pages[name].name}
                  </Link>
                </li>
              ))}
            </ul>
          </div>
        ))}
      </nav>
    </div>
  );
}

function Overview() {
  const w = useAdminWords();
  return (
    <Stack>
      <Title order={1} size="h2">{w.title}</Title>
      <Text>{w.lead}</Text>
      {NAMES.map((group) => (
        <section key={group}>
          <Title order={2} size="h5" mb="xs">{w.groups[group]}</Title>
          <ul className={classes.cards}>
            {GROUPS[group].map((name) => (
              <li key={name}>
                <Anchor component={Link} href={`/${name}`} fw={600}>{w.pages[name].name}</Anchor>
                <Text size="sm" c="dimmed">{w.pages[name].about}</Text>
              </li>
            ))}
          </ul>
        </section>
      ))}
    </Stack>
  );
}
