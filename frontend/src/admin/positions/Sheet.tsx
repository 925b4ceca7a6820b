/** The sheet for a softphone: what is typed there, and a QR code of it. Drawn in the page: the password goes nowhere. */
import { Alert, Button, Group, NativeSelect, Stack, Text, TextInput, Title } from "@mantine/core";
import { useState } from "react";
import { encode } from "uqr";
import { keep } from "../../shared/stored";
import { PORTS, type Server, sipAddress, TRANSPORTS, type Transport } from "./address";
import classes from "./Sheet.module.css";
import { usePositionWords } from "./words";

const KEPT_AS = "ct112.sip-server"; // of all sheets this desk makes; never the password

function kept(): Server {
  const begin: Server = { host: location.hostname, port: PORTS.tls, transport: "tls" };
  try {
    const found = JSON.parse(localStorage.getItem(KEPT_AS) ?? "{}") as Partial<Server>;
    return { ...begin, ...found };
  } catch {
    return begin;
  }
}

export function Sheet({ name, password }: { name: string; password: string }) {
  const { sheet: w } = usePositionWords();
  const [server, setServer] = useState(kept);
  const address = sipAddress(name, password, server);
  const change = (patch: Partial<Server>): void => {
    const now = { ...server, ...patch };
    setServer(now);
    keep(KEPT_AS, JSON.stringify(now));
  };
  return (
    <Stack component="section" aria-label={w.title(name)} className={classes.sheet}>
      <Title order={2} size="h3">{w.title(name)}</Title>
      <Group align="flex-end">
        <TextInput w="18rem" maw="100%" label={w.server} description={w.serverHelp} name="sip-server" value={server.host} autoComplete="off"
          onChange={(event) => { change({ host: event.target.value.trim() }); }} />
        <NativeSelect label={w.transport} name="sip-transport" value={server.transport} data={TRANSPORTS.map((each) => ({ value: each, label: each.toUpperCase() }))}
          onChange={(event) => {
            const transport = event.target.value as Transport;
            change({ transport, port: PORTS[transport] });
          }} />
        <TextInput label={w.port} name="sip-port" value={String(server.port)} inputMode="numeric" w="6rem"
          onChange={(event) => { change({ port: event.target.value.trim() }); }} />
      </Group>
      <dl className={classes.values}>
        <dt>{w.user}</dt><dd>{name}</dd>
        <dt>{w.password}</dt><dd data-testid="secret">{password}</dd>
        {address ? <><dt>{w.sip}</dt><dd>{address.replace(/:[^:@]*@/, "@")}</dd></> : null}
      </dl>
      <Text size="sm">{w.media}</Text>
      {address ? <Code text={address} label={w.qr} /> : <Text role="status">{w.incomplete}</Text>}
      <Text size="sm">{w.holds}</Text>
      <Alert color="yellow" variant="outline">{w.warn}</Alert>
      <Group data-no-print><Button onClick={() => { window.print(); }}>{w.print}</Button></Group>
    </Stack>
  );
}

const BORDER = 4; // modules: what readers need around it

/** Black on white whatever the theme: cameras and paper. */
function Code({ text, label }: { text: string; label: string }) {
  const { data, size } = encode(text, { ecc: "M", border: BORDER });
  const dark = data.flatMap((row, y) => row.flatMap((on, x) => (on ? [`M${x} ${y}h1v1h-1z`] : [])));
  return (
    <svg className={classes.code} viewBox={`0 0 ${size} ${size}`} role="img" aria-label={label} shapeRendering="crispEdges" data-testid="qr">
      <rect width={size} height={size} fill="#fff" />
      <path d={dark.join("")} fill="#000" />
    </svg>
  );
}
