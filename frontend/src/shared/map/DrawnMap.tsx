/** The map as MapLibre draws it; its worker is a file of ours, and so are its styles. */
import "maplibre-gl/dist/maplibre-gl.css";
import { useComputedColorScheme } from "@mantine/core";
import { addProtocol, AttributionControl, type GeoJSONSource, Map as Drawing, Marker, NavigationControl, setWorkerUrl } from "maplibre-gl";
import workerUrl from "maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url";
import { PMTiles, Protocol } from "pmtiles";
import { useEffect, useRef, useState } from "react";
import { createPortal } from "react-dom";
import { spoken } from "../words/words";
import { type Areas, type TilesView, useGround } from "./ground";
import { Pin } from "./Pin";
import { boundsOf, circle, type MapPoint, type RoomMapProps, type Spot } from "./points";
import classes from "./RoomMap.module.css";
import { styleOf } from "./style";
import { MAP_WORDS, useMapWords } from "./words";

setWorkerUrl(workerUrl);
const protocol = new Protocol();
addProtocol("pmtiles", protocol.tile);

const DRAWN_MS = 15_000; // a machine that has not drawn it by then never draws it in time
const CLOSEST = 15; // zoom
const CITY = { center: [109.675, -6.889] as [number, number], zoom: 12 }; // when nothing at all is known

type Props = RoomMapProps & { readonly onFail: () => void };

export default function DrawnMap(given: Props) {
  const ground = useGround();
  const dark = useComputedColorScheme("light") === "dark";
  return ground ? <OnGround key={`${dark}-${ground.tiles?.version ?? ""}`} {...given} {...ground} dark={dark} /> : null;
}

function OnGround(given: Props & { tiles: TilesView | null; areas: Areas; dark: boolean }) {
  const place = useRef<HTMLDivElement>(null);
  const [map, setMap] = useState<Drawing | null>(null);
  const first = useRef(given);
  const newest = useRef(given);
  useEffect(() => { newest.current = given; });
  useEffect(() => {
    if (!place.current) return;
    const drawing = drawn(place.current, first.current);
    const late = setTimeout(() => { newest.current.onFail(); }, DRAWN_MS);
    drawing.once("load", () => {
      clearTimeout(late);
      drawing.addSource("within", { type: "geojson", data: { type: "FeatureCollection", features: [] } });
      drawing.addLayer({ id: "within", type: "fill", source: "within", paint: { "fill-color": "#4dabf7", "fill-opacity": 0.25 } });
      setMap(drawing);
    });
    drawing.on("click", (event) => { newest.current.onPlace?.({ latitude: event.lngLat.lat, longitude: event.lngLat.lng }); });
    return () => {
      clearTimeout(late);
      drawing.remove();
    };
  }, []);
  useWithin(map, given.points);
  usePicked(map, given);
  return (
    <>
      <div ref={place} className={classes.map} data-ready={map ? true : undefined} />
      {map ? given.points.map((point) => <Pinned key={point.id} map={map} point={point} picked={point.id === given.picked} onPick={given.onPick} />) : null}
    </>
  );
}

function drawn(container: HTMLElement, { tiles, areas, dark, still, points }: Parameters<typeof OnGround>[0]): Drawing {
  const url = tiles ? `${location.origin}/api/v1/map/tiles/${tiles.version}` : "";
  if (tiles) protocol.add(new PMTiles(url));
  const style = styleOf({ tiles: tiles && { ...tiles, url: `pmtiles://${url}` }, areas, dark });
  const around = areas.features.map(({ properties: { inside } }) => ({ longitude: inside[0], latitude: inside[1] }));
  const bounds = boundsOf(around) ?? tiles?.bounds ?? boundsOf(points);
  const w = spoken(MAP_WORDS);
  const drawing = new Drawing({
    container,
    style,
    ...(bounds ? { bounds, fitBoundsOptions: { padding: 40, maxZoom: CLOSEST } } : CITY),
    interactive: !still,
    attributionControl: false,
    maxZoom: 19,
    fadeDuration: 0,
    dragRotate: false,
    locale: { "Map.Title": w.drawn, "NavigationControl.ZoomIn": w.closer, "NavigationControl.ZoomOut": w.farther },
    pitchWithRotate: false,
  });
  drawing.on("error", () => undefined); // a tile that did not come is asked for again; the points are there
  drawing.addControl(new AttributionControl({ compact: false }));
  if (!still) drawing.addControl(new NavigationControl({ showCompass: false }), "top-left");
  return drawing;
}

/** The ground within which a point really is. */
function useWithin(map: Drawing | null, points: readonly MapPoint[]): void {
  useEffect(() => {
    const features = points
      .filter((point) => point.uncertainty)
      .map((point) => ({ type: "Feature" as const, properties: {}, geometry: { type: "Polygon" as const, coordinates: [circle(point, point.uncertainty ?? 0)] } }));
    void map?.getSource<GeoJSONSource>("within")?.setData({ type: "FeatureCollection", features });
  }, [map, points]);
}

/** Go to what is picked: when it is picked, and when it moves. */
function usePicked(map: Drawing | null, { picked, points }: RoomMapProps): void {
  const point = points.find((one) => one.id === picked);
  const { latitude, longitude } = point ?? ({} as Partial<Spot>);
  useEffect(() => {
    if (!map || latitude === undefined || longitude === undefined) return;
    void map.easeTo({ center: [longitude, latitude], zoom: Math.max(map.getZoom(), CLOSEST - 1), duration: 300 });
  }, [map, latitude, longitude]);
}

function Pinned({ map, point, picked, onPick }: { map: Drawing; point: MapPoint; picked: boolean; onPick: RoomMapProps["onPick"] }) {
  const w = useMapWords();
  const [holder] = useState(() => document.createElement("div"));
  const { latitude, longitude } = point;
  const marker = useRef<Marker>(null);
  useEffect(() => {
    const made = new Marker({ element: holder }).setLngLat([0, 0]).addTo(map);
    for (const said of ["aria-label", "role", "tabindex"]) holder.removeAttribute(said); // what is in it says so itself
    marker.current = made;
    return () => { made.remove(); };
  }, [map, holder]);
  useEffect(() => { marker.current?.setLngLat([longitude, latitude]); }, [latitude, longitude]);
  const label = `${w.kinds[point.kind]}: ${point.label}`;
  const pin = <><Pin kind={point.kind} /><span className={classes.said}>{point.label}</span></>;
  return createPortal(
    onPick ? (
      <button type="button" className={classes.point} aria-label={label} aria-pressed={picked} onClick={(event) => { event.stopPropagation(); onPick(point.id); }}>{pin}</button>
    ) : (
      <span className={classes.point} role="img" aria-label={label}>{pin}</span>
    ),
    holder,
  );
}
