/** One part of the room, with its heading and how many there are. */
import { Paper, Title } from "@mantine/core";
import { type ReactNode, useId } from "react";

export function Box({ title, count, children }: { title: string; count?: number; children: ReactNode }) {
  const id = useId();
  return (
    <Paper component="section" withBorder p="sm" aria-labelledby={id}>
      <Title order={2} size="h4" id={id} mb="xs">{title}{count === undefined ? "" : ` (${count})`}</Title>
      {children}
    </Paper>
  );
}
