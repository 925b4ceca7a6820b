"""The journal: keeps records and facts in memory and writes them behind the calls."""

import asyncio
import random
import time
from collections.abc import Sequence

from ct112 import logs, metrics
from ct112.core.record import CallRecord, Fact
from ct112.store.aside import Aside
from ct112.store.delivery import BatchSize, deliver
from ct112.store.faults import explain
from ct112.store.pending import Entry, Pending
from ct112.store.ports import TelephoneStore

log = logs.get("journal")

BATCH = 200
FIRST_PAUSE_SECONDS = 0.2
LONGEST_PAUSE_SECONDS = 5.0


class DatabaseJournal:
    """A `Journal` whose `save` and `note` only put into memory; `run` writes to the database.

    While the database is away everything waits, up to `limit` entries; past it facts go before records.
    """

    def __init__(self, store: TelephoneStore, limit: int = 10_000, aside: Aside | None = None) -> None:
        """`limit` counts waiting records and facts together. `aside`: where what nobody can write is kept."""
        self._aside = aside or Aside()
        self._store = store
        self._pending = Pending(limit)
        self._wake = asyncio.Event()
        self._writing: asyncio.Task[bool] | None = None
        self._pause = FIRST_PAUSE_SECONDS
        self._away = False
        self._dropped = 0
        self._size = BatchSize(BATCH)
        self._settled_at = float("-inf")

    def __len__(self) -> int:
        """Return how many entries wait to be written."""
        return len(self._pending)

    def settled(self, since: float) -> bool:
        """Whether all that was kept before `since` (monotonic seconds) is in the database."""
        return not self._pending or self._settled_at >= since

    def save(self, record: CallRecord) -> None:
        """Keep the record; returns at once."""
        self._added(self._pending.add_record(record))

    def note(self, fact: Fact) -> None:
        """Keep the fact; returns at once."""
        self._added(self._pending.add_fact(fact))

    async def run(self) -> None:
        """Write what waits until cancelled; a write under way is finished first."""
        try:
            while True:
                await self._wake.wait()
                if not await self._write():
                    await asyncio.sleep(self._next_pause())
        finally:
            if self._writing is not None:
                await asyncio.wait([self._writing])  # ends by the transaction's own time limit

    async def flush(self, timeout: float) -> bool:  # noqa: ASYNC109 - the caller's limit, not an error
        """Write all that waits, for at most `timeout` seconds; return whether nothing is left."""
        try:
            async with asyncio.timeout(timeout):
                while self._pending:
                    if not await self._write():
                        await asyncio.sleep(FIRST_PAUSE_SECONDS)
        except TimeoutError:
            log.warning("the journal could not be written in time", waiting=len(self._pending))
        return not self._pending

    def _added(self, dropped: int) -> None:
        if dropped:
            metrics.journal_dropped.inc(dropped)
            if not self._dropped:
                log.error("the journal is full: facts, then records are dropped", waiting=len(self._pending))
            self._dropped += dropped
        metrics.journal_waiting.set(len(self._pending))
        self._wake.set()

    async def _write(self) -> bool:
        """Write a batch, or wait for the one under way; cancelling the caller does not cancel the write."""
        if self._writing is None or self._writing.done():
            self._writing = asyncio.create_task(self._write_batch(), name="journal write")
        return await asyncio.shield(self._writing)

    async def _write_batch(self) -> bool:
        """Return whether the database took it; what it did not take stays."""
        started = time.monotonic()
        batch = self._pending.head(self._size.now)
        if not batch:
            self._wake.clear()
            return True
        whole = len(batch) == len(self._pending)
        delivered = await deliver(self._store, batch)
        self._strike_out(delivered.written)
        for entry, error in delivered.refused:
            self._give_up(entry, error)
        if delivered.slow and len(batch) == 1:
            self._pending.to_the_end(batch[0])
        self._size.after(delivered, len(batch))
        if whole and delivered.error is None:
            self._settled_at = started
        self._tell(delivered.error)
        return delivered.error is None

    def _give_up(self, entry: Entry, error: Exception) -> None:
        """Keep an entry apart that can never be written. What is in it may be personal, and is not logged."""
        self._aside.keep(type(entry).__name__, entry, explain(error), call=entry.call)
        self._strike_out([entry])

    def _strike_out(self, entries: Sequence[Entry]) -> None:
        self._pending.done(entries)
        metrics.journal_waiting.set(len(self._pending))
        if not self._pending:
            self._wake.clear()

    def _tell(self, error: Exception | None) -> None:
        """Say once that the database cannot be written to, and once that it can be again."""
        if error is not None:
            metrics.journal_failures.inc()
            if not self._away:
                log.warning("the journal waits for the database", reason=explain(error))
            self._away = True
            return
        if self._away or self._dropped:
            log.info("the journal is written again", waiting=len(self._pending), dropped=self._dropped)
        self._away, self._dropped, self._pause = False, 0, FIRST_PAUSE_SECONDS

    def _next_pause(self) -> float:
        """Return how long to wait before the next try: doubling, up to a limit, with jitter."""
        pause, self._pause = self._pause, min(self._pause * 2, LONGEST_PAUSE_SECONDS)
        return pause * random.uniform(0.5, 1.0)  # noqa: S311 - jitter
