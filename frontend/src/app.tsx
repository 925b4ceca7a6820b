/** The page: who is there decides what is drawn, the address which screen. */
import { Button, Loader, Stack, Text, Title } from "@mantine/core";
import { type ComponentType, lazy, Suspense, useEffect } from "react";
import { Link, Redirect, Route, Switch, useLocation } from "wouter";
import { Login } from "./login/Login";
import { SignInForm } from "./login/SignInForm";
import { explain } from "./shared/api/problem";
import { useModal } from "./shared/modal";
import { homeOf, type Screen, SCREENS } from "./shared/screen";
import { askWho, useMe, useSession } from "./shared/session/session";
import { Broken } from "./shared/shell/Broken";
import { Said } from "./shared/shell/Said";
import { Shell } from "./shared/shell/Shell";
import { useShellWords } from "./shared/shell/words";

const LOGIN = "/login";
const PAGES = SCREENS.map((screen) => ({ screen, Page: lazy(screen.page) }));

export function App() {
  const session = useSession();
  useEffect(() => void askWho(), []);
  switch (session.state) {
    case "asking":
      return <Waiting />;
    case "unknown":
      return <Waiting said={explain(session.problem)} />;
    case "nobody":
      return <SignedOut />;
    case "here":
    case "over":
      return (
        <>
          <Routes />
          {session.state === "over" ? <Again name={session.me.name} /> : null}
        </>
      );
  }
}

/** Whatever page was asked for comes after signing in: it is kept in the address. */
function SignedOut() {
  const [path] = useLocation();
  if (path !== LOGIN) return <Redirect to={path === "/" ? LOGIN : `${LOGIN}?${new URLSearchParams({ next: path }).toString()}`} replace />;
  return <Login />;
}

function Routes() {
  return (
    <Switch>
      <Route path="/"><Home /></Route>
      <Route path={LOGIN}><Next /></Route>
      {PAGES.map(({ screen, Page }) => (
        <Route key={screen.path} path={screen.path} nest><Shown screen={screen} Page={Page} /></Route>
      ))}
      <Route><NotFound /></Route>
    </Switch>
  );
}

/** To the page that was asked for before signing in, when it is one of ours. */
function Next() {
  const next = new URLSearchParams(location.search).get("next") ?? "/";
  const ours = SCREENS.some((screen) => next === screen.path || next.startsWith(`${screen.path}/`));
  return <Redirect to={ours ? next : "/"} replace />;
}

function Home() {
  const me = useMe();
  const w = useShellWords();
  const home = homeOf(me.role);
  if (home) return <Redirect to={home.path} replace />;
  return <Shell><Said title={w.none.title} text={w.none.text} /></Shell>;
}

function Shown({ screen, Page }: { screen: Screen; Page: ComponentType }) {
  const me = useMe();
  const w = useShellWords();
  if (!screen.roles.includes(me.role)) {
    return <Shell><Said title={w.notYours.title} text={w.notYours.text(w.roles[me.role])} /></Shell>;
  }
  return (
    <Shell screen={screen}>
      <Broken>
        <Suspense fallback={<Waiting />}><Page /></Suspense>
      </Broken>
    </Shell>
  );
}

function NotFound() {
  const w = useShellWords();
  return (
    <Shell>
      <Said title={w.notFound.title} text={w.notFound.text}>
        <Button component={Link} href="/">{w.notFound.back}</Button>
      </Said>
    </Shell>
  );
}

function Waiting({ said }: { said?: string }) {
  const w = useShellWords();
  return (
    <Stack align="center" mt="20vh" role="status">
      <Loader aria-hidden />
      <Text>{said ?? w.loading}</Text>
    </Stack>
  );
}

/** The screen behind stays: a telephone call in it goes on. The browser's own dialog needs no style that the policy refuses. */
function Again({ name }: { name: string }) {
  const w = useShellWords();
  const dialog = useModal();
  return (
    <dialog ref={dialog} aria-labelledby="over" onCancel={(event) => { event.preventDefault(); }}>
      <Title id="over" order={2} size="h4" mb="xs">{w.over.title}</Title>
      <Text mb="md">{w.over.text}</Text>
      <SignInForm name={name} />
    </dialog>
  );
}
