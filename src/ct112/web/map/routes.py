"""The routes of the map."""

import asyncio

from aiohttp import hdrs, web

from ct112.store import Connection
from ct112.web import kinds
from ct112.web.access.principal import EVERYBODY
from ct112.web.house import House
from ct112.web.map.model import ByTilesVersion, MapView, TilesView
from ct112.web.map.tiles_file import BadRange, part_of
from ct112.web.problems import Problem
from ct112.web.routes import Media, Route

TILES, GEOJSON = "application/vnd.pmtiles", "application/geo+json"
FOREVER = "private, max-age=31536000, immutable"  # the version is of this file alone
A_WHILE = "private, max-age=300"


async def show_map(house: House) -> MapView:
    """Say what there is to draw: a file of tiles, if one was imported."""
    found = await house.tiles.newest()
    if found is None:
        return MapView(tiles=None)
    said = TilesView.model_validate(
        {name: getattr(found.said, name) for name in found.said.__dataclass_fields__}
        | {"version": found.version}
    )
    return MapView(tiles=said)


async def read_tiles(house: House, request: web.Request, path: ByTilesVersion) -> Media:
    """Read a part of the file of tiles: one Range, four MiB at most."""
    found = await house.tiles.newest()
    if found is None or found.version != path.version:
        raise Problem(kinds.NOT_FOUND, "another map was imported: see GET /api/v1/map")
    headers = {"ETag": f'"{found.version}"', "Cache-Control": FOREVER, "Accept-Ranges": "bytes"}
    given = request.headers.getall(hdrs.RANGE, [])
    try:
        first, last = part_of(given, found.size)
    except BadRange:
        where = {"Content-Range": f"bytes */{found.size}"}
        raise Problem(kinds.BAD_RANGE, "send Range: bytes=FIRST-LAST, 4 MiB at most", headers=where) from None
    body = await asyncio.to_thread(found.read, first, last)
    return Media(body, TILES, headers | {"Content-Range": f"bytes {first}-{last}/{found.size}"}, 206)


async def map_areas(house: House, connection: Connection) -> Media:
    """Read the outlines of the smallest areas, as GeoJSON; `inside` is a point for the name."""
    found = await house.outlines.read(connection)
    return Media(found, GEOJSON, {hdrs.CACHE_CONTROL: A_WHILE, hdrs.CONTENT_ENCODING: "gzip"})


ROUTES = (
    Route("GET", "/api/v1/map", show_map, EVERYBODY),
    Route("GET", "/api/v1/map/areas", map_areas, EVERYBODY, media=GEOJSON),
    Route(
        "GET",
        "/api/v1/map/tiles/{version}",
        read_tiles,
        EVERYBODY,
        media=TILES,
        status=206,
        problems=frozenset({kinds.NOT_FOUND, kinds.BAD_RANGE}),
    ),
)
