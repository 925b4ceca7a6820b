/** Positions: desks and the accounts of their softphones. */
import { Stack, Text, Title } from "@mantine/core";
import { useState } from "react";
import { api, got, ifMatch } from "../../shared/api/client";
import type { components } from "../../shared/api/openapi";
import { AskButton } from "../common/Ask";
import { Catalogue } from "../common/Catalogue";
import { useCommonWords } from "../common/words";
import { Sheet } from "./Sheet";
import { usePositionWords } from "./words";

type Live = components["schemas"]["LivePositionView"];
type Position = components["schemas"]["PositionView"];
type Made = components["schemas"]["PositionWithPassword"];

const PATH = "/api/v1/positions/{name}";
const EVERY_MS = 3_000; // who sits there and whose phone is registered changes by itself
const BLANK = { name: "" };

const list = async (): Promise<readonly Live[]> => (await got(api.GET("/api/v1/positions"))).positions;
const read = (name: string): Promise<Position> => got(api.GET(PATH, { params: { path: { name } } }));
const add = ({ name }: typeof BLANK): Promise<Made> => got(api.POST("/api/v1/positions", { body: { name } }));
const remove = ({ name, version }: Position): Promise<unknown> =>
  got(api.DELETE(PATH, { params: { path: { name }, header: ifMatch(version) } }));

export default function Positions() {
  const w = usePositionWords();
  const common = useCommonWords();
  const phone = (one: Live): string => {
    if (one.refused_by.length) return w.refused(one.refused_by.join(", "));
    return one.registered_at.length ? w.registered(one.registered_at.join(", ")) : w.unregistered;
  };
  const state = (one: Live): string => (one.operator !== null && !one.ready && one.state === "off_duty" ? w.paused : w.states[one.state]);
  return (
    <Catalogue name="positions" words={w} list={list} every={EVERY_MS} id={(one) => one.position} read={read} blank={BLANK}
      toDraft={({ name }) => ({ name })} add={add} made={(made) => <Sheet name={made.name} password={made.sip_password} />}
      remove={{ ends: () => w.ends, act: remove }}
      columns={[
        { title: w.fields.name.label, cell: (one) => one.position },
        { title: w.operator, cell: (one) => one.operator ?? common.none },
        { title: w.state, cell: state },
        { title: w.phone, cell: phone },
      ]}
      form={(f) => f.text("name", { required: true, first: true })}
      extra={(one) => (
        <>
          <Text>{one.live ? `${state(one.live)}; ${phone(one.live)}` : w.unknown}</Text>
          <OtherPassword of={one} />
        </>
      )}
    />
  );
}

/** The password lives here alone, and is gone with the page. */
function OtherPassword({ of }: { of: Position }) {
  const w = usePositionWords();
  const [made, setMade] = useState<Made | null>(null);
  const make = async (): Promise<void> => {
    const params = { path: { name: of.name }, header: ifMatch(made?.version ?? of.version) };
    setMade(await got(api.POST("/api/v1/positions/{name}/sip-password", { params, body: {} })));
  };
  return (
    <Stack align="flex-start">
      <div data-no-print>
        <Title order={2} size="h4">{w.other}</Title>
        <Text mb="xs">{w.otherText}</Text>
        <AskButton label={w.otherYes} title={`${w.otherYes}: ${of.name}`} ends={w.otherAsk} act={make} />
      </div>
      {made ? <Sheet name={made.name} password={made.sip_password} /> : null}
    </Stack>
  );
}
