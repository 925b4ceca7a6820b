/** The month's report, as files. */
import { Anchor, Group, Text, TextInput } from "@mantine/core";
import { useState } from "react";
import { Box } from "../floor/Box";
import { dayOf } from "../../shared/days";
import { useReportWords } from "./words";

const MONTH = /^2\d{3}-(0[1-9]|1[0-2])$/;

export function Month() {
  const w = useReportWords();
  const [month, setMonth] = useState(() => dayOf(new Date()).slice(0, 7));
  return (
    <Box title={w.month}>
      <Text mb="sm">{w.monthHelp}</Text>
      <Group align="flex-end">
        <TextInput type="month" label={w.monthField} value={month} min="2000-01" max="2999-12" onChange={(event) => { setMonth(event.target.value); }} />
        {MONTH.test(month) ? (["csv", "xlsx"] as const).map((kind) => (
          <Anchor key={kind} href={`/api/v1/reports/${month}.${kind}`} download>{w[kind]}</Anchor>
        )) : null}
      </Group>
    </Box>
  );
}
