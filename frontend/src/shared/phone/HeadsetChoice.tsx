/** Which microphone, speaker and bell this desk uses. */
import { NativeSelect, Stack } from "@mantine/core";
import { type Device, type Kind, usePhone } from "./phone";
import { USUAL } from "./choice";
import { usePhoneWords } from "./words";

export function HeadsetChoice() {
  const { devices } = usePhone();
  return (
    <Stack gap="xs">
      <Choice kind="microphone" there={devices.microphones} />
      <Choice kind="speaker" there={devices.speakers} />
      <Choice kind="bell" there={devices.speakers} />
    </Stack>
  );
}

function Choice({ kind, there }: { kind: Kind; there: readonly Device[] }) {
  const { devices, phone } = usePhone();
  const w = usePhoneWords();
  const now = devices.chosen[kind];
  const away = now.id !== USUAL.id && !there.some((one) => one.id === now.id);
  const data = [
    { value: USUAL.id, label: w.usual },
    ...there.map((one) => ({ value: one.id, label: one.label || one.id.slice(0, 8) })),
    ...(away ? [{ value: now.id, label: w.away(now.label) }] : []),
  ];
  const pick = (id: string): void => void phone.choose(kind, there.find((one) => one.id === id) ?? USUAL);
  return <NativeSelect size="sm" label={w[kind]} data={data} value={now.id} onChange={(event) => { pick(event.currentTarget.value); }} />;
}
