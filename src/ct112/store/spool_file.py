"""The spool's file: SQLite in WAL mode, each commit on the disk before it returns. Blocking; one thread."""

import fcntl
import os
import shutil
import sqlite3
import time
from collections.abc import Callable, Collection, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from ct112.core.ids import CallId, NodeName
from ct112.core.record import CallRecord
from ct112.store.checksum import is_whole, with_checksum
from ct112.store.entries import RECORD, Unreadable, from_text, kind_of, to_text
from ct112.store.pending import Entry

SCHEMA = """
CREATE TABLE IF NOT EXISTS entry (
    id INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, body TEXT NOT NULL, at REAL NOT NULL);
CREATE TABLE IF NOT EXISTS open_call (call TEXT PRIMARY KEY, body TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS aside (
    id INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, body TEXT NOT NULL, at REAL NOT NULL,
    reason TEXT NOT NULL);
"""
HEAD = "SELECT id, kind, body FROM entry WHERE id > ? ORDER BY id LIMIT ?"
INSERT = "INSERT INTO entry (kind, body, at) VALUES (?, ?, ?)"
REMEMBER = "INSERT OR REPLACE INTO open_call (call, body) VALUES (?, ?)"
FORGET = "DELETE FROM open_call WHERE call = ?"
PUT_ASIDE = "INSERT INTO aside (kind, body, at, reason) SELECT kind, body, at, ? FROM entry WHERE id = ?"
TO_THE_END = "INSERT INTO entry (kind, body, at) SELECT kind, body, at FROM entry WHERE id = ?"
TAKE_BACK = "INSERT INTO entry (kind, body, at) SELECT kind, body, at FROM aside ORDER BY id"
PUT_SALVAGED = {
    "entry": "INSERT OR IGNORE INTO entry (id, kind, body, at) VALUES (?, ?, ?, ?)",
    "aside": "INSERT OR IGNORE INTO aside (id, kind, body, at, reason) VALUES (?, ?, ?, ?, ?)",
    "open_call": "INSERT OR IGNORE INTO open_call (call, body) VALUES (?, ?)",
}
BUSY_SECONDS = 2.0
KEPT_FREE = (
    12 << 20
)  # bytes of the disk that no entry takes: to strike one out needs the log, and room behind it
FREE_PAGES = 512  # so many free pages in the file itself take entries on a disk without room


class SpoolBusy(OSError):
    """Another process has this spool."""


class NoRoom(OSError):
    """The disk has no room for more entries; those on it can be read and struck out."""


@dataclass(frozen=True, slots=True)
class Spooled:
    """An entry on the disk; `entry` None could not be read."""

    id: int
    entry: Entry | None


@dataclass(frozen=True, slots=True)
class Salvaged:
    """A row of a damaged spool, as it goes into a table of the new one."""

    table: str
    values: tuple[Any, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SpoolStatus:
    """How the spool is. `oldest_at`: epoch seconds, None when nothing waits."""

    waiting: int
    oldest_at: float | None
    open_calls: int
    aside: int
    bytes: int


class SpoolFile:
    """An open spool. Raises sqlite3.Error or OSError from everything."""

    def __init__(self, path: Path, first: Callable[[], None] = lambda: None) -> None:
        """Open or make it, for this process alone; do `first` before, under its lock. Raises SpoolBusy."""
        self._path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        self._lock = _locked(path.with_suffix(".lock"))
        try:
            first()
            self._db = sqlite3.connect(path, isolation_level=None, timeout=BUSY_SECONDS)
            path.chmod(0o600)  # it holds numbers and locations
            self._db.execute("PRAGMA journal_mode = WAL")
            self._db.execute("PRAGMA synchronous = FULL")
            self._db.execute("PRAGMA secure_delete = ON")  # what the database has is gone from the disk
            self._db.text_factory = bytes  # one damaged text is that row's trouble alone
            self._db.executescript(SCHEMA)
        except BaseException:
            self._lock.close()
            raise

    def close(self) -> None:
        """Close it and let others have it."""
        self._db.close()
        self._lock.close()

    def put(self, entries: Sequence[Entry]) -> None:
        """Write the entries, all or none, and have them on the disk. Raises NoRoom."""
        self._want_room()
        now = time.time()
        with _Transaction(self._db):
            texts = [(entry, with_checksum(to_text(entry))) for entry in entries]
            self._db.executemany(INSERT, [(kind_of(entry), body, now) for entry, body in texts])
            self._remember({one.call: (one, body) for one, body in texts if isinstance(one, CallRecord)})

    def try_writing(self) -> None:
        """Write something and take it away again: what was read may be all the disk can do. Raises NoRoom."""
        self._want_room()
        with _Transaction(self._db):
            number = self._db.execute(INSERT, ("fact", "", time.time())).lastrowid
            self._db.execute("DELETE FROM entry WHERE id = ?", (number,))

    def head(self, size: int, after: int = 0) -> list[Spooled]:
        """Return the oldest entries with a number above `after`; they stay."""
        rows = self._db.execute(HEAD, (after, size))
        return [Spooled(number, _read(kind, body)) for number, kind, body in rows]

    def drop(self, numbers: Sequence[int]) -> None:
        """Strike out what the database has."""
        with _Transaction(self._db):
            self._db.executemany("DELETE FROM entry WHERE id = ?", [(number,) for number in numbers])

    def set_aside(self, refused: Sequence[tuple[int, str]]) -> None:
        """Keep entries (id, reason) that cannot be written apart from the others."""
        with _Transaction(self._db):
            for number, reason in refused:
                self._db.execute(PUT_ASIDE, (reason, number))
                self._db.execute("DELETE FROM entry WHERE id = ?", (number,))

    def take_back(self) -> int:
        """Put what was set aside into the line again; return how much."""
        with _Transaction(self._db):
            self._db.execute(TAKE_BACK)
            return self._db.execute("DELETE FROM aside").rowcount

    def put_salvaged(self, rows: Sequence[Salvaged]) -> int:
        """Put rows of a damaged spool in under their old numbers; return how many of them are entries."""
        with _Transaction(self._db):
            for row in rows:
                self._db.execute(PUT_SALVAGED[row.table], row.values)
        return sum(row.table == "entry" for row in rows)

    def to_the_end(self, number: int) -> None:
        """Put an entry behind all others: what it waits for must not keep them waiting."""
        with _Transaction(self._db):
            self._db.execute(TO_THE_END, (number,))
            self._db.execute("DELETE FROM entry WHERE id = ?", (number,))

    def open_calls(self) -> list[CallRecord]:
        """Return the newest record of every call that has not ended."""
        rows = self._db.execute("SELECT body FROM open_call ORDER BY call").fetchall()
        found = [_read(RECORD, body) for (body,) in rows]
        return [record for record in found if isinstance(record, CallRecord)]

    def forget_open(self, node: NodeName, before: float, live: Collection[CallId]) -> None:
        """Forget a node's open calls of before `before` (epoch seconds) that do not live: they are closed."""
        closed = [
            (record.call,)
            for record in self.open_calls()
            if record.node == node and record.arrived_at < before and record.call not in live
        ]
        with _Transaction(self._db):
            self._db.executemany(FORGET, closed)

    def forget(self, calls: Collection[CallId]) -> None:
        """Forget these open calls: the database knows how they ended."""
        with _Transaction(self._db):
            self._db.executemany(FORGET, [(call,) for call in calls])

    def status(self) -> SpoolStatus:
        """Return how it is."""
        return _status(self._db, self._path)

    def _want_room(self) -> None:
        """Raise NoRoom while the disk is nearly full: on a full one nothing can be struck out, ever again."""
        if shutil.disk_usage(self._path.parent).free >= KEPT_FREE:
            return
        (pages,) = self._db.execute("PRAGMA freelist_count").fetchone()
        if pages < FREE_PAGES:
            raise NoRoom(f"the disk has less than {KEPT_FREE >> 20} MB free")

    def _remember(self, newest: dict[CallId, tuple[CallRecord, str]]) -> None:
        """Keep each call's newest record while the call is open."""
        open_ = [(call, body) for call, (record, body) in newest.items() if record.ended_at is None]
        over = [(call,) for call, (record, _) in newest.items() if record.ended_at is not None]
        self._db.executemany(REMEMBER, open_)
        self._db.executemany(FORGET, over)


def look_at(path: Path) -> SpoolStatus:
    """Return how the spool at `path` is, also while it is in use. Raises FileNotFoundError, sqlite3.Error."""
    if not path.exists():
        raise FileNotFoundError(f"no spool at {path}")
    db = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=BUSY_SECONDS)
    try:
        return _status(db, path)
    finally:
        db.close()


def copy(path: Path, to: Path) -> SpoolStatus:
    """Copy the spool, also while it is in use, as it is at one moment; return how that is.

    Nobody is delayed: it is read as any reader reads it. Raises FileNotFoundError, sqlite3.Error.
    """
    if not path.exists():
        raise FileNotFoundError(f"no spool at {path}")
    copy_sqlite(path, to)
    return look_at(to)


def copy_sqlite(path: Path, to: Path) -> None:
    """Copy a SQLite file that others may write to meanwhile. Raises sqlite3.Error, OSError."""
    to.touch(mode=0o600)
    with (
        closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=BUSY_SECONDS)) as db,
        closing(sqlite3.connect(to)) as new,
    ):
        db.backup(new)  # in one step: one moment, whatever is written meanwhile
        new.execute("PRAGMA journal_mode = DELETE")  # one file, whole by itself
        (whole,) = new.execute("PRAGMA quick_check(1)").fetchone()
        if whole != "ok":
            raise sqlite3.DatabaseError(f"{path.name} is damaged")


def _status(db: sqlite3.Connection, path: Path) -> SpoolStatus:
    count, oldest = db.execute("SELECT count(*), min(at) FROM entry").fetchone()
    (calls,) = db.execute("SELECT count(*) FROM open_call").fetchone()
    (aside,) = db.execute("SELECT count(*) FROM aside").fetchone()
    size = path.stat().st_size
    return SpoolStatus(waiting=count, oldest_at=oldest, open_calls=calls, aside=aside, bytes=size)


class _Transaction:
    """BEGIN IMMEDIATE … COMMIT, or ROLLBACK."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    def __enter__(self) -> None:
        self._db.execute("BEGIN IMMEDIATE")

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is not None:
            if self._db.in_transaction:  # a full disk rolls back by itself
                self._db.execute("ROLLBACK")
            return
        try:
            self._db.execute("COMMIT")
        except sqlite3.Error:
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")
            raise


def _read(kind: object, body: object) -> Entry | None:
    """Return the entry; None when a damaged disk made something else of it."""
    if not isinstance(kind, str | bytes) or not isinstance(body, str | bytes) or not is_whole(body):
        return None
    try:
        return from_text(kind if isinstance(kind, str) else kind.decode(errors="replace"), body)
    except Unreadable:
        return None


def _locked(path: Path) -> IO[str]:
    handle = os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT, 0o600), "r+")
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        handle.close()
        raise SpoolBusy(f"{path} is held: the service runs, or another command") from error
    return handle
