"""A file of map tiles: PMTiles version 3 with vector tiles, its header and directories read and checked.

The format: https://github.com/protomaps/PMTiles/blob/main/spec/v3/spec.md
"""

import gzip
import json
import struct
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from io import BufferedIOBase, BytesIO
from pathlib import Path
from typing import Any

HEADER = struct.Struct("<7sB11Q6B4iB2i")
MAGIC, VERSION = b"PMTiles", 3
NONE, GZIP = 1, 2  # compressions
VECTOR = 1  # Mapbox vector tiles
FIRST_BYTES = 16_384  # header and root directory are within
MOST_UNPACKED = 16 * 1024 * 1024  # of one directory or tile
MOST_DEPTH = 4
Progress = Callable[[int, int], None]


class BadTiles(ValueError):
    """The file cannot be shown as a map; the text says why and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tiles:
    """What a file's header says. `bounds`: west, south, east, north; `layers`: names of what it draws."""

    bounds: tuple[float, float, float, float]
    center: tuple[float, float]
    min_zoom: int
    max_zoom: int
    layers: tuple[str, ...]
    attribution: str


@dataclass(frozen=True, slots=True)
class _Part:
    offset: int
    length: int


@dataclass(frozen=True, slots=True)
class _Header:
    root: _Part
    metadata: _Part
    leaves: _Part
    data: _Part
    addressed: int
    packing: int
    tile_packing: int
    zooms: tuple[int, int]
    corners: tuple[int, int, int, int]
    center: tuple[int, int]


def read(path: Path) -> Tiles:
    """Return what the header says. Raises BadTiles, OSError."""
    with path.open("rb") as file:
        header = _header(file, path.stat().st_size)
        said = _metadata(file, header)
    west, south, east, north = (value / 1e7 for value in header.corners)
    longitude, latitude = (value / 1e7 for value in header.center)
    return Tiles(
        bounds=(west, south, east, north),
        center=(longitude, latitude),
        min_zoom=header.zooms[0],
        max_zoom=header.zooms[1],
        layers=tuple(_layers(said)),
        attribution=str(said.get("attribution") or "")[:500],
    )


def check(path: Path, progress: Progress = lambda _done, _all: None) -> Tiles:
    """Read the whole file: every directory, every tile. Raises BadTiles, OSError.

    `progress` is told how many tiles are read, and of how many.
    """
    found = read(path)
    with path.open("rb") as file:
        header = _header(file, path.stat().st_size)
        seen: set[int] = set()
        for number, (offset, length) in enumerate(_tiles(file, header, header.root, 0)):
            progress(number, header.addressed)
            if offset in seen:
                continue
            seen.add(offset)
            _unpacked(_bytes(file, _inside(header.data, offset, length)), header.tile_packing, "a tile")
    if not seen:
        raise BadTiles("there is no tile in it: make it anew from an extract that covers the city")
    return found


def _header(file: BufferedIOBase, size: int) -> _Header:
    raw = file.read(HEADER.size)
    if len(raw) < HEADER.size or not raw.startswith(MAGIC):
        raise BadTiles("this is no PMTiles file: give one that ends in .pmtiles, or an extract (.osm.pbf)")
    fields = HEADER.unpack(raw)
    if fields[1] != VERSION:
        raise BadTiles(f"this is PMTiles version {fields[1]}: make version 3 of it (pmtiles convert)")
    parts = [_Part(fields[at], fields[at + 1]) for at in (2, 4, 6, 8)]
    if any(part.offset + part.length > size for part in parts):
        raise BadTiles("the file ends too soon: fetch or copy it again, whole")
    packing, tile_packing, kind, lowest, highest = fields[14:19]
    if kind != VECTOR:
        raise BadTiles("its tiles are pictures: give one of vector tiles (tilemaker, planetiler, Protomaps)")
    if {packing, tile_packing} - {NONE, GZIP}:
        raise BadTiles("its tiles are packed in a way browsers do not read: make it with gzip")
    if not lowest <= highest <= 24:
        raise BadTiles("its zoom levels make no sense: the file is damaged, fetch it again")
    return _Header(
        root=parts[0],
        metadata=parts[1],
        leaves=parts[2],
        data=parts[3],
        addressed=fields[10],
        packing=packing,
        tile_packing=tile_packing,
        zooms=(lowest, highest),
        corners=fields[19:23],
        center=fields[24:26],
    )


def _metadata(file: BufferedIOBase, header: _Header) -> dict[str, Any]:
    raw = _unpacked(_bytes(file, header.metadata), header.packing, "its description")
    try:
        said = json.loads(raw or b"{}")
    except ValueError:
        raise BadTiles("its description is no JSON: the file is damaged, fetch it again") from None
    return said if isinstance(said, dict) else {}


def _layers(said: dict[str, Any]) -> Iterator[str]:
    layers = said.get("vector_layers")
    for layer in layers if isinstance(layers, list) else ():
        if isinstance(layer, dict) and isinstance(layer.get("id"), str):
            yield layer["id"][:60]


def _tiles(file: BufferedIOBase, header: _Header, directory: _Part, depth: int) -> Iterator[tuple[int, int]]:
    """Yield offset and length of each tile, those of the leaf directories in their place."""
    if depth > MOST_DEPTH:
        raise BadTiles("its directories lead in a circle: the file is damaged, fetch it again")
    for run, offset, length in _entries(_unpacked(_bytes(file, directory), header.packing, "a directory")):
        if run:
            yield offset, length
        else:
            yield from _tiles(file, header, _inside(header.leaves, offset, length), depth + 1)


def _entries(raw: bytes) -> Iterator[tuple[int, int, int]]:
    """Yield run length, offset and length of each entry; a run of none is a leaf directory."""
    try:
        numbers = _numbers(raw)
        count = next(numbers)
        if count > len(raw):
            raise BadTiles("a directory of it is damaged: fetch it again")
        columns = [[next(numbers) for _ in range(count)] for _ in range(4)]
    except (StopIteration, RuntimeError):
        raise BadTiles("a directory of it is damaged: fetch it again") from None
    at = 0
    for _id, run, length, offset in zip(*columns, strict=True):
        at = at if offset == 0 else offset - 1
        yield run, at, length
        at += length


def _numbers(raw: bytes) -> Iterator[int]:
    """Yield the numbers a directory is made of (LEB128)."""
    value = shift = 0
    for byte in raw:
        value |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            yield value
            value = shift = 0


def _inside(whole: _Part, offset: int, length: int) -> _Part:
    if offset + length > whole.length:
        raise BadTiles("it points outside of itself: the file is damaged, fetch it again")
    return _Part(whole.offset + offset, length)


def _bytes(file: BufferedIOBase, part: _Part) -> bytes:
    if part.length > MOST_UNPACKED:
        raise BadTiles("a part of it is larger than any map needs: make it anew")
    file.seek(part.offset)
    return file.read(part.length)


def _unpacked(raw: bytes, packing: int, what: str) -> bytes:
    if packing == NONE:
        return raw
    try:
        with gzip.GzipFile(fileobj=BytesIO(raw)) as file:
            found = file.read(MOST_UNPACKED + 1)
    except (OSError, EOFError, zlib.error):
        raise BadTiles(f"{what} is damaged: fetch the file again") from None
    if len(found) > MOST_UNPACKED:
        raise BadTiles(f"{what} is larger than any map needs: make the file anew")
    return found
