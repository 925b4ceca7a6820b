"""The file of tiles that web serves: opened anew when another is in its place."""

import asyncio
import hashlib
import os
import re
from dataclasses import dataclass
from pathlib import Path

from ct112 import logs
from ct112.places import tiles
from ct112.places.tiles import BadTiles, Tiles

log = logs.get("map")

MOST_BYTES = 4 * 1024 * 1024  # of one answer: a tile has a few hundred kB, a directory less
ONE_RANGE = re.compile(r"bytes=([0-9]{1,15})-([0-9]{0,15})")


class BadRange(ValueError):
    """What was asked for is not in the file, or is no single range."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A file as it was when it was opened; one put in its place later does not mix with it."""

    version: str
    size: int
    said: Tiles
    descriptor: int

    def __del__(self) -> None:
        """Close it once no answer needs it any more."""
        os.close(self.descriptor)

    def read(self, first: int, last: int) -> bytes:
        """Return these bytes, both ends included."""
        return os.pread(self.descriptor, last - first + 1, first)


class TilesFile:
    """The newest file at `path`. None: no file was ever imported."""

    def __init__(self, path: Path | None) -> None:
        """Nothing is opened before it is asked for."""
        self._path = path
        self._opened: Opened | None = None
        self._state: tuple[int, int, int] | None = None
        self._opening = asyncio.Lock()

    async def newest(self) -> Opened | None:
        """Return the file, None when there is none that can be shown."""
        if self._path is None:
            return None
        async with self._opening:
            return await asyncio.to_thread(self._newest, self._path)

    def _newest(self, path: Path) -> Opened | None:
        try:
            found = path.stat()
            state = (found.st_ino, found.st_mtime_ns, found.st_size)
            if state != self._state:
                self._opened, self._state = None, state  # one that cannot be read is tried once
                self._opened = _opened(path)
        except FileNotFoundError:
            self._opened = self._state = None
        except (OSError, BadTiles) as error:
            log.warning("the map's tiles cannot be read", error=type(error).__name__)
        return self._opened


def _opened(path: Path) -> Opened:
    said = tiles.read(path)
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    found = os.fstat(descriptor)
    named = f"{found.st_ino}-{found.st_mtime_ns}-{found.st_size}"
    version = hashlib.sha256(named.encode() + os.pread(descriptor, tiles.FIRST_BYTES, 0)).hexdigest()[:16]
    return Opened(version, found.st_size, said, descriptor)


def part_of(given: list[str], size: int) -> tuple[int, int]:
    """Return first and last byte of the one range that was asked for (RFC 9110, 14.1). Raises BadRange.

    It is cut at the file's end; one of more than four MiB is refused, as several at once are.
    """
    asked = ONE_RANGE.fullmatch(given[0].strip()) if len(given) == 1 else None
    if asked is None:
        raise BadRange
    first = int(asked[1])
    last = min(int(asked[2]) if asked[2] else size - 1, size - 1)
    if first > last or last - first + 1 > MOST_BYTES:
        raise BadRange
    return first, last
