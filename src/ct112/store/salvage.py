"""Beginning a damaged spool anew: the old file is kept, and what can be read of it goes into the new one."""

import itertools
import math
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path

from ct112 import logs, metrics
from ct112.store.carving import CarvedRow, carved, cut_short
from ct112.store.entries import KINDS_OF_ENTRY
from ct112.store.spool_file import Salvaged, SpoolFile

log = logs.get("spool")

IN_ONE_COMMIT = 5000
LARGEST = 2**48  # numbers go on behind the highest
SIDE_FILES = ("", "-wal", "-shm")


def opened(path: Path) -> SpoolFile:
    """Open the spool; a salvage that a crash cut short is done first. Raises sqlite3.Error, OSError."""
    file = SpoolFile(path, lambda: _ready(path))
    if _half_way(path).exists():
        _salvage(path, file)
    return file


def begin_anew(path: Path) -> SpoolFile:
    """Return a new spool in place of the damaged one, kept beside it. Raises sqlite3.Error, OSError."""
    metrics.spool_damaged.inc()
    log.error("the spool's file is damaged: a new one is begun")
    new = SpoolFile(path, lambda: _move_away(path))
    _salvage(path, new)
    return new


def _half_way(path: Path) -> Path:
    """Return the name a damaged spool has until all of it that can be read is in the new one."""
    return path.with_name(f"{path.name}.salvage")


def _move_away(path: Path) -> None:
    """Take the damaged file out of the way, to be read from there."""
    if _half_way(path).exists():  # the new one is damaged before the old one was read: nothing else is in it
        _rename(path, _free_name(path))
    _rename(path, _half_way(path))


def _ready(path: Path) -> None:
    """See to what SQLite would throw away without a word, before it has the file."""
    if _half_way(path).exists():
        if not path.exists():  # a crash stopped `_move_away`: a log whose file is not there would be gone
            _rename(path, _half_way(path))
    elif path.exists() and _cut_short(path):
        metrics.spool_damaged.inc()
        log.error("the log of the spool's file is damaged: a new one is begun")
        _move_away(path)


def _cut_short(path: Path) -> bool:
    try:
        return cut_short(path)
    except (OSError, sqlite3.Error, ValueError):  # whatever it is, it shows when the file is opened
        return False


def _rename(path: Path, to: Path) -> None:
    for suffix in SIDE_FILES:
        part = Path(f"{path}{suffix}")
        if part.exists():
            part.rename(f"{to}{suffix}")


def _free_name(path: Path) -> Path:
    now = int(time.time())
    names = (path.with_name(f"{path.name}.bad-{now + later}") for later in itertools.count())
    return next(name for name in names if not name.exists())


def _salvage(path: Path, new: SpoolFile) -> None:
    """Copy what is left of the old file, then keep it under its last name. A crash on the way: once more.

    When it cannot be done now (the disk is full) it closes the new one and raises sqlite3.OperationalError,
    OSError.
    """
    try:
        _copy(_half_way(path), new)
        _keep(path)
    except BaseException:
        new.close()
        raise


def _copy(old: Path, new: SpoolFile) -> None:
    """Copy what can be read. Raises sqlite3.OperationalError when the new one takes no more."""
    rows, found = _known(carved(old)), 0
    try:
        while some := list(itertools.islice(rows, IN_ONE_COMMIT)):
            found += new.put_salvaged(some)
    except sqlite3.OperationalError:
        raise
    except Exception as error:  # noqa: BLE001 - whatever is wrong with the old one, the new one is used
        log.error("the damaged spool could not be read to its end", reason=type(error).__name__)  # noqa: TRY400
    log.warning("what could be read of the damaged spool goes on", entries=found)


def _keep(path: Path) -> None:
    """Give the old file the name an engineer looks for; the file itself last: it says that this is done."""
    bad = _free_name(path)
    for suffix in reversed(SIDE_FILES):
        part = Path(f"{_half_way(path)}{suffix}")
        if part.exists():
            part.rename(f"{bad}{suffix}")


def _known(rows: Iterator[CarvedRow]) -> Iterator[Salvaged]:
    """Return those rows that are ours: by how many columns they have, and what is in them."""
    for row in rows:
        match row.values:
            case [None, bytes(kind), bytes(body), float(at)] if kind in KINDS_OF_ENTRY:
                yield Salvaged("entry", (_number(row), kind.decode(), _text(body), _time(at)))
            case [None, bytes(kind), bytes(body), float(at), bytes(reason)] if kind in KINDS_OF_ENTRY:
                values = (_number(row), kind.decode(), _text(body), _time(at), _text(reason))
                yield Salvaged("aside", values)
            case [bytes(call), bytes(body)] if body.startswith(b"{"):
                yield Salvaged("open_call", (_text(call), _text(body)))


def _number(row: CarvedRow) -> int | None:
    """Return the row's old number, which keeps the order; none when a damaged one would leave no room."""
    return row.id if 0 < row.id < LARGEST else None


def _time(at: float) -> float:
    return at if math.isfinite(at) else time.time()


def _text(value: bytes) -> str | bytes:
    """Return text; bytes where a damaged one is none, for the reader to refuse."""
    try:
        return value.decode()
    except UnicodeDecodeError:
        return value
