/** Notifications on this phone: turned on, tried, turned off. */
import { Button, Group, Text } from "@mantine/core";
import classes from "./Agency.module.css";
import { usePush } from "./phone/push";
import { useAgencyWords } from "./words";

export function Notifications() {
  const w = useAgencyWords();
  const push = usePush();
  return (
    <details className={classes.past} data-testid="notifications" data-state={push.state}>
      <summary>{w.push.title[push.state === "on" ? "on" : "off"]}</summary>
      <Text mb="sm">{w.push.said[push.state]}</Text>
      {push.state === "unsupported" ? null : (
        <Group>
          {push.state === "on" ? (
            <>
              <Button variant="default" loading={push.busy} onClick={push.tryOut}>{w.push.tryOut}</Button>
              <Button variant="default" loading={push.busy} onClick={push.turnOff}>{w.push.turnOff}</Button>
            </>
          ) : (
            <Button loading={push.busy} onClick={push.turnOn}>{w.push.turnOn}</Button>
          )}
        </Group>
      )}
    </details>
  );
}
