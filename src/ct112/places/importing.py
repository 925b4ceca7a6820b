"""Takes in a city's files: everything is read and judged before anything is written, in one transaction."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from ct112.incidents.places import Area
from ct112.places import geojson, name_files
from ct112.places.problems import BadFile
from ct112.store import Connection, places
from ct112.store.places import Taken

T = TypeVar("T")
LARGEST = max(geojson.LARGEST, name_files.LARGEST)


@dataclass(frozen=True, slots=True, kw_only=True)
class Files:
    """Which files to take in."""

    areas: Path | None = None
    area_names: Path | None = None
    names: Path | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """What became of each kind, and the codes of areas whose outlines were mended."""

    taken: list[tuple[str, Taken]]
    mended: list[str]


async def take_in(connection: Connection, files: Files, *, by: str, mend: bool = False) -> Report:
    """Take the files in. Raises BadFile: then nothing may be kept of this transaction."""
    taken: list[tuple[str, Taken]] = []
    mended: list[str] = []
    areas = await places.known_areas(connection)
    if files.areas is not None:
        content = content_of(files.areas)
        outlines = _named(files.areas, lambda: geojson.read(content, mend=mend))
        mended = [one.area.code for one in outlines if one.mended]
        rows = [(one.area, one.geometry) for one in outlines]
        taken.append(("areas", await places.take_areas(connection, rows, by=by, digest=digest(content))))
        areas |= {one.area.code for one in outlines}
    if files.area_names is not None:
        content = content_of(files.area_names)
        named: list[Area] = _named(files.area_names, lambda: name_files.area_names(content))
        done = await places.take_areas(
            connection, [(area, None) for area in named], by=by, digest=digest(content)
        )
        taken.append(("names of areas", done))
        areas |= {area.code for area in named}
    if files.names is not None:
        content = content_of(files.names)
        found = _named(files.names, lambda: name_files.names(content, areas))
        taken.append(("names", await places.take_names(connection, found, by=by, digest=digest(content))))
    return Report(taken, mended)


def content_of(file: Path) -> bytes:
    """Return what is in a file, as far as it may be taken in. Raises BadFile."""
    try:
        with file.open("rb") as opened:
            content = opened.read(LARGEST + 1)
    except OSError as error:
        raise BadFile(f"{file} cannot be read ({error.strerror}): name a file of yours") from None
    if len(content) > LARGEST:
        raise BadFile(f"{file} has more than {LARGEST >> 20} MiB: split it")
    return content


def digest(content: bytes) -> str:
    """Return the SHA-256 of a file."""
    return hashlib.sha256(content).hexdigest()


def _named(file: Path, read: Callable[[], T]) -> T:
    try:
        return read()
    except BadFile as error:
        raise BadFile(f"{file}: {error}") from None
