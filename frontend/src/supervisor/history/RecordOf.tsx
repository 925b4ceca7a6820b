/** What is written down about a call. */
import type { components } from "../../shared/api/openapi";
import { clock, dayAndTime } from "../../shared/time";
import { plain } from "./facts";
import classes from "./History.module.css";
import { useHistoryWords } from "./words";

type Call = components["schemas"]["CallWithFacts"];

export function RecordOf({ call }: { call: Call }) {
  const w = useHistoryWords();
  const time = (at: string | null): string => (at ? clock(at) : w.unknown);
  const rows: readonly (readonly [keyof typeof w.fields, string])[] = [
    ["id", call.id],
    ["ani", call.ani ?? w.noNumber],
    ["dialled", call.dialled],
    ["arrived_at", dayAndTime(call.arrived_at)],
    ["picked_up_at", time(call.picked_up_at)],
    ["queued_at", time(call.queued_at)],
    ["answered_at", time(call.answered_at)],
    ["ended_at", time(call.ended_at)],
    ["outcome", call.outcome ? w.outcomes[call.outcome] : w.underWay],
    ["ended_by", call.ended_by ? w.by[call.ended_by] : w.unknown],
    ["operator", call.operator ?? w.unknown],
    ["position", call.position ?? w.unknown],
    ["node", call.node],
    ["ivr", [call.ivr_version === null ? "" : w.version(call.ivr_version), call.ivr_path.join(" → ")].filter(Boolean).join(": ") || w.unknown],
    ["keys", call.keys_pressed ?? w.unknown],
    ["location", call.location ? plain(call.location) : w.unknown],
    ["recording", call.recording ? plain(call.recording) : w.noRecording],
  ];
  return (
    <dl className={classes.fields}>
      {rows.map(([name, value]) => [<dt key={`${name}?`}>{w.fields[name]}</dt>, <dd key={name}>{value}</dd>])}
    </dl>
  );
}
