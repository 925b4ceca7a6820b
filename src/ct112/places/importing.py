"""Takes in a city's files: everything is read and judged before anything is written, in one transaction."""

import asyncio
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

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


@dataclass(slots=True)
class Progress:
    """How far an import is: rows written of all there are; 0 of 0 while the file is read."""

    done: int = 0
    total: int = 0

    def expect(self, rows: int) -> None:
        """Expect so many more rows."""
        self.total += rows

    def written(self, rows: int) -> None:
        """Note that so many more are written."""
        self.done += rows


async def take_in(
    connection: Connection, files: Files, *, by: str, mend: bool = False, progress: Progress | None = None
) -> Report:
    """Take the files in. Raises BadFile: then nothing may be kept of this transaction.

    Reading is done in a thread: whoever waits may be told how far it is.
    """
    importing = _Importing(connection, by, progress or Progress())
    areas = await places.known_areas(connection)
    if files.areas is not None:
        areas |= await importing.outlines(files.areas, mend=mend)
    if files.area_names is not None:
        areas |= await importing.area_names(files.area_names)
    if files.names is not None:
        await importing.names(files.names, areas)
    return Report(importing.taken, importing.mended)


class _Importing:
    """One import at work."""

    def __init__(self, connection: Connection, by: str, progress: Progress) -> None:
        self._connection = connection
        self._by = by
        self._progress = progress
        self.taken: list[tuple[str, Taken]] = []
        self.mended: list[str] = []

    async def outlines(self, file: Path, *, mend: bool) -> set[str]:
        """Take areas with their outlines in; return their codes."""
        found, content = await _read(file, lambda content: geojson.read(content, mend=mend))
        self.mended = [one.area.code for one in found if one.mended]
        await self._areas("areas", [(one.area, one.geometry) for one in found], content)
        return {one.area.code for one in found}

    async def area_names(self, file: Path) -> set[str]:
        """Take names of areas in; return their codes."""
        named, content = await _read(file, name_files.area_names)
        await self._areas("names of areas", [(area, None) for area in named], content)
        return {area.code for area in named}

    async def names(self, file: Path, areas: set[str]) -> None:
        """Take streets, landmarks and the like in."""
        found, content = await _read(file, lambda content: name_files.names(content, areas))
        self._progress.expect(2 * len(found))
        taken = await places.take_names(
            self._connection, found, by=self._by, digest=digest(content), told=self._progress.written
        )
        self.taken.append(("names", taken))

    async def _areas(self, what: str, rows: list[tuple[Area, dict[str, Any] | None]], content: bytes) -> None:
        self._progress.expect(3 * len(rows))  # the area, its name, what that is found by
        taken = await places.take_areas(
            self._connection, rows, by=self._by, digest=digest(content), told=self._progress.written
        )
        self.taken.append((what, taken))


async def _read(file: Path, judge: Callable[[bytes], list[T]]) -> tuple[list[T], bytes]:
    """Return what is in a file, judged, and its bytes. Raises BadFile with its name."""

    def read() -> tuple[list[T], bytes]:
        content = content_of(file)
        return _named(file, lambda: judge(content)), content

    return await asyncio.to_thread(read)


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
