"""The spool: facts and records on the local disk before anyone hears of them. Its own thread; never waits.

Everything put while a commit is under way goes into the next one (group commit), so what a crash can take
is one commit's time. When the disk fails, or does not answer, entries come back to the loop and an alarm is
raised; the file is tried again and again.
"""

import asyncio
import itertools
import queue
import threading
import time
from collections.abc import Callable, Collection, Sequence
from pathlib import Path
from typing import Any, TypeVar

from ct112 import logs, metrics
from ct112.core.ids import CallId, NodeName
from ct112.core.record import CallRecord
from ct112.store.entries import can_be_text
from ct112.store.pending import Entry
from ct112.store.spool_file import NoRoom, Spooled, SpoolFile
from ct112.store.spool_holder import Holder, SpoolFailed
from ct112.store.spool_work import Batch, Told, Work, refuse, resolve, unless_given_back

__all__ = ["Spool", "SpoolFailed"]

log = logs.get("spool")

MOST_IN_A_COMMIT = 5000
GATHER_SECONDS = 0.02  # after a commit, for what comes meanwhile to share the next one: each costs about 1 ms
MOST_WAITING = 100_000  # entries in memory; past it the disk counts as failed
BUSY_TRIES, BUSY_PAUSE_SECONDS = 15, 0.2  # a process that is leaving still has the file for a moment
OPEN_SECONDS = 3.0  # a disk that takes longer is waited for no more: calls are answered without it
ANSWER_SECONDS = 10.0
HANGS_SECONDS = 5.0  # the thread stuck for so long: entries take the way by memory until it comes back
WATCH_SECONDS = 0.5
CLOSE_SECONDS = 5.0
T = TypeVar("T")


class Spool:
    """Puts entries on the disk. `put` returns at once; `committed` is told afterwards, in the loop."""

    def __init__(self, path: Path, *, committed: Told, failed: Told) -> None:
        """`committed` is told what is on the disk now, `failed` what could not be put there."""
        self._committed = committed
        self._failed = failed
        self._queue: queue.SimpleQueue[Entry | Work[Any] | None] = queue.SimpleQueue()
        self._holder = Holder(path)
        self._healthy = True
        self._hangs = False
        self._at_work: Batch | None = None  # what the thread is busy with
        self._closing = threading.Event()  # nothing is gathered any more
        self._thread = threading.Thread(target=self._run, name="spool", daemon=True)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._watch: asyncio.TimerHandle | None = None

    @property
    def healthy(self) -> bool:
        """Whether the last thing the file was asked for worked."""
        return self._healthy

    async def open(self) -> list[CallRecord]:
        """Start; return the calls that were open when an earlier process wrote last. Never raises.

        None when the disk does not answer in a few seconds: it is used as soon as it does.
        """
        self._loop = asyncio.get_running_loop()
        self._thread.start()
        self._look()
        try:
            async with asyncio.timeout(OPEN_SECONDS):
                return await self._open_calls()
        except TimeoutError:
            self._no_answer()
            return []

    def put(self, entry: Entry) -> None:
        """Have the entry on the disk soon; what a hanging disk cannot take comes back as failed."""
        if self._hangs or self._queue.qsize() >= MOST_WAITING:
            self._healthy = False
            metrics.spool_failed.set(1)
            self._failed([entry])
        else:
            self._queue.put(entry)

    async def waiting(self) -> int:
        """Return how many entries are on the disk. Raises SpoolFailed."""
        return await self._ask(lambda file: file.status().waiting)

    async def head(self, size: int, after: int = 0) -> list[Spooled]:
        """Return the oldest entries on the disk above a number; they stay. Raises SpoolFailed."""
        return await self._ask(lambda file: file.head(size, after))

    async def drop(self, numbers: Sequence[int]) -> None:
        """Strike out what the database has. Raises SpoolFailed; what stays is written again, to no effect."""
        await self._ask(lambda file: file.drop(numbers))

    async def set_aside(self, refused: Sequence[tuple[int, str]]) -> None:
        """Keep entries that can never be written apart. Raises SpoolFailed."""
        await self._ask(lambda file: file.set_aside(refused))

    async def to_the_end(self, number: int) -> None:
        """Put an entry behind all others. Raises SpoolFailed."""
        await self._ask(lambda file: file.to_the_end(number))

    async def forget_open(self, node: NodeName, before: float, live: Collection[CallId]) -> None:
        """Forget a node's calls that the database has closed. Raises SpoolFailed."""
        await self._ask(lambda file: file.forget_open(node, before, live))

    async def close(self) -> None:
        """Commit what was put, and close the file; what a hanging disk did not take comes back as failed."""
        if self._thread.is_alive():
            self._queue.put(None)
            self._closing.set()
            await asyncio.to_thread(self._thread.join, CLOSE_SECONDS)
        if self._watch is not None:
            self._watch.cancel()
        if self._thread.is_alive():
            self._no_answer()

    async def _open_calls(self) -> list[CallRecord]:
        for _ in range(BUSY_TRIES):
            try:
                return await self._ask(SpoolFile.open_calls)
            except SpoolFailed:
                if not self._holder.busy:
                    return []
            await asyncio.sleep(BUSY_PAUSE_SECONDS)
        return []

    async def _ask(self, do: Callable[[SpoolFile], T]) -> T:
        if self._hangs:
            raise SpoolFailed("the disk does not answer")
        reply: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._queue.put(Work(do, reply))
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                return await reply
        except TimeoutError:
            raise SpoolFailed("the disk did not answer in time") from None

    # ── watching the thread, in the loop

    def _look(self) -> None:
        """Look every now and then whether the thread is stuck in something."""
        assert self._loop is not None
        self._watch = self._loop.call_later(WATCH_SECONDS, self._look)
        batch = self._at_work
        if batch is None:
            self._hangs = False
        elif time.monotonic() - batch.since > HANGS_SECONDS:
            self._no_answer()

    def _no_answer(self) -> None:
        """Give back what waits for the disk; should that come back, it may write some of it again."""
        if not self._hangs:
            log.error("the spool's disk does not answer: facts go to the database by memory alone")
        self._hangs, self._healthy = True, False
        metrics.spool_failed.set(1)
        batch, given_back = self._at_work, self._taken_back()
        if batch is not None and not batch.given_back:
            batch.given_back = True
            given_back = [*batch.entries, *given_back]
        if given_back:
            self._failed(given_back)

    def _taken_back(self) -> list[Entry]:
        """Empty the queue; return its entries, and tell who waits for something that it failed."""
        entries: list[Entry] = []
        leaving = False
        while True:
            try:
                item = self._queue.get_nowait()
            except queue.Empty:
                break
            if isinstance(item, Work):
                refuse(item.reply, SpoolFailed("the disk does not answer"))
            elif item is None:
                leaving = True
            else:
                entries.append(item)
        if leaving:
            self._queue.put(None)
        return entries

    # ── in the thread

    def _run(self) -> None:
        while True:
            entries, work, stop = self._taken()
            self._at_work = batch = Batch(entries, time.monotonic())
            try:
                if entries:
                    self._commit(batch)
            except Exception as error:  # noqa: BLE001 - what nobody foresaw costs a new opening, not the thread
                self._fault(error)
            if work is not None:
                self._answer(work)
            if stop:
                self._holder.forget()
            self._at_work = None
            if stop:
                return

    def _taken(self) -> tuple[list[Entry], Work[Any] | None, bool]:
        """Wait for something; return all entries up to the first thing that is none."""
        entries: list[Entry] = []
        item = self._queue.get()
        while True:
            if item is None:
                return entries, None, True
            if isinstance(item, Work):
                return entries, item, False
            entries.append(item)
            if len(entries) >= MOST_IN_A_COMMIT:
                return entries, None, False
            try:
                item = self._queue.get_nowait()
            except queue.Empty:
                return entries, None, False

    def _commit(self, batch: Batch) -> None:
        started = time.monotonic()
        try:
            self._put(batch)
        except Exception as error:  # noqa: BLE001 - whatever the disk or an entry does, the thread goes on
            self._fault(error)
            self._tell(self._failed, batch)
            return
        self._tell(self._committed, batch)  # before anything that could fail: they are on the disk
        metrics.spool_commit_seconds.observe(time.monotonic() - started)
        self._well()
        self._closing.wait(GATHER_SECONDS)

    def _put(self, batch: Batch) -> None:
        """Put the entries on the disk; one that cannot be text costs itself alone."""
        try:
            self._holder.use(lambda file: file.put(batch.entries))
        except (ValueError, TypeError, RecursionError):
            fits = [can_be_text(entry) for entry in batch.entries]
            fit = list(itertools.compress(batch.entries, fits))
            unfit = list(itertools.compress(batch.entries, [not one for one in fits]))
            log.error("entries that cannot be written to the disk", count=len(unfit))  # noqa: TRY400
            self._tell(self._failed, Batch(unfit, batch.since))
            batch.entries = fit
            self._holder.use(lambda file: file.put(fit))

    def _answer(self, work: Work[Any]) -> None:
        try:
            result = self._holder.use(work.do)
        except Exception as error:  # noqa: BLE001 - who waits for it is told
            self._fault(error)
            self._in_loop(refuse, work.reply, SpoolFailed(str(error)))
            return
        self._in_loop(resolve, work.reply, result)
        if not self._healthy:
            self._try_writing()

    def _try_writing(self) -> None:
        """End the alarm as soon as the disk takes writing again, also while nobody calls."""
        try:
            self._holder.use(SpoolFile.try_writing)
        except Exception as error:  # noqa: BLE001 - as with a commit
            self._fault(error)
        else:
            self._well()

    def _fault(self, error: Exception) -> None:
        """Raise the alarm once; the file is opened again after a while."""
        if not isinstance(error, SpoolFailed | NoRoom):
            self._holder.fault(error)
        if self._healthy:
            reason = "another process has it" if self._holder.busy else str(error)
            log.error("the spool cannot be used: facts go to the database by memory alone", reason=reason)
        self._healthy = False
        metrics.spool_failed.set(1)

    def _well(self) -> None:
        if not self._healthy:
            log.info("the spool is used again")
        self._healthy = True
        metrics.spool_failed.set(0)

    def _tell(self, told: Told, batch: Batch) -> None:
        self._in_loop(unless_given_back, told, batch)

    def _in_loop(self, call: Callable[..., None], *arguments: Any) -> None:
        assert self._loop is not None
        try:
            self._loop.call_soon_threadsafe(call, *arguments)
        except RuntimeError:  # the loop is closed: nobody is left to be told
            log.warning("the spool's news came after the end")
