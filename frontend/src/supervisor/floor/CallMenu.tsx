/** Another class for a call, or another place in its class. */
import { Button, Menu } from "@mantine/core";
import { useState } from "react";
import { api, got, ifMatch, newKey, once } from "../../shared/api/client";
import { CLASSES, type ServiceClass } from "../../shared/signs/Signs";
import { useSignWords } from "../../shared/signs/words";
import type { Asking } from "../asking";
import { steadfast, useNewest } from "../steadfast";
import { type LiveCall, waits } from "./queue";
import { useFloorWords } from "./words";

/** Whether nobody has re-ordered it since: that it rings somewhere does not matter. */
function same(seen: LiveCall, now: LiveCall): boolean {
  return seen.service_class === now.service_class && seen.first === now.first;
}

export function CallMenu({ call, asking }: { call: LiveCall; asking: Asking }) {
  const w = useFloorWords();
  const { classes } = useSignWords();
  const [seen, setSeen] = useState(call);
  const newest = useNewest(call);
  const params = (revision: number) => ({ path: { id: call.id }, header: { ...ifMatch(revision), ...once(newKey()) } });
  const toClass = (service_class: ServiceClass): void => {
    void asking.ask(() => steadfast(seen, newest, same, (revision) =>
      got(api.POST("/api/v1/calls/{id}/class", { params: params(revision), body: { service_class } }))));
  };
  const toFirst = (first: boolean): void => {
    void asking.ask(() => steadfast(seen, newest, same, (revision) =>
      got(api.POST("/api/v1/calls/{id}/priority", { params: params(revision), body: { first } }))));
  };
  return (
    <Menu onOpen={() => { setSeen(call); }} position="bottom-end">
      <Menu.Target>
        <Button variant="default" size="compact-sm" loading={asking.busy} aria-label={w.changeCall(call.ani ?? w.noNumber)}>
          {w.change}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {waits(call) ? (
          <Menu.Item onClick={() => { toFirst(!call.first); }}>{call.first ? w.lower : w.raise}</Menu.Item>
        ) : null}
        {CLASSES.filter((each) => each !== call.service_class).map((each) => (
          <Menu.Item key={each} onClick={() => { toClass(each); }}>{w.toClass(classes[each])}</Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
