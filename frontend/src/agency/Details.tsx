/** What an agency has to know of an incident; what is new since somebody acknowledged is marked. */
import { Anchor, Text } from "@mantine/core";
import type { ReactNode } from "react";
import classes from "./Agency.module.css";
import { mapLink } from "./links";
import type { Dispatch } from "./steps";
import { useAgencyWords } from "./words";

const PLACE = ["kelurahan", "landmark", "place_text", "latitude", "longitude", "text", "place"];
const CALLER = ["caller_name", "caller_number", "caller_withheld"];

interface Shown {
  readonly dispatch: Dispatch;
  /** It stands down: the reason is all there is to read. */
  readonly stood: boolean;
  readonly open: boolean;
}

export function Details({ dispatch, stood, open }: Shown) {
  const w = useAgencyWords();
  const { incident } = dispatch;
  const isNew = (...names: readonly string[]): boolean => names.some((name) => dispatch.changed.includes(name));
  const danger = incident.people_in_danger;
  if (stood) {
    return (
      <>
        {dispatch.reason ? <Fact name={w.reason} large>{dispatch.reason}</Fact> : null}
        <Place dispatch={dispatch} fresh={false} />
      </>
    );
  }
  return (
    <>
      {danger === null ? null : (
        <Text className={classes.danger} data-some={danger > 0 || undefined}>
          {w.danger(danger)}{isNew("people_in_danger") ? <New /> : null}
        </Text>
      )}
      {dispatch.what ? <Fact name={w.what} fresh={isNew("what")} large>{dispatch.what}</Fact> : null}
      <Place dispatch={dispatch} fresh={isNew(...PLACE)} />
      {incident.description ? <Fact name={w.happened} fresh={isNew("description")}>{incident.description}</Fact> : null}
      <div className={classes.links}>
        <Map dispatch={dispatch} />
        <Anchor className={classes.link} href="tel:112">{w.callCentre}</Anchor>
      </div>
      {open || incident.caller_number ? <Caller dispatch={dispatch} fresh={isNew(...CALLER)} /> : null}
      {dispatch.beside.length > 0 ? (
        <Fact name={w.beside}>{dispatch.beside.map(({ agency, status }) => `${named(agency)} (${said(w.status, status)})`).join(", ")}</Fact>
      ) : null}
    </>
  );
}

function said(words: Record<string, string>, status: string): string {
  return words[status] ?? status;
}

function named(agency: string): string {
  return agency.replaceAll("_", " ").toUpperCase();
}

function Fact({ name, fresh = false, large = false, children }: { name: string; fresh?: boolean; large?: boolean; children: ReactNode }) {
  return (
    <div className={classes.fact} data-fresh={fresh || undefined}>
      <Text size="sm" className={classes.name}>{name}{fresh ? <New /> : null}</Text>
      <Text size={large ? "xl" : "lg"} fw={large ? 700 : 400} className={classes.said}>{children}</Text>
    </div>
  );
}

function New() {
  const w = useAgencyWords();
  return <span className={classes.fresh}>{w.fresh}</span>;
}

function Place({ dispatch, fresh }: { dispatch: Dispatch; fresh: boolean }) {
  const w = useAgencyWords();
  const { place } = dispatch.incident;
  const lines = [place.landmark, place.text, place.kelurahan_name ?? place.kelurahan].filter(Boolean);
  const known = lines.length > 0 || typeof place.latitude === "number";
  return (
    <Fact name={w.where} fresh={fresh} large>
      {known ? lines.map((line) => <span key={line} className={classes.line}>{line}</span>) : w.noPlace}
      {typeof place.latitude === "number" && typeof place.longitude === "number" ? (
        <span className={classes.numbers}>{`${place.latitude.toFixed(5)}, ${place.longitude.toFixed(5)}`}</span>
      ) : null}
    </Fact>
  );
}

function Map({ dispatch }: { dispatch: Dispatch }) {
  const w = useAgencyWords();
  const { latitude, longitude } = dispatch.incident.place;
  if (typeof latitude !== "number" || typeof longitude !== "number") return null;
  return <Anchor className={classes.link} href={mapLink(latitude, longitude)}>{w.map}</Anchor>;
}

function Caller({ dispatch, fresh }: { dispatch: Dispatch; fresh: boolean }) {
  const w = useAgencyWords();
  const { caller_name: name, caller_number: number } = dispatch.incident;
  if (!name && !number) return null;
  return (
    <Fact name={w.caller} fresh={fresh}>
      {name ? <span className={classes.line}>{name}</span> : null}
      {number ? <Anchor className={classes.link} href={`tel:${number.replace(/[^+0-9]/g, "")}`}>{w.callCaller(number)}</Anchor> : null}
    </Fact>
  );
}
