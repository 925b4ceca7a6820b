/** Tokens: keys for machines, shown once. */
import { Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { api, got } from "../../shared/api/client";
import type { components } from "../../shared/api/openapi";
import { dayAndTime } from "../../shared/time";
import { AskButton } from "../common/Ask";
import { Catalogue, oneOf } from "../common/Catalogue";
import { everyPage, pageQuery } from "../common/pages";
import { ShownOnce } from "../common/ShownOnce";
import { useTokenWords } from "./words";

type Token = components["schemas"]["TokenView"];

const BLANK = { label: "", account: "", scopes: "", days: 365 as number | string };
type Draft = typeof BLANK;

const list = (): Promise<readonly Token[]> =>
  everyPage((after) => got(api.GET("/api/v1/tokens", { params: { query: pageQuery(after) } })), (page) => page.tokens);
const accounts = () =>
  everyPage((after) => got(api.GET("/api/v1/accounts", { params: { query: pageQuery(after) } })), (page) => page.accounts);

function add({ label, account, scopes, days }: Draft): Promise<components["schemas"]["MadeToken"]> {
  const body = { label, account, scopes: scopes.split(/[\s,]+/).filter(Boolean), days: days === "" ? null : Number(days) };
  return got(api.POST("/api/v1/tokens", { body }));
}

async function revoke(id: string): Promise<void> {
  await got(api.DELETE("/api/v1/tokens/{id}", { params: { path: { id } } }));
}

export default function Tokens() {
  const w = useTokenWords();
  const { data } = useQuery({ queryKey: ["admin", "names", "accounts"], queryFn: accounts });
  const state = (one: Token): string => {
    if (one.revoked_at) return w.revoked;
    if (!one.expires_at) return w.forever;
    return new Date(one.expires_at) < new Date() ? w.expired : w.valid(dayAndTime(one.expires_at));
  };
  return (
    <Catalogue name="tokens" words={w} list={list} id={(one) => one.id} read={(id) => oneOf(list, (one) => one.id, id)} blank={BLANK}
      toDraft={() => BLANK} add={add} made={(made) => <ShownOnce label={`${w.secret}: ${made.label}`} secret={made.secret} />}
      columns={[
        { title: w.fields.label.label, cell: (one) => one.label },
        { title: w.fields.account.label, cell: (one) => one.account },
        { title: w.fields.scopes.label, cell: (one) => one.scopes.join(" ") },
        { title: w.state, cell: state },
        { title: w.used, cell: (one) => (one.last_used_at ? dayAndTime(one.last_used_at) : w.never) },
        { title: w.by, cell: (one) => one.created_by },
      ]}
      form={(f) => (
        <>
          {f.text("label", { required: true, first: true })}
          {f.choice("account", [{ value: "", label: "–" }, ...(data ?? []).map(({ name }) => ({ value: name, label: name }))])}
          {f.text("scopes", { required: true })}
          {f.number("days", { min: 1, max: 3650 })}
        </>
      )}
      extra={(one, again) => (
        <>
          <Text>{one.label}: {state(one)}</Text>
          {one.revoked_at ? null : (
            <div><AskButton label={w.revoke} title={`${w.revoke}: ${one.label}`} ends={w.ends} act={() => revoke(one.id).then(again)} /></div>
          )}
        </>
      )}
    />
  );
}
