/** Cameras of the city. */
import { Text } from "@mantine/core";
import { api, got, ifMatch, once } from "../../shared/api/client";
import type { components } from "../../shared/api/openapi";
import { type MapPoint, RoomMap } from "../../shared/map/RoomMap";
import { Catalogue, oneOf } from "../common/Catalogue";
import classes from "../common/common.module.css";
import { without } from "../common/draft";
import { everyPage, pageQuery } from "../common/pages";
import { useCameraWords } from "./words";

type Camera = components["schemas"]["CameraView"];

const BLANK = { code: "", name: "", latitude: "" as number | string, longitude: "" as number | string, stream: "", active: true };
type Draft = typeof BLANK;

const toDraft = (one: Camera): Draft => without(one, "version");
const list = (): Promise<readonly Camera[]> =>
  everyPage((after) => got(api.GET("/api/v1/cameras", { params: { query: pageQuery(after) } })), (page) => page.cameras);

/** What is no number is sent as it is: the server says at which field. */
function degrees<D extends Partial<Draft>>({ latitude, longitude, ...rest }: D) {
  return {
    ...rest,
    ...(latitude === undefined ? {} : { latitude: latitude as number }),
    ...(longitude === undefined ? {} : { longitude: longitude as number }),
  };
}

function add(draft: Draft, key: string): Promise<Camera> {
  const body = { ...without(draft, "active"), latitude: draft.latitude as number, longitude: draft.longitude as number };
  return got(api.POST("/api/v1/cameras", { params: { header: once(key) }, body }));
}

function change({ code, version }: Camera, touched: Partial<Draft>): Promise<Camera> {
  return got(api.PATCH("/api/v1/cameras/{code}", { params: { path: { code }, header: ifMatch(version) }, body: degrees(without(touched, "code")) }));
}

/** Where it stands, pointed at: on the city's map, or on its areas where there is none. */
function Where({ draft, set }: { draft: Draft; set: (patch: Partial<Draft>) => void }) {
  const w = useCameraWords();
  const [latitude, longitude] = [draft.latitude, draft.longitude].map((each) => (each === "" ? Number.NaN : Number(each))) as [number, number];
  const known = Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180;
  const points: MapPoint[] = known ? [{ id: "it", kind: "camera", latitude, longitude, label: draft.name || w.map }] : [];
  return (
    <div>
      <Text size="sm">{w.mapHelp}</Text>
      <div className={classes.map}>
        <RoomMap label={w.map} points={points} onPlace={(at) => { set({ latitude: rounded(at.latitude), longitude: rounded(at.longitude) }); }} />
      </div>
    </div>
  );
}

/** A decimetre is more than a finger can point at. */
function rounded(degrees: number): number {
  return Math.round(degrees * 1e6) / 1e6;
}

export default function Cameras() {
  const w = useCameraWords();
  return (
    <Catalogue name="cameras" words={w} list={list} id={(one) => one.code} read={(code) => oneOf(list, (one) => one.code, code)} blank={BLANK}
      toDraft={toDraft} add={add} change={change}
      columns={[
        { title: w.fields.code.label, cell: (one) => one.code },
        { title: w.fields.name.label, cell: (one) => one.name },
        { title: `${w.fields.latitude.label}, ${w.fields.longitude.label}`, cell: (one) => `${one.latitude}, ${one.longitude}` },
        { title: w.fields.stream.label, cell: (one) => one.stream },
        { title: w.state, cell: (one) => (one.active ? w.used : w.off) },
      ]}
      form={(f, one) => (
        <>
          {one ? null : f.text("code", { required: true, first: true })}
          {f.text("name", { required: true })}
          {f.number("latitude")}
          {f.number("longitude")}
          <Where draft={f.draft} set={f.set} />
          {f.text("stream", { required: true, inputMode: "url" })}
          {one ? f.yes("active") : null}
        </>
      )}
    />
  );
}
