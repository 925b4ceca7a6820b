/** The page of who is not signed in. */
import { Alert, Button, Group, Paper, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useEffect } from "react";
import { api, got } from "../shared/api/client";
import { LanguageSwitch, ThemeSwitch } from "../shared/shell/Switches";
import { SignInForm } from "./SignInForm";
import { useLoginWords } from "./words";

export function Login() {
  const w = useLoginWords();
  useEffect(() => {
    document.title = w.document;
  }, [w]);
  return (
    <Paper component="main" maw="24rem" mx="auto" mt="10vh" p="lg" withBorder>
      <Title order={1} size="h3" mb="md">{w.title}</Title>
      <Refused />
      <SignInForm />
      <Provider />
      <Group mt="lg" justify="space-between">
        <LanguageSwitch />
        <ThemeSwitch />
      </Group>
    </Paper>
  );
}

/** The city's own accounts, when there are such; only here: it leaves the page, and a call in it. */
function Provider() {
  const w = useLoginWords();
  const { data } = useQuery({ queryKey: ["session", "ways"], queryFn: () => got(api.GET("/api/v1/session/ways")) });
  if (!data?.oidc) return null;
  return <Button component="a" href="/api/v1/session/oidc" variant="default" fullWidth mt="md">{w.provider}</Button>;
}

function Refused() {
  const w = useLoginWords();
  const kind = new URLSearchParams(location.search).get("provider");
  if (kind === null) return null;
  const text = kind === "not-allowed" || kind === "slow-down" ? w.refused[kind] : w.refused.other;
  return <Alert color="red" variant="outline" role="alert" mb="md">{text}</Alert>;
}
