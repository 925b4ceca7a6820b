"""The spool: facts and records on the local disk before anyone hears of them. Its own thread; never waits.

Everything put while a commit is under way goes into the next one (group commit), so what a crash can take
is one commit's time. When the disk fails, entries come back to the loop and an alarm is raised; the file is
tried again and again.
"""

import asyncio
import queue
import sqlite3
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

from ct112 import logs, metrics
from ct112.core.record import CallRecord
from ct112.store.pending import Entry
from ct112.store.spool_file import SpoolBusy, Spooled, SpoolFile, move_aside

log = logs.get("spool")

MOST_IN_A_COMMIT = 5000
GATHER_SECONDS = 0.02  # after a commit, for what comes meanwhile to share the next one: each costs about 1 ms
MOST_WAITING = 100_000  # entries in memory; past it the disk counts as failed
REOPEN_SECONDS = 2.0
BUSY_TRIES, BUSY_PAUSE_SECONDS = 15, 0.2  # a process that is leaving still has the file for a moment
CLOSE_SECONDS = 5.0
CORRUPT = ("not a database", "malformed", "corrupt")
T = TypeVar("T")
Told = Callable[[Sequence[Entry]], None]


class SpoolFailed(OSError):
    """The spool cannot be used now; the alarm says why."""


@dataclass(slots=True)
class _Work(Generic[T]):
    """Something to do with the file, and who waits for it."""

    do: Callable[[SpoolFile], T]
    reply: "asyncio.Future[T]"


class Spool:
    """Puts entries on the disk. `put` returns at once; `committed` is told afterwards, in the loop."""

    def __init__(self, path: Path, *, committed: Told, failed: Told) -> None:
        """`committed` is told what is on the disk now, `failed` what could not be put there."""
        self._path = path
        self._committed = committed
        self._failed = failed
        self._queue: queue.SimpleQueue[Entry | _Work[Any] | None] = queue.SimpleQueue()
        self._file: SpoolFile | None = None
        self._next_try = 0.0
        self._healthy = True
        self._busy = False  # another process has the file
        self._closing = threading.Event()  # nothing is gathered any more
        self._thread = threading.Thread(target=self._run, name="spool", daemon=True)
        self._loop: asyncio.AbstractEventLoop | None = None

    @property
    def healthy(self) -> bool:
        """Whether the last thing the file was asked for worked."""
        return self._healthy

    async def open(self) -> list[CallRecord]:
        """Start; return the calls that were open when an earlier process wrote last. Never raises."""
        self._loop = asyncio.get_running_loop()
        self._thread.start()
        for _ in range(BUSY_TRIES):
            try:
                return await self._ask(SpoolFile.open_calls)
            except SpoolFailed:
                if not self._busy:
                    return []
            await asyncio.sleep(BUSY_PAUSE_SECONDS)
        return []

    def put(self, entry: Entry) -> None:
        """Have the entry on the disk soon; what a hanging disk cannot take comes back as failed."""
        if self._queue.qsize() >= MOST_WAITING:
            self._healthy = False
            metrics.spool_failed.set(1)
            self._failed([entry])
        else:
            self._queue.put(entry)

    async def waiting(self) -> int:
        """Return how many entries are on the disk. Raises SpoolFailed."""
        return await self._ask(lambda file: file.status().waiting)

    async def head(self, size: int) -> list[Spooled]:
        """Return the oldest entries on the disk; they stay. Raises SpoolFailed."""
        return await self._ask(lambda file: file.head(size))

    async def drop(self, numbers: Sequence[int]) -> None:
        """Strike out what the database has. Raises SpoolFailed; what stays is written again, to no effect."""
        await self._ask(lambda file: file.drop(numbers))

    async def set_aside(self, refused: Sequence[tuple[int, str]]) -> None:
        """Keep entries that can never be written apart. Raises SpoolFailed."""
        await self._ask(lambda file: file.set_aside(refused))

    async def close(self) -> None:
        """Commit what was put, and close the file."""
        if self._thread.is_alive():
            self._queue.put(None)
            self._closing.set()
            await asyncio.to_thread(self._thread.join, CLOSE_SECONDS)

    async def _ask(self, do: Callable[[SpoolFile], T]) -> T:
        reply: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._queue.put(_Work(do, reply))
        return await reply

    # ── in the thread

    def _run(self) -> None:
        while True:
            entries, work, stop = self._taken()
            try:
                if entries:
                    self._commit(entries)
            except Exception as error:  # noqa: BLE001 - what nobody foresaw costs a new opening, not the thread
                self._fault(error)
            if work is not None:
                self._answer(work)
            if stop:
                self._forget_file()
                return

    def _taken(self) -> tuple[list[Entry], _Work[Any] | None, bool]:
        """Wait for something; return all entries up to the first thing that is none."""
        entries: list[Entry] = []
        item = self._queue.get()
        while True:
            if item is None:
                return entries, None, True
            if isinstance(item, _Work):
                return entries, item, False
            entries.append(item)
            if len(entries) >= MOST_IN_A_COMMIT:
                return entries, None, False
            try:
                item = self._queue.get_nowait()
            except queue.Empty:
                return entries, None, False

    def _commit(self, entries: list[Entry]) -> None:
        started = time.monotonic()
        try:
            self._opened().put(entries)
        except Exception as error:  # noqa: BLE001 - whatever the disk or an entry does, the thread goes on
            self._fault(error)
            self._tell(self._failed, entries)
            return
        self._tell(self._committed, entries)  # before anything that could fail: they are on the disk
        metrics.spool_commit_seconds.observe(time.monotonic() - started)
        self._well()
        self._closing.wait(GATHER_SECONDS)

    def _answer(self, work: _Work[Any]) -> None:
        try:
            result = work.do(self._opened())
        except Exception as error:  # noqa: BLE001 - who waits for it is told
            self._fault(error)
            self._in_loop(_refuse, work.reply, SpoolFailed(str(error)))
            return
        self._in_loop(_resolve, work.reply, result)

    def _opened(self) -> SpoolFile:
        """Return the file, opened again when it is time. Raises sqlite3.Error or OSError."""
        if self._file is None:
            if time.monotonic() < self._next_try:
                raise SpoolFailed("not tried again yet")
            try:
                self._file = SpoolFile(self._path)
            except sqlite3.DatabaseError as error:
                if not _is_corrupt(error):
                    raise
                self._begin_anew()
        assert self._file is not None
        return self._file

    def _begin_anew(self) -> None:
        bad = move_aside(self._path)
        log.error("the spool's file is damaged: kept aside, a new one is begun", kept_as=bad.name)
        self._file = SpoolFile(self._path)

    def _fault(self, error: Exception) -> None:
        """Raise the alarm once; the file is opened again after a while."""
        if isinstance(error, SpoolFailed):
            return
        self._forget_file()
        self._busy = isinstance(error, SpoolBusy)
        soon = self._busy or (isinstance(error, sqlite3.DatabaseError) and _is_corrupt(error))
        self._next_try = 0.0 if soon else time.monotonic() + REOPEN_SECONDS
        if self._healthy:
            reason = "another process has it" if self._busy else str(error)
            log.error("the spool cannot be used: facts go to the database by memory alone", reason=reason)
        self._healthy = False
        metrics.spool_failed.set(1)

    def _well(self) -> None:
        if not self._healthy:
            log.info("the spool is used again")
        self._healthy = True
        metrics.spool_failed.set(0)

    def _forget_file(self) -> None:
        if self._file is not None:
            try:
                self._file.close()
            except (sqlite3.Error, OSError) as error:
                log.warning("the spool's file could not be closed", reason=str(error))
            self._file = None

    def _tell(self, told: Told, entries: Sequence[Entry]) -> None:
        self._in_loop(told, entries)

    def _in_loop(self, call: Callable[..., None], *arguments: Any) -> None:
        assert self._loop is not None
        try:
            self._loop.call_soon_threadsafe(call, *arguments)
        except RuntimeError:  # the loop is closed: nobody is left to be told
            log.warning("the spool's news came after the end")


def _is_corrupt(error: sqlite3.DatabaseError) -> bool:
    return any(word in str(error) for word in CORRUPT)


def _resolve(reply: "asyncio.Future[Any]", result: Any) -> None:
    if not reply.done():
        reply.set_result(result)


def _refuse(reply: "asyncio.Future[Any]", error: Exception) -> None:
    if not reply.done():
        reply.set_exception(error)
