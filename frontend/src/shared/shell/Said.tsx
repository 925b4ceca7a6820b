/** A page that only says something: a title, what to do, a button. */
import { Stack, Text, Title } from "@mantine/core";
import type { ReactNode } from "react";

export function Said({ title, text, children }: { title: string; text: string; children?: ReactNode }) {
  return (
    <Stack maw="40rem" mx="auto" mt="xl" gap="md" align="flex-start">
      <Title order={1} size="h2">{title}</Title>
      <Text>{text}</Text>
      {children}
    </Stack>
  );
}
