"""The areas' outlines as GeoJSON, made once for each import."""

import asyncio
import gzip
from typing import Any

import orjson
import shapely
from shapely.geometry import shape

from ct112 import logs
from ct112.store import Connection, places

log = logs.get("map")

FINE = 0.00005  # degrees, about five metres: finer than a screen draws a city


class Outlines:
    """The outlines of the smallest areas there are, gzipped."""

    def __init__(self) -> None:
        """Nothing is made before the first question."""
        self._newest: bytes | None = None
        self._state: tuple[int, int] | None = None
        self._making = asyncio.Lock()

    async def read(self, connection: Connection) -> bytes:
        """Return those of the last import. Made in a thread: the loop waits for no city's outlines."""
        state = await places.state(connection)
        async with self._making:
            if self._newest is None or state != self._state:
                rows = await places.areas(connection)
                self._newest, self._state = await asyncio.to_thread(_encoded, rows), state
            return self._newest


def _encoded(rows: list[Any]) -> bytes:
    parents = {row.parent for row in rows if row.geometry is not None}
    features = [_feature(row) for row in rows if row.geometry is not None and row.code not in parents]
    collection = {"type": "FeatureCollection", "features": [one for one in features if one]}
    return gzip.compress(orjson.dumps(collection), mtime=0)


def _feature(row: Any) -> dict[str, Any] | None:
    """Return an area with a point inside of it, where its name stands."""
    try:
        outline = shapely.set_precision(shape(dict(row.geometry)).simplify(FINE), 1e-6)
        inside = outline.representative_point()
        where = [round(inside.x, 5), round(inside.y, 5)]
    except (shapely.errors.ShapelyError, ValueError, TypeError, KeyError, AttributeError, IndexError):
        log.warning("an outline cannot be drawn", area=row.code)
        return None
    said = {"code": row.code, "name": row.name, "kind": row.kind, "inside": where}
    return {"type": "Feature", "properties": said, "geometry": shapely.geometry.mapping(outline)}
