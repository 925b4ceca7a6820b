/** How the map looks: few colours, dark at night. Letters are drawn from the machine's own fonts, no server gives any. */
import type { FeatureCollection } from "geojson";
import type { LayerSpecification, StyleSpecification } from "maplibre-gl";

export interface Tiles {
  readonly url: string;
  readonly layers: readonly string[];
  readonly attribution: string;
}

interface Ground {
  readonly tiles: Tiles | null;
  readonly areas: FeatureCollection;
  readonly dark: boolean;
}

const LIGHT = { ground: "#f4f3ef", water: "#b7d3e8", green: "#dfe8d3", building: "#e0dbd2", street: "#ffffff", edge: "#c9c3b8", border: "#7a7f87", word: "#33373d" };
const DARK: typeof LIGHT = { ground: "#1b1e22", water: "#16344a", green: "#20291f", building: "#2a2d32", street: "#4a4f57", edge: "#33373d", border: "#8a919b", word: "#d5d9de" };
const FONT = ["sans-serif"];

/** Names of OpenMapTiles (tilemaker, planetiler) and of Protomaps: each draws what the file has. */
const WATER = ["water", "ocean"];
const LINES_OF_WATER = ["waterway"];
const GREEN = ["landcover", "park", "landuse"];
const BUILDINGS = ["building", "buildings"];
const STREETS = ["transportation", "roads"];
const STREET_NAMES = ["transportation_name", "roads"];
const PLACES = ["place", "places"];

/** A layer but for where it comes from. */
interface Drawn {
  readonly type: LayerSpecification["type"];
  readonly minzoom?: number;
  readonly layout?: object;
  readonly paint: object;
}

export function styleOf({ tiles, areas, dark }: Ground): StyleSpecification {
  const colours = dark ? DARK : LIGHT;
  return {
    version: 8,
    sources: {
      areas: { type: "geojson", data: areas },
      ...(tiles ? { city: { type: "vector" as const, url: tiles.url, attribution: tiles.attribution } } : {}),
    },
    layers: [
      { id: "ground", type: "background", paint: { "background-color": colours.ground } },
      ...(tiles ? ofCity(colours, tiles.layers) : []),
      { id: "areas", type: "line", source: "areas", paint: { "line-color": colours.border, "line-width": tiles ? 1 : 1.5, "line-dasharray": tiles ? [3, 2] : [1] } },
      ...(tiles ? [] : [namesOfAreas(colours)]),
    ],
  };
}

function ofCity(colours: typeof LIGHT, layers: readonly string[]): LayerSpecification[] {
  const of = (names: string[], made: (name: string) => Drawn) =>
    names
      .filter((name) => layers.includes(name))
      .map((name) => ({ ...made(name), id: `${made(name).type}-${name}`, source: "city", "source-layer": name }));
  const words = { "text-font": FONT, "text-field": ["get", "name"], "text-size": 12 };
  const ink = { "text-color": colours.word, "text-halo-color": colours.ground, "text-halo-width": 1.5 };
  const wide = ["interpolate", ["exponential", 1.6], ["zoom"], 10, 0.6, 14, 3, 18, 14];
  return [
    ...of(GREEN, () => ({ type: "fill", paint: { "fill-color": colours.green, "fill-opacity": 0.6 } })),
    ...of(WATER, () => ({ type: "fill", paint: { "fill-color": colours.water } })),
    ...of(LINES_OF_WATER, () => ({ type: "line", paint: { "line-color": colours.water, "line-width": 1.5 } })),
    ...of(BUILDINGS, () => ({ type: "fill", minzoom: 14, paint: { "fill-color": colours.building } })),
    ...of(STREETS, () => ({ type: "line", layout: { "line-cap": "round", "line-join": "round" }, paint: { "line-color": colours.street, "line-width": wide } })),
    ...of(STREET_NAMES, () => ({ type: "symbol", minzoom: 13, layout: { ...words, "symbol-placement": "line" }, paint: ink })),
    ...of(PLACES, () => ({ type: "symbol", layout: { ...words, "text-size": 13 }, paint: ink })),
  ];
}

function namesOfAreas(colours: typeof LIGHT): LayerSpecification {
  return {
    id: "names",
    type: "symbol",
    source: "areas",
    minzoom: 11,
    layout: { "text-font": FONT, "text-field": ["get", "name"], "text-size": 12 },
    paint: { "text-color": colours.word, "text-halo-color": colours.ground, "text-halo-width": 1.5 },
  };
}
