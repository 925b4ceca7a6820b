/** Accounts: who may sign in, and as what. */
import { useQuery } from "@tanstack/react-query";
import { api, got, ifMatch } from "../../shared/api/client";
import type { components } from "../../shared/api/openapi";
import { dayAndTime } from "../../shared/time";
import { Catalogue } from "../common/Catalogue";
import type { Options } from "../common/fields";
import { everyPage, pageQuery } from "../common/pages";
import { useCommonWords } from "../common/words";
import { Access } from "./Access";
import { useAccountWords } from "./words";

type Account = components["schemas"]["AccountView"];
type Role = Account["role"];

const PATH = "/api/v1/accounts/{name}";
const ROLES: readonly Role[] = ["operator", "supervisor", "admin", "agency", "integration"];
const BLANK = { name: "", role: "operator" as Role, operator: "", agency: "", password: "", active: true };
type Draft = typeof BLANK;

const toDraft = (one: Account): Draft => ({ ...BLANK, name: one.name, role: one.role, operator: one.operator ?? "", agency: one.agency ?? "", active: one.active });
const list = (): Promise<readonly Account[]> =>
  everyPage((after) => got(api.GET("/api/v1/accounts", { params: { query: pageQuery(after) } })), (page) => page.accounts);
const read = (name: string): Promise<Account> => got(api.GET(PATH, { params: { path: { name } } }));

/** Whom it stands for goes with the role: what belongs to another role is none. */
function whom({ role, operator, agency }: Draft): { operator: string | null; agency: string | null } {
  return { operator: role === "agency" || operator === "" ? null : operator, agency: role === "agency" ? agency || null : null };
}

function add(draft: Draft): Promise<Account> {
  const { name, role, password } = draft;
  return got(api.POST("/api/v1/accounts", { body: { name, role, ...whom(draft), ...(password ? { password } : {}) } }));
}

function change({ name, version }: Account, touched: Partial<Draft>, draft: Draft): Promise<Account> {
  const { role, active } = draft;
  const body = { role, ...whom(draft), ...(touched.active === undefined ? {} : { active }) };
  return got(api.PATCH(PATH, { params: { path: { name }, header: ifMatch(version) }, body }));
}

/** Names to choose from; one that is held and not listed stays. */
function useNames(what: "operators" | "agencies", none: string): Options {
  const { data } = useQuery({ queryKey: ["admin", "names", what], queryFn: () => names(what) });
  return [{ value: "", label: none }, ...(data ?? [])];
}

async function names(what: "operators" | "agencies"): Promise<Options> {
  if (what === "operators") {
    const found = await got(api.GET("/api/v1/operators"));
    return found.operators.map(({ name, full_name }) => ({ value: name, label: full_name ? `${name} (${full_name})` : name }));
  }
  const found = await got(api.GET("/api/v1/agencies"));
  return found.agencies.map(({ code, name }) => ({ value: code, label: name }));
}

export default function Accounts() {
  const w = useAccountWords();
  const { yes, no, none } = useCommonWords();
  const operators = useNames("operators", w.nobody);
  const agencies = useNames("agencies", w.nobody);
  return (
    <Catalogue name="accounts" words={w} list={list} id={(one) => one.name} read={read} blank={BLANK} toDraft={toDraft} add={add} change={change}
      say={(name, value) => (name === "role" ? w.roles[value as Role] : String(value))}
      columns={[
        { title: w.fields.name.label, cell: (one) => one.name },
        { title: w.fields.role.label, cell: (one) => w.roles[one.role] },
        { title: `${w.fields.operator.label} / ${w.fields.agency.label}`, cell: (one) => one.operator ?? one.agency ?? none },
        { title: w.state, cell: (one) => (one.active ? w.activeNow : w.off) },
        { title: w.codes, cell: (one) => (one.codes ? yes : no) },
        { title: w.lastLogin, cell: (one) => (one.last_login_at ? dayAndTime(one.last_login_at) : w.never) },
      ]}
      form={(f, one) => (
        <>
          {one ? null : f.text("name", { required: true, first: true })}
          {f.choice("role", ROLES.map((role) => ({ value: role, label: w.roles[role] })))}
          {f.draft.role === "agency" ? f.choice("agency", agencies) : f.choice("operator", operators)}
          {one ? f.yes("active") : f.secret("password")}
        </>
      )}
      extra={(one, again) => <Access account={one} changed={again} />}
    />
  );
}
