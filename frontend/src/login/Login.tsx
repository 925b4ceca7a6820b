/** The page of who is not signed in. */
import { Group, Paper, Title } from "@mantine/core";
import { useEffect } from "react";
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
      <SignInForm />
      <Group mt="lg" justify="space-between">
        <LanguageSwitch />
        <ThemeSwitch />
      </Group>
    </Paper>
  );
}
