/** Neighbouring centres: who may offer us incidents. */
import { api, got, ifMatch, once } from "../../shared/api/client";
import type { components } from "../../shared/api/openapi";
import { Catalogue, oneOf } from "../common/Catalogue";
import { without } from "../common/draft";
import { everyPage, pageQuery } from "../common/pages";
import { useNeighbourWords } from "./words";

type Neighbour = components["schemas"]["NeighbourView"];

const BLANK = { code: "", name: "", url: "", secret: "", token: "", active: true };
type Draft = typeof BLANK;

const toDraft = ({ code, name, url, active }: Neighbour): Draft => ({ ...BLANK, code, name, url, active });
const list = (): Promise<readonly Neighbour[]> =>
  everyPage((after) => got(api.GET("/api/v1/neighbours", { params: { query: pageQuery(after) } })), (page) => page.neighbours);

const add = (draft: Draft, key: string): Promise<Neighbour> =>
  got(api.POST("/api/v1/neighbours", { params: { header: once(key) }, body: without(draft, "active") }));

/** A secret that was typed and taken back is not touched: empty is none of theirs. */
function change({ code, version }: Neighbour, touched: Partial<Draft>): Promise<Neighbour> {
  return got(api.PATCH("/api/v1/neighbours/{code}", { params: { path: { code }, header: ifMatch(version) }, body: without(touched, "code") }));
}

export default function Neighbours() {
  const w = useNeighbourWords();
  return (
    <Catalogue name="neighbours" words={w} list={list} id={(one) => one.code} read={(code) => oneOf(list, (one) => one.code, code)} blank={BLANK}
      toDraft={toDraft} add={add} change={change}
      columns={[
        { title: w.fields.code.label, cell: (one) => one.code },
        { title: w.fields.name.label, cell: (one) => one.name },
        { title: w.fields.url.label, cell: (one) => one.url },
        { title: w.state, cell: (one) => (one.active ? w.on : w.off) },
      ]}
      form={(f, one) => (
        <>
          {one ? null : f.text("code", { required: true, first: true })}
          {f.text("name", { required: true })}
          {f.text("url", { required: true, inputMode: "url" })}
          {f.secret("secret", { required: !one })}
          {f.secret("token", { required: !one })}
          {one ? f.yes("active") : null}
        </>
      )}
    />
  );
}
