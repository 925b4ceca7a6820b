"""A small map made by hand: a PMTiles file (version 3) of vector tiles, so that no test needs a city's."""

import gzip
import json
import math
import struct
from collections.abc import Iterable
from pathlib import Path

EXTENT = 4096
WEST, SOUTH, EAST, NORTH = 109.67, -6.91, 109.71, -6.88
ZOOMS = (10, 14)
LAYERS = ("water", "transportation", "transportation_name", "building", "place")
POINT, LINE, POLYGON = 1, 2, 3


def number(value: int) -> bytes:
    """A number as protobuf and PMTiles write it (LEB128)."""
    found = b""
    while value > 127:
        found += bytes((value & 127 | 128,))
        value >>= 7
    return found + bytes((value,))


def field(tag: int, raw: bytes) -> bytes:
    """A field of protobuf with its length."""
    return number(tag << 3 | 2) + number(len(raw)) + raw


def plain(tag: int, value: int) -> bytes:
    """A field of protobuf that is a number."""
    return number(tag << 3) + number(value)


def moves(points: list[tuple[int, int]], kind: int) -> bytes:
    """A geometry as vector tiles have it: where the pen goes, each step from the one before."""
    steps = [(b[0] - a[0], b[1] - a[1]) for a, b in zip([(0, 0), *points[:-1]], points, strict=True)]
    zigzag = [number((value << 1) ^ (value >> 63)) for step in steps for value in step]
    found = number(1 << 3 | 1) + b"".join(zigzag[:2])
    if kind != POINT:
        found += number(len(points) - 1 << 3 | 2) + b"".join(zigzag[2:])
    return found + (number(1 << 3 | 7) if kind == POLYGON else b"")


def layer(name: str, kind: int, points: list[tuple[int, int]], said: dict[str, str]) -> bytes:
    """A layer with one feature."""
    tags = b"".join(number(at) + number(at) for at in range(len(said)))
    feature = field(2, tags) + plain(3, kind) + field(4, moves(points, kind))
    keys = b"".join(field(3, key.encode()) for key in said)
    values = b"".join(field(4, field(1, value.encode())) for value in said.values())
    return field(
        3, plain(15, 2) + field(1, name.encode()) + field(2, feature) + keys + values + plain(5, EXTENT)
    )


def tile() -> bytes:
    """A tile with water, a street with its name, a building and a place."""
    street = [(0, 2000), (2000, 1900), (4096, 2100)]
    return gzip.compress(
        layer("water", POLYGON, [(0, 3000), (4096, 3000), (4096, 4096), (0, 4096)], {"class": "river"})
        + layer("transportation", LINE, street, {"class": "primary"})
        + layer("transportation_name", LINE, street, {"class": "primary", "name": "Jalan Melati Raya"})
        + layer("building", POLYGON, [(900, 900), (1500, 900), (1500, 1500), (900, 1500)], {})
        + layer("place", POINT, [(2500, 800)], {"class": "suburb", "name": "Medanglor"}),
        mtime=0,
    )


def tile_id(zoom: int, x: int, y: int) -> int:
    """A tile's number: along Hilbert's curve, the lower zooms first."""
    found: int = sum(1 << 2 * level for level in range(zoom))
    side = 1 << zoom - 1 if zoom else 0
    while side:
        right, below = int(bool(x & side)), int(bool(y & side))
        found += side * side * ((3 * right) ^ below)
        if not below:
            if right:
                x, y = side - 1 - (x & side - 1), side - 1 - (y & side - 1)
            x, y = y, x
        x, y, side = x & (side - 1), y & (side - 1), side >> 1
    return found


def covering(zoom: int) -> Iterable[tuple[int, int]]:
    """The tiles of a zoom that the map covers."""

    def at(longitude: float, latitude: float) -> tuple[int, int]:
        n = 1 << zoom
        y = (1 - math.asinh(math.tan(math.radians(latitude))) / math.pi) / 2
        return int((longitude + 180) / 360 * n), int(y * n)

    (left, top), (right, bottom) = at(WEST, NORTH), at(EAST, SOUTH)
    return ((x, y) for x in range(left, right + 1) for y in range(top, bottom + 1))


def directory(ids: list[int], length: int) -> bytes:
    """A directory in which all tiles are the same one."""
    steps = [b - a for a, b in zip([0, *ids[:-1]], ids, strict=True)]
    columns = [steps, [1] * len(ids), [length] * len(ids), [1] * len(ids)]
    return gzip.compress(
        number(len(ids)) + b"".join(number(one) for column in columns for one in column), mtime=0
    )


def made(path: Path, *, name: str = "Contoh") -> Path:
    """Write the map; return where it is."""
    ids = sorted(tile_id(zoom, x, y) for zoom in range(ZOOMS[0], ZOOMS[1] + 1) for x, y in covering(zoom))
    body, said = tile(), {"name": name, "attribution": "© OpenStreetMap"}
    metadata = gzip.compress(
        json.dumps(said | {"vector_layers": [{"id": layer, "fields": {}} for layer in LAYERS]}).encode(),
        mtime=0,
    )
    root = directory(ids, len(body))
    offsets = [127, 127 + len(root), 127 + len(root) + len(metadata)]
    header = struct.pack(
        "<7sB11Q6B4iB2i",
        *(b"PMTiles", 3),
        *(offsets[0], len(root), offsets[1], len(metadata), offsets[2], 0, offsets[2], len(body)),
        *(len(ids), len(ids), 1),
        *(1, 2, 2, 1, *ZOOMS),
        *(round(value * 1e7) for value in (WEST, SOUTH, EAST, NORTH)),
        12,
        *(round(value * 1e7) for value in ((WEST + EAST) / 2, (SOUTH + NORTH) / 2)),
    )
    path.write_bytes(header + root + metadata + body)
    return path
