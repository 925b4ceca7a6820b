"""What is written down: how much the disk takes, how soon PostgreSQL has it, how an hour's gap is made up."""

import asyncio
import statistics
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from bench.lives import written
from ct112.core.record import CallRecord, Fact
from ct112.store import Connection, SpoolJournal, Store, calls, open_journal
from ct112.store.pending import Entry
from lab.throwaway import Server, migrated

CALLS_PER_SECOND = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordFigures:
    """Of one round. From telling the journal of a fact until the disk, and until PostgreSQL, has it."""

    entries_per_call: int
    spooled_per_second: float
    disk_p50_ms: float
    disk_p99_ms: float
    disk_max_ms: float
    lag_p50_ms: float
    lag_p99_ms: float
    lag_max_ms: float
    gap_calls: int
    catch_up_seconds: float
    grown_mb: float  # ct112's memory while the gap was filled, and while it was made up


class Watching(Store):
    """A store that notes when each fact was committed."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.seen: dict[tuple[str, int], float] = {}
        self.calls = self._written = Written()

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Connection]:
        """Give a transaction; note the time afterwards."""
        async with super().transaction() as connection:
            yield connection
        now = time.perf_counter()
        self.seen.update(((fact.call, fact.seq), now) for fact in self._written.facts)
        self._written.facts.clear()


class Written:
    """The calls' repository; it remembers what was written."""

    close_open = staticmethod(calls.close_open)

    def __init__(self) -> None:
        self.facts: list[Fact] = []

    async def write(
        self, connection: Connection, records: Sequence[CallRecord], facts: Sequence[Fact]
    ) -> None:
        """Write them."""
        await calls.write(connection, records, facts)
        self.facts += facts


class Screen:
    """Notes when each fact is shown: it is on the disk then."""

    def __init__(self) -> None:
        self.seen: dict[tuple[str, int], float] = {}

    def tell(self, fact: Fact) -> None:
        """Note the time."""
        self.seen[fact.call, fact.seq] = time.perf_counter()


async def lag(
    store: Watching, screen: Screen, journal: SpoolJournal, seconds: float
) -> tuple[list[float], list[float]]:
    """Write so many calls a second down; return in ms when the disk and when PostgreSQL had each fact."""
    told: dict[tuple[str, int], float] = {}
    began = time.perf_counter()
    for number in range(int(CALLS_PER_SECOND * seconds)):
        for entry in written(number, time.time()):
            if isinstance(entry, Fact):
                told[entry.call, entry.seq] = time.perf_counter()
            _put(journal, entry)
        await asyncio.sleep(max(0.0, began + number / CALLS_PER_SECOND - time.perf_counter()))
    async with asyncio.timeout(30):
        while len(store.seen) < len(told):
            await asyncio.sleep(0.05)
    return (
        [(screen.seen[fact] - at) * 1000 for fact, at in told.items()],
        [(store.seen[fact] - at) * 1000 for fact, at in told.items()],
    )


async def fill(journal: SpoolJournal, calls: int, at: float) -> tuple[float, int]:
    """Put the entries of so many calls on the disk; return entries a second, and how many."""
    spent, count = 0.0, 0
    block = 500
    for first in range(0, calls, block):
        entries = [entry for number in range(first, first + block) for entry in written(number, at)]
        began = time.perf_counter()
        for entry in entries:
            _put(journal, entry)
        while journal._spool._queue.qsize():
            await asyncio.sleep(0.001)
        spent += time.perf_counter() - began
        count += len(entries)
    return count / spent, count


async def measure(server: Server, template: str, seconds: float, gap_calls: int) -> RecordFigures:
    """Play one round on a fresh database and an empty disk."""
    url = await server.create("bench", template)
    try:
        with tempfile.TemporaryDirectory(prefix="ct112-bench-", dir="/var/tmp") as folder:
            lags = await _lags(url, Path(folder) / "lag.sqlite", seconds)
            return await _gap(server, url, Path(folder) / "gap.sqlite", lags, gap_calls)
    finally:
        await server.drop("bench")


async def _lags(url: str, path: Path, seconds: float) -> tuple[list[float], list[float]]:
    store, screen = await Watching.create(url), Screen()
    assert isinstance(store, Watching)
    journal = open_journal(store, path, [screen])
    await journal.open()
    task = asyncio.create_task(journal.run())
    try:
        return await lag(store, screen, journal, seconds)
    finally:
        await _ended(task)
        await journal.leave(5)
        await store.close()


async def _gap(
    server: Server, url: str, path: Path, lags: tuple[list[float], list[float]], calls: int
) -> RecordFigures:
    await asyncio.to_thread(server.stop)
    store = await Store.create(url)
    journal = open_journal(store, path)
    await journal.open()
    task = asyncio.create_task(journal.run())
    before = psutil.Process().memory_info().rss
    rate, count = await fill(journal, calls, time.time() - 3600)
    await asyncio.to_thread(server.start)
    began = time.perf_counter()
    try:
        while len(journal):
            await asyncio.sleep(0.05)
        seconds = time.perf_counter() - began
    finally:
        await _ended(task)
        await journal.leave(5)
        await store.close()
    disk, database = (statistics.quantiles(one, n=100) for one in lags)
    return RecordFigures(
        entries_per_call=count // calls,
        spooled_per_second=rate,
        disk_p50_ms=disk[49],
        disk_p99_ms=disk[98],
        disk_max_ms=max(lags[0]),
        lag_p50_ms=database[49],
        lag_p99_ms=database[98],
        lag_max_ms=max(lags[1]),
        gap_calls=calls,
        catch_up_seconds=seconds,
        grown_mb=(psutil.Process().memory_info().rss - before) / 1e6,
    )


async def _ended(task: "asyncio.Task[None]") -> None:
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


def _put(journal: SpoolJournal, entry: Entry) -> None:
    if isinstance(entry, Fact):
        journal.note(entry)
    else:
        journal.save(entry)


def rounds(seconds: float, gap_calls: int, count: int) -> list[RecordFigures]:
    """Play so many rounds on one server."""
    server = Server()
    try:
        server.start()
        template = migrated(server)
        return [asyncio.run(measure(server, template, seconds, gap_calls)) for _ in range(count)]
    finally:
        server.remove()
