/** Ready, paused for a reason, logged out: what a supervisor may make of an operator. */
import { Button, Group, Menu, Text } from "@mantine/core";
import { useState } from "react";
import { api, got, ifMatch, newKey, once } from "../../shared/api/client";
import { Dialog } from "../../shared/Dialog";
import type { Asking } from "../asking";
import { steadfast, useNewest } from "../steadfast";
import { useSupervisorWords } from "../words";
import type { Position } from "./Positions";
import { useFloorWords } from "./words";

interface Given {
  position: Position;
  operator: string;
  asking: Asking;
  reasons: ReadonlyMap<string, string>;
}

/** Whether nobody has changed the person's state since: that the phone rings or a talk begins does not matter. */
function same(seen: Position, now: Position): boolean {
  return seen.operator === now.operator && seen.ready === now.ready && seen.reason === now.reason;
}

/** A change is made on what was seen when the menu was opened: who was first, wins. */
export function StateMenu({ position, operator, asking, reasons }: Given) {
  const w = useFloorWords();
  const [seen, setSeen] = useState(position);
  const newest = useNewest(position);
  const [leaving, setLeaving] = useState(false);
  const set = (body: { ready: boolean; reason?: string }): void => {
    const work = (revision: number) => {
      const params = { path: { name: operator }, header: { ...ifMatch(revision), ...once(newKey()) } };
      return got(api.POST("/api/v1/operators/{name}/state", { params, body }));
    };
    void asking.ask(() => steadfast(seen, newest, same, work));
  };
  return (
    <>
      <Menu onOpen={() => { setSeen(position); }} position="bottom-end">
        <Menu.Target>
          <Button variant="default" size="compact-sm" loading={asking.busy} aria-label={w.changeOperator(operator)}>{w.change}</Button>
        </Menu.Target>
        <Menu.Dropdown>
          {position.ready ? null : <Menu.Item onClick={() => { set({ ready: true }); }}>{w.ready}</Menu.Item>}
          {[...reasons].map(([code, name]) =>
            !position.ready && position.reason === code ? null : (
              <Menu.Item key={code} onClick={() => { set({ ready: false, reason: code }); }}>{w.pause(name)}</Menu.Item>
            ))}
          <Menu.Divider />
          <Menu.Item onClick={() => { setLeaving(true); }}>{w.leave}</Menu.Item>
        </Menu.Dropdown>
      </Menu>
      {leaving ? <Leave of={{ operator, asking, seen, newest }} close={() => { setLeaving(false); }} /> : null}
    </>
  );
}

interface Leaving {
  of: Pick<Given, "operator" | "asking"> & { seen: Position; newest: () => Position };
  close: () => void;
}

function Leave({ of: { operator, asking, seen, newest }, close }: Leaving) {
  const w = useFloorWords();
  const { cancel } = useSupervisorWords();
  const leave = (): void => {
    close();
    const path = { name: seen.position };
    void asking.ask(() => steadfast(seen, newest, same, (revision) =>
      got(api.DELETE("/api/v1/positions/{name}/operator", { params: { path, header: ifMatch(revision) } }))));
  };
  return (
    <Dialog onClose={close} title={w.sure(operator, seen.position)}>
      <Text mb="md">{w.sureText}</Text>
      <Group justify="flex-end">
        <Button variant="default" onClick={close}>{cancel}</Button>
        <Button color="red.9" onClick={leave}>{w.sureYes}</Button>
      </Group>
    </Dialog>
  );
}
