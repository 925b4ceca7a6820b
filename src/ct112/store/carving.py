"""Reading a damaged SQLite file page by page, as its format says (sqlite.org/fileformat2.html). Blocking.

SQLite gives up at the first damaged page on its way. Here each page of rows stands for itself: what is
damaged costs what is on it.
"""

import itertools
import os
import sqlite3
import struct
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

LEAF = 0x0D  # a page of a table's rows
USUAL_PAGE = 4096
PAGE_SIZES = frozenset(2**power for power in range(9, 17))
WAL_HEADER, FRAME_HEADER = 32, 24
MOST_BYTES = 16 << 20  # of one row
INTEGERS = {1: 1, 2: 2, 3: 3, 4: 4, 5: 6, 6: 8}  # serial type: bytes
DAMAGE = (ValueError, IndexError, struct.error, OSError, KeyError)
Values = list[Any]


@dataclass(frozen=True, slots=True)
class CarvedRow:
    """A row of some table: text and blobs are bytes."""

    id: int
    values: Values


def carved(path: Path) -> Iterator[CarvedRow]:
    """Return every row that can be read, of all tables, in no order; never raises for damage."""
    with path.open("rb") as file:
        pages = _Pages(file.fileno(), _written_ahead(Path(f"{path}-wal")))
        for number in pages.numbers():
            try:
                yield from _rows(pages, number)
            except DAMAGE:
                continue


class _Pages:
    """The pages of a file, of which newer ones may be in its write-ahead log."""

    def __init__(self, handle: int, ahead: tuple[int, dict[int, bytes]]) -> None:
        self._handle = handle
        size, self._ahead = ahead
        self.size = size or self._own_size()
        self._count = os.fstat(handle).st_size // self.size
        self.usable = self.size  # we never reserve any of it

    def numbers(self) -> range:
        """Return the numbers of all pages."""
        return range(1, max(self._count, max(self._ahead, default=0)) + 1)

    def read(self, number: int) -> bytes:
        """Return a page. Raises ValueError, OSError."""
        page = self._ahead.get(number) or os.pread(self._handle, self.size, (number - 1) * self.size)
        if len(page) < self.size:
            raise ValueError("no such page")
        return page

    def _own_size(self) -> int:
        try:
            (size,) = struct.unpack(">H", os.pread(self._handle, 2, 16))
        except DAMAGE:
            return USUAL_PAGE
        size = 65536 if size == 1 else size
        return size if size in PAGE_SIZES else USUAL_PAGE


def cut_short(path: Path) -> bool:
    """Return whether the write-ahead log of a file nobody has open holds commits that SQLite passes over.

    It reads a log up to the first frame that is damaged, and takes what follows for left-overs, without a
    word; of a file without a page it throws the log away. Raises OSError, sqlite3.Error.
    """
    last = max((number for number, frame in _frames(Path(f"{path}-wal")) if frame.commits), default=0)
    return last > 0 and (path.stat().st_size == 0 or last > _frames_read(path))


def _frames_read(path: Path) -> int:
    """Return how many frames SQLite takes from the log. Nothing is changed."""
    with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as database:
        database.execute("SELECT count(*) FROM sqlite_master").fetchone()
        with Path(f"{path}-shm").open("rb") as index:
            (frames,) = struct.unpack("16x I", index.read(20))
    return int(frames)


@dataclass(frozen=True, slots=True)
class _Frame:
    """A page in a write-ahead log. `commits`: it is the last of a transaction."""

    page: int
    commits: bool
    data: bytes


def _written_ahead(path: Path) -> tuple[int, dict[int, bytes]]:
    """Return the page size (0: not known) and the newest form of the pages in a write-ahead log."""
    pages: dict[int, bytes] = {}
    try:
        for _, frame in _frames(path):
            pages[frame.page] = frame.data
    except DAMAGE:
        pass
    return len(next(iter(pages.values()), b"")), pages


def _frames(path: Path) -> Iterator[tuple[int, _Frame]]:
    """Return the frames of a log, each with its number, whatever their checksums say; none without a log."""
    if not path.exists():
        return
    with path.open("rb") as file:
        header = file.read(WAL_HEADER)
        size, salt = _size_and_salt(header, file.read(FRAME_HEADER))
        file.seek(WAL_HEADER)
        for number in itertools.count(1):
            frame = file.read(FRAME_HEADER + size)
            if len(frame) < FRAME_HEADER + size:
                return
            page, pages_after = struct.unpack_from(">II", frame)
            if frame[8:16] == salt:  # others are left from before the last checkpoint
                yield number, _Frame(page, pages_after > 0, frame[FRAME_HEADER:])


def _size_and_salt(header: bytes, first: bytes) -> tuple[int, bytes]:
    """Return the page size, and what this log's frames are known by; as the first frame says when the header
    is damaged."""
    if len(header) == WAL_HEADER and _checksum(header[:24]) == struct.unpack(">II", header[24:]):
        return struct.unpack_from(">I", header, 8)[0], header[16:24]
    return USUAL_PAGE, first[8:16]


def _checksum(data: bytes) -> tuple[int, int]:
    """Return SQLite's checksum of words in the order of this machine, as it writes them here."""
    one = two = 0
    for first, second in struct.iter_unpack("<II" if sys.byteorder == "little" else ">II", data):
        one = (one + first + two) & 0xFFFFFFFF
        two = (two + second + one) & 0xFFFFFFFF
    return one, two


def _rows(pages: _Pages, number: int) -> Iterator[CarvedRow]:
    page = pages.read(number)
    start = 100 if number == 1 else 0
    if page[start] != LEAF:
        return
    (cells,) = struct.unpack_from(">H", page, start + 3)
    for place in range(cells):
        try:
            (at,) = struct.unpack_from(">H", page, start + 8 + 2 * place)
            row = _row(pages, page, at)
        except DAMAGE:
            continue
        yield row


def _row(pages: _Pages, page: bytes, at: int) -> CarvedRow:
    length, at = _varint(page, at)
    row, at = _varint(page, at)
    if length > MOST_BYTES:
        raise ValueError("too long")
    return CarvedRow(row, _record(_payload(pages, page, at, length)))


def _payload(pages: _Pages, page: bytes, at: int, length: int) -> bytes:
    """Return a row's bytes, of which the end may lie on pages of its own."""
    here = _local(length, pages.usable)
    payload = page[at : at + here]
    if here < length:
        (more,) = struct.unpack_from(">I", page, at + here)
        while more and len(payload) < length:
            overflow = pages.read(more)
            (more,) = struct.unpack_from(">I", overflow, 0)
            payload += overflow[4 : pages.usable]
    if len(payload) < length:
        raise ValueError("cut off")
    return payload[:length]


def _local(length: int, usable: int) -> int:
    """Return how many bytes of a row are on its own page."""
    if length <= usable - 35:
        return length
    least = (usable - 12) * 32 // 255 - 23
    here = least + (length - least) % (usable - 4)
    return here if here <= usable - 35 else least


def _record(payload: bytes) -> Values:
    header, at = _varint(payload, 0)
    kinds = []
    while at < header:
        kind, at = _varint(payload, at)
        kinds.append(kind)
    values: Values = []
    for kind in kinds:
        value, at = _value(payload, at, kind)
        values.append(value)
    return values


def _value(payload: bytes, at: int, kind: int) -> tuple[Any, int]:
    if kind in (0, 8, 9):
        return {0: None, 8: 0, 9: 1}[kind], at
    length = (kind - 12) // 2 if kind >= 12 else 8 if kind == 7 else INTEGERS[kind]
    raw = payload[at : at + length]
    if len(raw) < length:
        raise ValueError("cut off")
    if kind == 7:
        return struct.unpack(">d", raw)[0], at + length
    return (raw if kind >= 12 else int.from_bytes(raw, "big", signed=True)), at + length


def _varint(data: bytes, at: int) -> tuple[int, int]:
    """Return a number of one to nine bytes, and where it ends."""
    value = 0
    for place in range(9):
        byte = data[at + place]
        if place == 8:
            return value << 8 | byte, at + 9
        value = value << 7 | byte & 0x7F
        if byte < 0x80:
            return value, at + place + 1
    raise ValueError("no number")
