"""Areas from a GeoJSON file (RFC 7946): a FeatureCollection of polygons with `code` and `name`.

Nothing in the file is trusted: its size, depth, numbers and shapes all have limits, and one bad feature
refuses the whole file, by name.
"""

import codecs
import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import orjson
import shapely
from shapely.geometry import shape

from ct112.incidents.places import AREA_CODE, Area
from ct112.places.problems import BadFile

LARGEST = 64 * 1024 * 1024  # bytes of a file
MOST_AREAS = 20_000
MOST_POINTS = 2_000_000
LONGEST_NAME = 120
MOST_RINGS = 10_000  # of one area
MOST_CROSSINGS = 10_000  # of an outline that is mended: memory grows with them, not with its points
LINES_AT_ONCE = 16
WGS84 = ("EPSG:4326", "CRS84", "EPSG:4755", "EPSG:9470")
"""How files before RFC 7946 name it; DGN95 and SRGI 2013, Indonesia's own, are within a metre of it."""
Ring = list[list[float]]


@dataclass(frozen=True, slots=True)
class Outline:
    """An area and its outline as GeoJSON; `mended`: its lines crossed and do no more."""

    area: Area
    geometry: dict[str, Any]
    mended: bool = False


def read(content: bytes, *, mend: bool = False) -> list[Outline]:
    """Return the areas of a file. Raises BadFile. `mend`: uncross an outline that crosses itself."""
    if len(content) > LARGEST:
        raise BadFile(f"the file has more than {LARGEST >> 20} MiB: simplify the outlines, or split it")
    features = _features(content)
    room = MOST_POINTS
    found: dict[str, Outline] = {}
    for at, feature in enumerate(features, 1):
        area = _area(feature, at)
        if area.code in found:
            raise BadFile(f"feature {at}: the code {area.code} was there before: give each area its own")
        polygons = list(_polygons(feature, area))
        room -= sum(len(ring) for polygon in polygons for ring in polygon)
        if room < 0:
            raise BadFile(f"the file has more than {MOST_POINTS:,} points: simplify the outlines")
        found[area.code] = _outline(area, polygons, mend=mend)
    return list(found.values())


def _features(content: bytes) -> list[Any]:
    try:
        document = orjson.loads(content.removeprefix(codecs.BOM_UTF8))
    except orjson.JSONDecodeError as error:
        raise BadFile(
            f"the file is no JSON (line {error.lineno}): export it again as GeoJSON, in UTF-8"
        ) from None
    if not isinstance(document, dict) or document.get("type") != "FeatureCollection":
        raise BadFile("the file is no GeoJSON FeatureCollection: export it as one")
    if not _of_wgs84(document.get("crs")):
        raise BadFile("its coordinates are not WGS 84 (its `crs`): export it again as EPSG:4326")
    features = document.get("features")
    if not isinstance(features, list) or not features:
        raise BadFile("the file has no features: nothing would be taken in")
    if len(features) > MOST_AREAS:
        raise BadFile(f"the file has more than {MOST_AREAS:,} features: leave out what is no area of yours")
    return features


def _of_wgs84(crs: object) -> bool:
    """Return whether its degrees are ours: those of another datum (Batavia) lie hundreds of metres off."""
    if crs is None:
        return True
    properties = crs.get("properties") if isinstance(crs, dict) else None
    name = properties.get("name") if isinstance(properties, dict) else None
    return isinstance(name, str) and name.replace("::", ":").upper().endswith(WGS84)


def _area(feature: Any, at: int) -> Area:
    properties = feature.get("properties") if isinstance(feature, dict) else None
    if not isinstance(properties, dict):
        raise BadFile(f"feature {at} has no properties: it needs code and name")
    code, name = properties.get("code"), properties.get("name")
    return checked(code, name, f"feature {at}")


def checked(code: object, name: object, where: str) -> Area:
    """Return an area of this code and name. Raises BadFile, which says where."""
    if not isinstance(code, str) or not AREA_CODE.fullmatch(code) or not code.isascii():
        raise BadFile(f"{where}: `code` has to be the official one, like 33.75.01.1002")
    if not isinstance(name, str) or not name.strip() or len(name) > LONGEST_NAME or not name.isprintable():
        raise BadFile(f"{where} ({code}): `name` has to be one line of at most {LONGEST_NAME} characters")
    return Area(code=code, name=" ".join(name.split()))


def _polygons(feature: dict[str, Any], area: Area) -> Iterator[list[Ring]]:
    geometry = feature.get("geometry")
    kind = geometry.get("type") if isinstance(geometry, dict) else None
    if not isinstance(geometry, dict) or kind not in ("Polygon", "MultiPolygon"):
        raise BadFile(f"{area.code}: its geometry has to be a Polygon or MultiPolygon")
    given = geometry.get("coordinates")
    polygons = [given] if kind == "Polygon" else given
    rings = 0
    if not isinstance(polygons, list) or not polygons:
        raise BadFile(f"{area.code}: it has no coordinates")
    for polygon in polygons:
        if not isinstance(polygon, list) or not polygon:
            raise BadFile(f"{area.code}: one of its polygons has no outline")
        rings += len(polygon)
        if rings > MOST_RINGS:
            raise BadFile(f"{area.code}: it has more than {MOST_RINGS:,} rings: simplify its outline")
        yield [_ring(ring, area) for ring in polygon]


def _ring(ring: object, area: Area) -> Ring:
    if not isinstance(ring, list) or len(ring) < 4:
        raise BadFile(f"{area.code}: a ring needs four points at least, the last one the first again")
    points = [_point(point, area) for point in ring]
    if points[0] != points[-1]:
        raise BadFile(f"{area.code}: a ring is not closed: its last point has to be its first")
    return points


def _point(point: object, area: Area) -> list[float]:
    good = (
        isinstance(point, list)
        and 2 <= len(point) <= 4
        and all(type(value) in (int, float) and math.isfinite(value) for value in point)
        and -180 <= point[0] <= 180
        and -90 <= point[1] <= 90
    )
    if not good or not isinstance(point, list):
        raise BadFile(f"{area.code}: a point is no [longitude, latitude] in degrees (WGS 84)")
    return [float(point[0]), float(point[1])]


def _outline(area: Area, polygons: list[list[Ring]], *, mend: bool) -> Outline:
    geometry = {"type": "MultiPolygon", "coordinates": polygons}
    found = shape(geometry)
    if found.is_valid and found.area > 0:
        return Outline(area, geometry)
    if not mend:
        why = "has no surface" if found.is_valid else shapely.is_valid_reason(found).partition("[")[0].lower()
        raise BadFile(f"{area.code}: its outline is broken ({why}): mend it, or import with --mend")
    return Outline(area, _mended(found, area), mended=True)


def _mended(broken: Any, area: Area) -> dict[str, Any]:
    if _crosses_too_often(broken):
        raise BadFile(f"{area.code}: its outline crosses itself too often to be mended: draw it again")
    parts = shapely.get_parts(shapely.make_valid(broken), return_index=False)
    whole = [
        one
        for part in parts
        for one in shapely.get_parts(part)
        if one.geom_type == "Polygon" and one.area > 0
    ]
    if not whole:
        raise BadFile(
            f"{area.code}: its outline has no surface, nothing is left when it is mended: draw it again"
        )
    union = shapely.union_all(whole)
    polygons = [one for one in shapely.get_parts(union) if one.geom_type == "Polygon"]
    rings = [[_ring_of(one.exterior), *map(_ring_of, one.interiors)] for one in polygons]
    return {"type": "MultiPolygon", "coordinates": rings}


def _crosses_too_often(broken: Any) -> bool:
    """Return whether its lines meet more than MOST_CROSSINGS times; each meets itself and two beside."""
    points, ring = shapely.get_coordinates(_rings(broken), return_index=True)
    joined = ring[:-1] == ring[1:]
    lines: Any = shapely.linestrings(np.stack((points[:-1][joined], points[1:][joined]), axis=1))
    tree = shapely.STRtree(lines)
    room = 2 * MOST_CROSSINGS
    for at in range(0, len(lines), LINES_AT_ONCE):
        some = lines[at : at + LINES_AT_ONCE]
        room -= tree.query(some, predicate="intersects").shape[1] - 3 * len(some)
        if room < 0:
            return True
    return False


def _rings(broken: Any) -> list[Any]:
    return [ring for one in shapely.get_parts(broken) for ring in (one.exterior, *one.interiors)]


def _ring_of(line: Any) -> Ring:
    return [[float(x), float(y)] for x, y in line.coords]
