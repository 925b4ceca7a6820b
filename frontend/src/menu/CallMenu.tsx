/** The draft by telephone: a position's own phone rings and plays it, and its keys count. */
import { Button, Group, NativeSelect, Text } from "@mantine/core";
import { useState } from "react";
import { api, got } from "../shared/api/client";
import { explain } from "../shared/api/problem";
import { useLive } from "../shared/live/live";
import { useMe } from "../shared/session/session";
import { callable } from "./callable";
import { useMenuWords } from "./words";

type Said = { readonly state: "nothing" | "asking" | "rings" } | { readonly state: "refused"; readonly why: string };

export function CallMenu({ text }: { text: string }) {
  const w = useMenuWords();
  const me = useMe();
  const { floor } = useLive();
  const [picked, setPicked] = useState("");
  const [said, setSaid] = useState<Said>({ state: "nothing" });
  const places = callable([...(floor?.positions.values() ?? [])], me.operator);
  const position = places.find((one) => one === picked) ?? places[0];
  const call = (): void => {
    if (position === undefined) return;
    setSaid({ state: "asking" });
    got(api.POST("/api/v1/ivr/call", { body: { source_yaml: text, position } }))
      .then(() => { setSaid({ state: "rings" }); })
      .catch((problem: unknown) => { setSaid({ state: "refused", why: explain(problem) }); });
  };
  return (
    <section aria-label={w.callTitle}>
      <Text size="sm" fw={700} mt="md">{w.callTitle}</Text>
      <Text size="sm" mb="xs">{position === undefined ? w.callNowhere : w.callText}</Text>
      {position === undefined ? null : (
        <Group align="flex-end">
          <NativeSelect label={w.callAt} data={[...places]} value={position} onChange={(event) => { setPicked(event.currentTarget.value); }} />
          <Button variant="default" loading={said.state === "asking"} onClick={call}>{w.callButton}</Button>
        </Group>
      )}
      <Text size="sm" role="status">{said.state === "rings" ? w.callRings : ""}</Text>
      {said.state === "refused" ? <Text size="sm" role="alert">{said.why}</Text> : null}
    </section>
  );
}
