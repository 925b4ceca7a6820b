/** What stands around every screen: who I am, where I can go, language, appearance, and whether what I see is fresh. */
import { Button, Text } from "@mantine/core";
import { type ReactNode, useEffect, useRef, useState } from "react";
import { Link, useLocation } from "wouter";
import { explain } from "../api/problem";
import { type Screen, screensOf } from "../screen";
import { type Me, signOut, useMe } from "../session/session";
import { useLanguage } from "../words/words";
import classes from "./Shell.module.css";
import { Freshness, SignLines, useSigns } from "./Signs";
import { LanguageSwitch, ThemeSwitch } from "./Switches";
import { useShellWords } from "./words";

const SEE_THE_FLOOR: readonly Me["role"][] = ["operator", "supervisor", "admin", "integration"];

export function Shell({ screen, children }: { screen?: Screen | undefined; children: ReactNode }) {
  const me = useMe();
  const w = useShellWords();
  const signs = useSigns(SEE_THE_FLOOR.includes(me.role));
  const main = useRef<HTMLElement>(null);
  useTitle(screen);
  return (
    <>
      {screen?.bare ? null : (
        <>
          <a className={classes.skip} href="#main" onClick={(event) => { event.preventDefault(); main.current?.focus(); }}>
            {w.skip}
          </a>
          <header className={classes.header}>
            <span className={classes.title}>{w.service}</span>
            <Navigation me={me} />
            <Freshness signs={signs} />
            <LanguageSwitch />
            <ThemeSwitch />
            <Link className={classes.me} href="~/account" title={w.account}>{w.me(me.name, w.roles[me.role])}</Link>
            <SignOut />
          </header>
        </>
      )}
      <SignLines signs={signs} />
      <main id="main" ref={main} tabIndex={-1} className={screen?.bare ? undefined : classes.main}>{children}</main>
    </>
  );
}

function useTitle(screen: Screen | undefined): void {
  const language = useLanguage();
  useEffect(() => {
    document.title = screen ? `${screen.title[language]} · 112` : "112";
  }, [screen, language]);
}

function Navigation({ me }: { me: Me }) {
  const w = useShellWords();
  const language = useLanguage();
  useLocation(); // below the screen it stands in; drawn again when that changes
  return (
    <nav className={classes.nav} aria-label={w.screens}>
      {screensOf(me.role).map((screen) => (
        <Link key={screen.path} href={`~${screen.path}`} aria-current={location.pathname.startsWith(screen.path) ? "page" : undefined}>
          {screen.title[language]}
        </Link>
      ))}
    </nav>
  );
}

function SignOut() {
  const w = useShellWords();
  const [failed, setFailed] = useState("");
  const leave = (): void => {
    signOut().catch((error: unknown) => { setFailed(w.signOutFailed(explain(error))); });
  };
  return (
    <>
      <Button variant="default" size="compact-sm" onClick={leave}>{w.signOut}</Button>
      {failed ? <Text size="sm" c="red" role="alert">{failed}</Text> : null}
    </>
  );
}
