"""Holding the spool's file for its thread: opened again after a fault, begun anew when it is damaged."""

import sqlite3
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from ct112 import logs
from ct112.store import salvage
from ct112.store.spool_file import SpoolBusy, SpoolFile

log = logs.get("spool")

REOPEN_SECONDS = 2.0
LONGEST_PAUSE_SECONDS = 3600.0  # between two beginnings: each keeps a file, and the disk is no larger for it
PATIENCE = 3  # faults of reading or writing in a row after which the file counts as damaged
DAMAGED = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})
NOT_THE_FILE = frozenset(  # a full disk, somebody else's lock, a folder that is away or not ours
    {
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_NOMEM,
        sqlite3.SQLITE_PERM,
    }
)
T = TypeVar("T")


class SpoolFailed(OSError):
    """The spool cannot be used now; the alarm says why."""


class Holder:
    """Does things with the file. Each of them raises SpoolFailed while it is not time for another try."""

    def __init__(self, path: Path) -> None:
        """Nothing is opened yet."""
        self._path = path
        self._file: SpoolFile | None = None
        self._next_try = 0.0
        self._next_beginning = float("-inf")
        self._pause = REOPEN_SECONDS
        self._faults = 0
        self.busy = False  # another process has the file

    def use(self, do: Callable[[SpoolFile], T]) -> T:
        """Do something with the file; if that shows damage, once more with a new one. Raises as `do` does."""
        try:
            result = do(self._opened())
        except sqlite3.Error as error:
            if not self._is_damage(error):
                raise
            self._begin_anew()
            assert self._file is not None
            result = do(self._file)
        self._faults = 0
        return result

    def fault(self, error: Exception) -> None:
        """Close the file; it is opened again when it is time."""
        self.forget()
        self.busy = isinstance(error, SpoolBusy)
        self._next_try = 0.0 if self.busy else time.monotonic() + REOPEN_SECONDS

    def forget(self) -> None:
        """Close the file."""
        if self._file is None:
            return
        try:
            self._file.close()
        except (sqlite3.Error, OSError) as error:
            log.warning("the spool's file could not be closed", reason=str(error))
        self._file = None

    def _opened(self) -> SpoolFile:
        if self._file is None:
            if time.monotonic() < self._next_try:
                raise SpoolFailed("not tried again yet")
            self._file = salvage.opened(self._path)
        return self._file

    def _is_damage(self, error: sqlite3.Error) -> bool:
        """Return whether the file itself is to blame: it says so, or nothing has worked for a while."""
        code = _code(error)
        if code in NOT_THE_FILE:
            return False
        self._faults += 1
        return code in DAMAGED or self._faults >= PATIENCE

    def _begin_anew(self) -> None:
        """Begin anew, but not again and again: on a disk that damages everything memory is better."""
        now = time.monotonic()
        if now < self._next_beginning:
            raise SpoolFailed("damaged again at once")
        again = now < self._next_beginning + LONGEST_PAUSE_SECONDS
        self._pause = min(self._pause * 2, LONGEST_PAUSE_SECONDS) if again else REOPEN_SECONDS
        self._next_beginning = now + self._pause
        self.forget()
        self._faults = 0
        self._file = salvage.begin_anew(self._path)


def _code(error: sqlite3.Error) -> int:
    """Return SQLite's primary error code."""
    code: int = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR)
    return code & 0xFF
