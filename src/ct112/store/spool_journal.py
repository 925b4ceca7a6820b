"""The journal on the spool: disk first, then whoever wants to see it, then the database, exactly once."""

import asyncio
import random
import time
from collections.abc import Collection, Sequence
from pathlib import Path

from ct112 import logs, metrics
from ct112.core.ids import CallId, NodeName
from ct112.core.ports import Audience
from ct112.core.record import CallRecord, Fact
from ct112.store.aside import NAME, Aside
from ct112.store.delivery import BatchSize, deliver
from ct112.store.faults import explain
from ct112.store.journal import DatabaseJournal
from ct112.store.pending import Entry
from ct112.store.ports import TelephoneStore
from ct112.store.spool import Spool, SpoolFailed
from ct112.store.spool_file import Spooled

log = logs.get("journal")

ENDS = frozenset({"arrived", "fallback", "ended", "closed"})
BATCH = 2000
GATHER_SECONDS = 0.2  # between two copies, so that a busy hour makes large batches and not many
FIRST_PAUSE_SECONDS = 0.2
LONGEST_PAUSE_SECONDS = 5.0
STUCK_SECONDS = 600.0  # then the fallback's calls are taken in, whatever of them may be on the disk
LOOK_SECONDS = 5.0  # how often the disk is looked at when nobody says that there is something


class SpoolJournal:
    """A `Journal` that loses at most what one commit of the spool takes.

    `save` and `note` return at once. What the disk refuses goes to the database by memory, bounded.
    """

    def __init__(
        self, store: TelephoneStore, spool: Spool, direct: DatabaseJournal, audience: Sequence[Audience]
    ) -> None:
        """Use `open_journal`."""
        self._store = store
        self._spool = spool
        self._direct = direct
        self._audience = audience
        self._wake = asyncio.Event()
        self._waiting = 0
        self._away = False
        self._more = False  # the last batch was not all there was
        self._size = BatchSize(BATCH)
        self._struck_out: set[int] = set()  # in the database, but not off the disk: that takes no writing now
        self._past = 0  # up to here they are passed over
        self._settled_at = float("-inf")
        self._opened_at = time.monotonic()
        self._stuck_since: float | None = None
        self._pause = FIRST_PAUSE_SECONDS

    def __len__(self) -> int:
        """Return how many entries the database does not have yet, as far as is known."""
        return self._waiting + len(self._direct)

    @property
    def healthy(self) -> bool:
        """Whether entries reach the disk."""
        return self._spool.healthy

    async def open(self) -> list[CallRecord]:
        """Open the spool; return the calls an earlier process left open. Never raises."""
        found = await self._spool.open()
        try:
            self._counted(await self._spool.waiting())
        except SpoolFailed:
            log.warning("what waits on the disk is not known")
        self._wake.set()  # what that process left is copied too
        return found

    def settled(self, seconds: float) -> bool:
        """Whether all that was told us more than so many seconds ago is in the database.

        What cannot be read from the disk, or takes the database too long, is not waited for endlessly.
        """
        now = time.monotonic()
        copied = self._waiting == 0 or self._settled_at >= now - seconds
        stuck = self._stuck_since is not None and now - self._stuck_since > STUCK_SECONDS
        return (copied or stuck) and self._direct.settled(now - seconds)

    def behind(self) -> float:
        """Return for how many seconds the database has not had all that was told us; 0 while it has."""
        waits = self._waiting > 0 or len(self._direct) > 0
        return time.monotonic() - max(self._settled_at, self._opened_at) if waits else 0.0

    async def forget_open(self, node: NodeName, before: float, live: Collection[CallId]) -> bool:
        """Forget a node's calls of before `before` that the database has closed; return whether it worked.

        A disk that could not be read when we started still knows them, and the next process would close
        them once more.
        """
        try:
            await self._spool.forget_open(node, before, live)
        except SpoolFailed:
            return False
        return True

    def save(self, record: CallRecord) -> None:
        """Keep the record; returns at once."""
        self._spool.put(record)

    def note(self, fact: Fact) -> None:
        """Keep the fact; returns at once."""
        self._spool.put(fact)

    def committed(self, entries: Sequence[Entry]) -> None:
        """Take in what is on the disk now."""
        self._waiting += len(entries)
        metrics.spool_waiting.set(self._waiting)
        self._show(entries)
        self._wake.set()

    def not_spooled(self, entries: Sequence[Entry]) -> None:
        """Take in what the disk refused: it goes to the database by memory."""
        for entry in entries:
            if isinstance(entry, Fact):
                self._direct.note(entry)
            else:
                self._direct.save(entry)
        self._show(entries)

    async def run(self) -> None:
        """Copy to the database until cancelled."""
        direct = asyncio.create_task(self._direct.run(), name="journal by memory")
        try:
            while True:
                await self._something()
                if direct.done():  # it never ends by itself: whoever watches us starts both again
                    await direct
                    raise RuntimeError("the journal by memory came to its end")
                if not await self._copy():
                    await asyncio.sleep(self._next_pause())
                elif not self._more:
                    await asyncio.sleep(GATHER_SECONDS)
        finally:
            direct.cancel()
            await asyncio.wait([direct])

    async def leave(self, timeout: float) -> bool:  # noqa: ASYNC109 - the caller's limit, not an error
        """Commit everything, copy what can be copied in `timeout` seconds; return whether nothing is lost.

        What stays on the disk is copied by the next process.
        """
        try:
            async with asyncio.timeout(timeout):
                while await self._copy() and self._wake.is_set():
                    pass
        except TimeoutError:
            log.info("the rest stays on the disk", waiting=self._waiting)
        await self._spool.close()
        return await self._direct.flush(timeout)

    async def _something(self) -> None:
        try:
            async with asyncio.timeout(LOOK_SECONDS):
                await self._wake.wait()
        except TimeoutError:
            return

    async def _copy(self) -> bool:
        """Copy the oldest entries; return whether the database took them, or there were none."""
        self._wake.clear()
        try:
            started = time.monotonic()
            size = self._size.now
            batch = await self._spool.head(size, self._past)  # all that was put is on the disk now
            self._more = len(batch) == size
            if self._more:
                self._wake.set()
            if not batch:
                await self._strike_out([], [])
                self._counted(0)
            taken = not batch or await self._copied(batch)
        except SpoolFailed:
            self._is_stuck()
            return False
        if taken and not self._more:
            self._settled_at, self._stuck_since = started, None
        return taken

    def _is_stuck(self) -> None:
        if self._stuck_since is None:
            self._stuck_since = time.monotonic()

    async def _copied(self, batch: Sequence[Spooled]) -> bool:
        """Write the batch, of each call only its newest record; strike out what needs no further try."""
        newest = {one.entry.call: one.id for one in batch if isinstance(one.entry, CallRecord)}
        entries = {id(one.entry): one for one in batch if _counts(one, newest)}
        delivered = await deliver(self._store, [one.entry for one in entries.values() if one.entry])
        refused = [(entries[id(entry)].id, explain(error)) for entry, error in delivered.refused]
        unreadable = [(one.id, "unreadable") for one in batch if one.entry is None]
        if refused or unreadable:
            log.error("entries that can never be written are set aside", count=len(refused + unreadable))
            metrics.spool_set_aside.inc(len(refused + unreadable))
        self._size.after(delivered, len(batch))
        if delivered.slow:
            self._is_stuck()
        elif delivered.error is not None:
            self._stuck_since = None  # the database is away: all wait for it
        self._tell(delivered.error)
        aside = [*refused, *unreadable]
        if delivered.error is None:
            kept = _older(batch, newest, {number for number, _ in refused})
            await self._finish(batch, [one.id for one in batch if one.id not in kept], aside)
            if kept:
                self._wake.set()
            return True
        self._wake.set()
        await self._strike_out([entries[id(entry)].id for entry in delivered.written], aside)
        if delivered.slow and len(batch) == 1:
            await self._spool.to_the_end(batch[0].id)
        return False

    async def _finish(
        self, batch: Sequence[Spooled], done: Sequence[int], aside: Sequence[tuple[int, str]]
    ) -> None:
        """Take a batch off the disk; when that takes no writing, go on behind it."""
        self._counted(max(0, self._waiting - len(done)))
        try:
            await self._strike_out(done, aside)
        except SpoolFailed:
            self._past = batch[-1].id
            raise

    async def _strike_out(self, done: Sequence[int], aside: Sequence[tuple[int, str]]) -> None:
        """Take off the disk what the database has, also of before, and keep apart what it will never have.

        Raises SpoolFailed: then it is done later.
        """
        self._struck_out.update(set(done).difference(number for number, _ in aside))
        if aside:
            await self._spool.set_aside(aside)
        if self._struck_out:
            await self._spool.drop(sorted(self._struck_out))
            self._struck_out.clear()
        self._past = 0

    def _counted(self, waiting: int) -> None:
        self._waiting = waiting
        metrics.spool_waiting.set(waiting)

    def _show(self, entries: Sequence[Entry]) -> None:
        for entry in entries:
            if isinstance(entry, Fact):
                for listener in self._audience:
                    listener.tell(entry)

    def _tell(self, error: Exception | None) -> None:
        """Say once that the database cannot be written to, and once that it can be again."""
        if error is not None:
            metrics.journal_failures.inc()
            if not self._away:
                log.warning("the spool waits for the database", reason=explain(error))
            self._away = True
            return
        if self._away:
            log.info("the spool is copied again", waiting=self._waiting)
        self._away, self._pause = False, FIRST_PAUSE_SECONDS

    def _next_pause(self) -> float:
        """Return how long to wait before the next try: doubling, up to a limit, with jitter."""
        pause, self._pause = self._pause, min(self._pause * 2, LONGEST_PAUSE_SECONDS)
        return pause * random.uniform(0.5, 1.0)  # noqa: S311 - jitter


def _counts(one: Spooled, newest: dict[CallId, int]) -> bool:
    """Return whether the entry is to be written: all facts, and of each call's records the last."""
    if isinstance(one.entry, CallRecord):
        return newest[one.entry.call] == one.id
    return one.entry is not None


def _older(batch: Sequence[Spooled], newest: dict[CallId, int], refused: set[int]) -> set[int]:
    """Return the entries that a refused record of the same call had overtaken: they are what is known now."""
    return {
        one.id
        for one in batch
        if isinstance(one.entry, CallRecord) and newest[one.entry.call] in refused and one.id not in refused
    }


def open_journal(store: TelephoneStore, spool_path: Path, audience: Sequence[Audience] = ()) -> SpoolJournal:
    """Return a journal whose spool is at `spool_path`; nothing is opened yet.

    `audience` is told each fact once it is on the disk.
    """
    direct = DatabaseJournal(store, aside=Aside(spool_path.with_name(NAME)))
    journal: SpoolJournal
    spool = Spool(
        spool_path,
        committed=lambda entries: journal.committed(entries),
        failed=lambda entries: journal.not_spooled(entries),
    )
    journal = SpoolJournal(store, spool, direct, audience)
    return journal


class FactLog:
    """An audience that writes to the log; a fact's data may be personal and stays out."""

    def tell(self, fact: Fact) -> None:
        """Log where a call begins and ends; what happened between is in `call_fact`."""
        if fact.kind in ENDS:
            log.info("call fact", kind=fact.kind, call=fact.call, seq=fact.seq)
