/** A secret that is shown this once: it lives in this component alone and is gone when it is left. */
import { Alert, Button, CopyButton, Group, Text } from "@mantine/core";
import classes from "./common.module.css";
import { useCommonWords } from "./words";

export function ShownOnce({ label, secret }: { label: string; secret: string }) {
  const w = useCommonWords();
  return (
    <Alert color="yellow" variant="outline" role="status">
      <Text size="sm">{label}</Text>
      <Group>
        <Text component="code" className={classes.secret} data-testid="secret">{secret}</Text>
        <CopyButton value={secret}>
          {({ copied, copy }) => (
            <Button variant="default" size="compact-sm" onClick={copy}>{copied ? w.copied : w.copy}</Button>
          )}
        </CopyButton>
      </Group>
      <Text size="sm" mt="xs">{w.once}</Text>
    </Alert>
  );
}
