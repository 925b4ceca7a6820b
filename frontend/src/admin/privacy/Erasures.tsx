/** The erasures that were asked for, and how far each is. */
import { useQuery } from "@tanstack/react-query";
import { api, got } from "../../shared/api/client";
import type { components } from "../../shared/api/openapi";
import { dayAndTime } from "../../shared/time";
import { List } from "../common/List";
import { everyPage, pageQuery } from "../common/pages";
import { usePrivacyWords } from "./words";

type Erasure = components["schemas"]["ErasureView"];

const EVERY_MS = 3_000; // while one is under way
const list = (): Promise<readonly Erasure[]> =>
  everyPage((after) => got(api.GET("/api/v1/erasures", { params: { query: pageQuery(after) } })), (page) => page.erasures);

export function Erasures() {
  const { erasures: w } = usePrivacyWords();
  const { data, error, refetch } = useQuery({
    queryKey: ["admin", "erasures"],
    queryFn: list,
    refetchInterval: (query) => (query.state.data?.some((one) => one.done_at === null) ? EVERY_MS : false),
  });
  return (
    <List things={data} error={error} again={() => void refetch()} id={(one) => one.id} empty={w.empty} columns={[
      { title: w.asked, cell: (one) => dayAndTime(one.asked_at) },
      { title: w.by, cell: (one) => one.asked_by },
      { title: w.reason, cell: (one) => one.reason },
      { title: w.state, cell: (one) => (one.done_at ? w.done(dayAndTime(one.done_at)) : w.running) },
      { title: w.rows, cell: (one) => one.rows },
      { title: w.held, cell: (one) => one.held },
      { title: w.inUse, cell: (one) => one.in_use },
    ]} />
  );
}
