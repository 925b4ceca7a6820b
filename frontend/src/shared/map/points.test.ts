import { expect, test } from "vitest";
import { boundsOf, circle } from "./points";
import { styleOf } from "./style";

const HERE = { latitude: -6.89, longitude: 109.68 };

test("a circle is as far away everywhere, and closed", () => {
  const corners = circle(HERE, 500);
  expect(corners[0]).toEqual(corners.at(-1));
  for (const [longitude, latitude] of corners) {
    const north = (latitude - HERE.latitude) * 111_195;
    const east = (longitude - HERE.longitude) * 111_195 * Math.cos((HERE.latitude * Math.PI) / 180);
    expect(Math.hypot(north, east)).toBeCloseTo(500, 0);
  }
});

test("the bounds hold every point, and nothing has none", () => {
  expect(boundsOf([])).toBeNull();
  expect(boundsOf([HERE, { latitude: -6.9, longitude: 109.7 }])).toEqual([109.68, -6.9, 109.7, -6.89]);
});

test("only layers are drawn that the tiles have, and without tiles the areas alone", () => {
  const areas = { type: "FeatureCollection" as const, features: [] };
  const tiles = { url: "pmtiles://x", layers: ["water"], attribution: "" };
  const drawn = (style: ReturnType<typeof styleOf>) => style.layers.flatMap((layer) => ("source-layer" in layer ? [layer["source-layer"]] : []));
  expect(drawn(styleOf({ tiles, areas, dark: true }))).toEqual(["water"]);
  expect(drawn(styleOf({ tiles: null, areas, dark: false }))).toEqual([]);
  expect(styleOf({ tiles: null, areas, dark: false }).layers.map((layer) => layer.id)).toContain("areas");
});
