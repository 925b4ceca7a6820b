/** Operators: who takes calls. */
import { api, got, ifMatch, once } from "../../shared/api/client";
import type { components } from "../../shared/api/openapi";
import { Catalogue } from "../common/Catalogue";
import { useCommonWords } from "../common/words";
import { useOperatorWords } from "./words";

type Operator = components["schemas"]["OperatorView"];

const PATH = "/api/v1/operators/{name}";
const BLANK = { name: "", full_name: "", active: true, pin: "", no_pin: false };
type Draft = typeof BLANK;

const toDraft = ({ name, full_name, active }: Operator): Draft => ({ ...BLANK, name, full_name, active });
const list = async (): Promise<readonly Operator[]> => (await got(api.GET("/api/v1/operators"))).operators;
const read = (name: string): Promise<Operator> => got(api.GET(PATH, { params: { path: { name } } }));

function add({ name, full_name, pin }: Draft, key: string): Promise<Operator> {
  return got(api.POST("/api/v1/operators", { params: { header: once(key) }, body: { name, full_name, ...(pin ? { pin } : {}) } }));
}

function change({ name, version }: Operator, { full_name, active }: Partial<Draft>, draft: Draft): Promise<Operator> {
  const pin = draft.no_pin ? { pin: null } : draft.pin ? { pin: draft.pin } : {};
  const body = { ...(full_name === undefined ? {} : { full_name }), ...(active === undefined ? {} : { active }), ...pin };
  return got(api.PATCH(PATH, { params: { path: { name }, header: ifMatch(version) }, body }));
}

const remove = ({ name, version }: Operator): Promise<unknown> =>
  got(api.DELETE(PATH, { params: { path: { name }, header: ifMatch(version) } }));

export default function Operators() {
  const w = useOperatorWords();
  const { yes, no } = useCommonWords();
  return (
    <Catalogue name="operators" words={w} list={list} id={(one) => one.name} read={read} blank={BLANK} toDraft={toDraft}
      columns={[
        { title: w.fields.name.label, cell: (one) => one.name },
        { title: w.fields.full_name.label, cell: (one) => one.full_name },
        { title: w.state, cell: (one) => (one.active ? w.active : w.barred) },
        { title: w.pin, cell: (one) => (one.has_pin ? yes : no) },
      ]}
      add={add} change={change} remove={{ ends: () => w.ends, act: remove }}
      form={(f, one) => (
        <>
          {one ? null : f.text("name", { required: true, first: true })}
          {f.text("full_name")}
          {f.secret("pin")}
          {one?.has_pin ? f.yes("no_pin") : null}
          {one ? f.yes("active") : null}
        </>
      )}
    />
  );
}
