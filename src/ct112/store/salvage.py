"""Beginning a damaged spool anew: the old file is kept, and what can be read of it goes into the new one."""

import itertools
import math
import time
from collections.abc import Iterator
from pathlib import Path

from ct112 import logs, metrics
from ct112.store.carving import CarvedRow, carved
from ct112.store.entries import KINDS_OF_ENTRY
from ct112.store.spool_file import Salvaged, SpoolFile

log = logs.get("spool")

IN_ONE_COMMIT = 5000
LARGEST = 2**48  # numbers go on behind the highest
SIDE_FILES = ("", "-wal", "-shm")


def begin_anew(path: Path) -> SpoolFile:
    """Return a new spool in place of the damaged one, kept beside it. Raises sqlite3.Error, OSError."""
    bad = move_aside(path)
    metrics.spool_damaged.inc()
    log.error("the spool's file is damaged: kept aside, a new one is begun", kept_as=bad.name)
    new = SpoolFile(path)
    try:
        found = _salvage(bad, new)
    except Exception as error:  # noqa: BLE001 - whatever is wrong with the old one, the new one is used
        log.error("the damaged spool could not be read to its end", reason=type(error).__name__)  # noqa: TRY400
    else:
        log.warning("what could be read of the damaged spool goes on", entries=found)
    return new


def move_aside(path: Path) -> Path:
    """Keep a file SQLite cannot read, under another name, so that a new one can be begun."""
    bad = _free_name(path)
    for suffix in SIDE_FILES:
        part = Path(f"{path}{suffix}")
        if part.exists():
            part.rename(f"{bad}{suffix}")
    return bad


def _free_name(path: Path) -> Path:
    now = int(time.time())
    names = (path.with_name(f"{path.name}.bad-{now + later}") for later in itertools.count())
    return next(name for name in names if not name.exists())


def _salvage(bad: Path, new: SpoolFile) -> int:
    """Copy what is left of the old file; return how many entries."""
    rows, found = _known(carved(bad)), 0
    while some := list(itertools.islice(rows, IN_ONE_COMMIT)):
        found += new.put_salvaged(some)
    return found


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
