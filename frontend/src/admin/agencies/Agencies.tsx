/** Agencies: who is asked to act, how they are reached, and who is on duty. */
import { Alert } from "@mantine/core";
import { api, got, ifMatch, once } from "../../shared/api/client";
import { Catalogue } from "../common/Catalogue";
import { useCommonWords } from "../common/words";
import { Contacts } from "./Contacts";
import { type Agency, BLANK, type Draft, given, toDraft } from "./draft";
import { Ways } from "./Ways";
import { useAgencyWords } from "./words";

const PATH = "/api/v1/agencies/{code}";

const list = async (): Promise<readonly Agency[]> => (await got(api.GET("/api/v1/agencies"))).agencies;
const read = (code: string): Promise<Agency> => got(api.GET(PATH, { params: { path: { code } } }));
const add = ({ code, name }: Draft, key: string): Promise<Agency> =>
  got(api.POST("/api/v1/agencies", { params: { header: once(key) }, body: { code, name } }));
const change = ({ code, version }: Agency, touched: Partial<Draft>): Promise<Agency> =>
  got(api.PATCH(PATH, { params: { path: { code }, header: ifMatch(version) }, body: given(touched) }));

export default function Agencies() {
  const w = useAgencyWords();
  const { none } = useCommonWords();
  const duty = (one: Agency): string => one.contacts.filter((each) => each.on_duty).map((each) => each.name).join(", ") || w.nobody;
  const known: Readonly<Record<string, string>> = w.trouble;
  const troubles = (one: Agency): string => one.troubles.map((each) => known[each] ?? each).join("; ");
  return (
    <Catalogue name="agencies" words={w} list={list} id={(one) => one.code} read={read} blank={BLANK} toDraft={toDraft} add={add} change={change} wide
      say={(_, value) => (Array.isArray(value) ? w.entries(value.length) : String(value))}
      columns={[
        { title: w.fields.code.label, cell: (one) => one.code },
        { title: w.fields.name.label, cell: (one) => one.name },
        { title: w.fields.ways.label, cell: (one) => one.ways.map((way) => w.way.kinds[way.kind]).join(" → ") || none },
        { title: w.duty, cell: duty },
        { title: w.state, cell: (one) => (one.active ? w.acts : w.retired) },
        { title: w.troubles, cell: (one) => troubles(one) || w.fine },
      ]}
      form={(f, one) =>
        one ? (
          <>
            {one.troubles.length ? <Alert color="yellow" variant="outline"><b>{w.troubles}</b>: {troubles(one)}</Alert> : null}
            {f.text("name", { required: true })}
            <Ways f={f} />
            <Contacts f={f} agency={one} />
            {f.yes("active")}
          </>
        ) : (
          <>
            {f.text("code", { required: true, first: true })}
            {f.text("name", { required: true })}
          </>
        )
      }
    />
  );
}
