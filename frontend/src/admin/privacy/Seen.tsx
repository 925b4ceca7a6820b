/** Who read what, how often. */
import type { components } from "../../shared/api/openapi";
import { dayAndTime } from "../../shared/time";
import { Rows } from "../common/List";
import { usePrivacyWords } from "./words";

export type Reading = components["schemas"]["SeenView"];

export function Seen({ seen }: { seen: readonly Reading[] }) {
  const { find: w } = usePrivacyWords();
  return (
    <Rows things={seen} id={(one) => `${one.actor} ${one.role} ${one.action} ${one.object_kind}`} columns={[
      { title: w.actor, cell: (one) => `${one.actor} (${one.role})` },
      { title: w.action, cell: (one) => one.action },
      { title: w.times, cell: (one) => one.times },
      { title: w.things, cell: (one) => `${one.things} ${one.object_kind}` },
      { title: w.last, cell: (one) => dayAndTime(one.last_at) },
    ]} />
  );
}
