/** Run cards: what a higher alarm level adds. */
import { Stack, Text } from "@mantine/core";
import { List } from "../common/List";
import type { Card } from "./document";
import { named, useNames } from "./names";
import { useRoutingWords } from "./words";

export function Cards({ cards }: { cards: readonly Card[] }) {
  const { cards: w } = useRoutingWords();
  const { categories, agencies } = useNames();
  const sent = (card: Card): string => card.sent.map((each) => {
    const [agency = "", ...what] = each.split(": ");
    return [named(agencies, [agency]), ...what].join(": ");
  }).join(", ");
  return (
    <Stack>
      {cards.length ? <Text>{w.how}</Text> : null}
      <List things={cards} error={null} again={() => undefined} empty={w.empty} id={(card) => `${card.category} ${card.level}`} columns={[
        { title: w.category, cell: (card) => named(categories, [card.category]) },
        { title: w.level, cell: (card) => card.level },
        { title: w.sent, cell: sent },
      ]} />
    </Stack>
  );
}
