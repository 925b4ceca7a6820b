"""Delivering a batch: a bad entry costs itself alone, and a batch that takes too long is tried in parts."""

import asyncio
import math
import sqlite3
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from ct112.core.record import CallRecord, EndedBy, Fact, Outcome
from ct112.simulation.store import FakeCalls
from ct112.simulation.tables import Tables
from ct112.store import (
    DatabaseJournal,
    RowRefused,
    StoreUnavailable,
    migrate,
    open_journal,
    spool_holder,
    spool_journal,
)
from ct112.store import journal as journal_module
from ct112.store.delivery import NO_USE, deliver
from ct112.store.pending import Entry
from ct112.store.spool_file import SpoolFile, look_at
from lab.throwaway import Server
from tests.store.examples import ARRIVED, call_id, fact, record
from tests.store.far_away import FarAway
from tests.store.once import FakeOnce, Once

WAIT = 60


class Picky(FakeOnce):
    """A store that takes at most so many entries at a time, refuses some, and counts the tries."""

    def __init__(self, most: float = math.inf) -> None:
        super().__init__()
        self.most = most
        self.tries: list[int] = []
        self.refused: set[int] = set()
        self.never: set[int] = set()
        self.state: StoreUnavailable | None = None
        self.calls = PickyCalls(self)


class PickyCalls(FakeCalls):
    """Its calls."""

    def __init__(self, store: Picky) -> None:
        self.store = store

    async def write(self, tables: Tables, records: Sequence[CallRecord], facts: Sequence[Fact]) -> None:
        """Write; too many take too long."""
        store = self.store
        store.tries.append(len(records) + len(facts))
        if store.state is not None:
            raise store.state
        if store.tries[-1] > store.most or store.never & {told.seq for told in facts}:
            raise StoreUnavailable("the database did not answer in time", slow=True)
        if store.refused & {told.seq for told in facts}:
            raise RowRefused("22003")
        await super().write(tables, records, facts)


async def test_a_bad_entry_is_found_by_halves() -> None:
    store = Picky()
    store.refused = {77, 512}
    delivered = await deliver(store, [fact(1, seq) for seq in range(1000)])
    assert len(delivered.written) == 998
    assert {entry.seq for entry, _ in delivered.refused if isinstance(entry, Fact)} == {77, 512}
    assert len(store.tries) <= 2 * 2 * 10


async def test_a_server_that_takes_nothing_is_not_asked_for_each_entry() -> None:
    store = Picky()

    store.state = StoreUnavailable("the database is not migrated", refused=True)
    delivered = await deliver(store, [fact(1, seq) for seq in range(1000)])
    assert delivered.error is not None
    assert not delivered.written
    assert len(store.tries) <= 10 + 3 * NO_USE


@pytest.mark.parametrize("most", [1, 7, 600])
async def test_a_batch_that_takes_too_long_is_tried_in_parts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    monkeypatch.setattr(spool_journal, "FIRST_PAUSE_SECONDS", 0.0)
    monkeypatch.setattr(spool_journal, "GATHER_SECONDS", 0.0)
    monkeypatch.setattr(spool_journal, "LONGEST_PAUSE_SECONDS", 0.0)
    file = SpoolFile(tmp_path / "spool.sqlite")
    file.put([fact(1, seq) for seq in range(1000)])
    file.close()
    store = Picky(most)
    journal = open_journal(store, tmp_path / "spool.sqlite")
    await _copied(journal, lambda: look_at(tmp_path / "spool.sqlite").waiting == 0)
    assert len(store.tables.facts) == 1000
    assert sum(tried > most for tried in store.tries) <= 6 + len(store.tries) / 5


async def test_an_entry_that_always_takes_too_long_keeps_no_other_waiting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spool_journal, "FIRST_PAUSE_SECONDS", 0.0)
    monkeypatch.setattr(spool_journal, "GATHER_SECONDS", 0.0)
    monkeypatch.setattr(spool_journal, "LONGEST_PAUSE_SECONDS", 0.0)
    path = tmp_path / "spool.sqlite"
    file = SpoolFile(path)
    file.put([fact(1, seq) for seq in range(200)])
    file.close()
    store = Picky()
    store.never = {3}
    await _copied(open_journal(store, path), lambda: len(store.tables.facts) == 199)
    assert look_at(path).waiting >= 1
    store.never = set()
    await _copied(open_journal(store, path), lambda: look_at(path).waiting == 0)
    assert len(store.tables.facts) == 200


async def test_by_memory_too_a_batch_is_tried_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal_module, "FIRST_PAUSE_SECONDS", 0.0)
    store = Picky(most=5)
    store.never = {3}
    journal = DatabaseJournal(store)
    for seq in range(100):
        journal.note(fact(1, seq))
    journal.note(fact(1, 50, "another with its number"))
    assert not await journal.flush(0.5)
    assert len(journal) == 1
    assert len(store.tables.facts) == 100
    store.never = set()
    assert await journal.flush(WAIT)


async def _copied(
    journal: spool_journal.SpoolJournal, done: Callable[[], bool], *, opened: bool = False
) -> None:
    if not opened:
        await journal.open()
    task = asyncio.create_task(journal.run())
    async with asyncio.timeout(WAIT):
        while not done():  # noqa: ASYNC110 - the database tells nobody
            await asyncio.sleep(0.01)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    if not opened:
        await journal.leave(1)


@pytest.mark.parametrize("round_trip", [0.002, 0.015])
async def test_a_backlog_of_callers_who_gave_up_reaches_a_database_some_way_off(
    tmp_path: Path, database_url: str, round_trip: float
) -> None:
    path = tmp_path / "spool.sqlite"
    file = SpoolFile(path)
    file.put([entry for number in range(333) for entry in _given_up(number)])
    file.close()
    async with FarAway(database_url, round_trip) as url:
        store = await Once.create(url)
        journal = open_journal(store, path)
        await journal.open()
        async with asyncio.timeout(WAIT):
            assert await journal.leave(WAIT)
        assert look_at(path).waiting == 0
        assert (await store.task_page()).total == 333
        await store.close()


def _given_up(number: int) -> list[Entry]:
    ani = f"0812{number:07d}"
    ended = record(number, 2, ani=ani, ended_at=ARRIVED + number + 3, outcome=Outcome.ABANDONED)
    facts = [fact(number, seq, kind) for seq, kind in enumerate(("arrived", "picked_up", "said", "ended"))]
    return [record(number, 1, ani=ani), *facts, ended.changed(ended_by=EndedBy.CALLER)]


async def test_a_full_disk_keeps_nothing_on_it_from_the_database(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing can be struck out on it, nor set aside."""
    monkeypatch.setattr(spool_journal, "BATCH", 50)
    monkeypatch.setattr(spool_journal, "FIRST_PAUSE_SECONDS", 0.01)
    monkeypatch.setattr(spool_holder, "REOPEN_SECONDS", 0.0)
    path = tmp_path / "spool.sqlite"
    file = SpoolFile(path)
    file.put([fact(1, seq) for seq in range(220)])
    file.close()
    store = Picky()
    store.refused = {7}

    def full(*_: object) -> None:
        error = sqlite3.OperationalError("database or disk is full")
        error.sqlite_errorcode = sqlite3.SQLITE_FULL
        raise error

    with monkeypatch.context() as disk:
        disk.setattr(SpoolFile, "drop", full)
        disk.setattr(SpoolFile, "set_aside", full)
        await _copied(open_journal(store, path), lambda: len(store.tables.facts) == 219)
        assert look_at(path).waiting == 220
    await _copied(open_journal(store, path), lambda: look_at(path).waiting == 0)
    assert look_at(path).aside == 1
    journal = open_journal(store, path)
    await journal.open()
    with monkeypatch.context() as disk:
        disk.setattr(SpoolFile, "drop", full)
        for seq in range(1000, 1120):
            journal.note(fact(1, seq))
        await _copied(journal, lambda: len(store.tables.facts) == 339, opened=True)
    running = asyncio.create_task(journal.run())
    async with asyncio.timeout(WAIT):
        while look_at(path).waiting:  # noqa: ASYNC110 - the disk tells nobody
            await asyncio.sleep(0.01)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    await journal.leave(1)


async def test_a_record_that_is_refused_leaves_the_one_before_it(tmp_path: Path) -> None:
    path = tmp_path / "spool.sqlite"
    file = SpoolFile(path)
    file.put([record(1, 1, ani="0812"), record(1, 2, service_class="nonsense"), record(2)])
    file.close()
    store = FakeOnce()
    journal = open_journal(store, path)
    await journal.open()
    assert await journal.leave(WAIT)
    assert {row.id for row in await store.listed()} == {call_id(1), call_id(2)}
    assert (look_at(path).aside, look_at(path).waiting) == (1, 0)


async def test_what_tables_of_an_older_version_refuse_waits_for_the_migration(
    tmp_path: Path, database_url: str
) -> None:
    """ct112 is upgraded and started before the database is: no record is set aside for it."""
    await asyncio.to_thread(migrate.downgrade, database_url, "0001")
    path = tmp_path / "spool.sqlite"
    file = SpoolFile(path)
    file.put([record(n, 2, ended_at=ARRIVED + n + 3, outcome=Outcome.DROPPED) for n in range(20)])
    file.close()
    store = await Once.create(database_url)
    journal = open_journal(store, path)
    await journal.open()
    assert await journal.leave(0.5)
    assert (look_at(path).waiting, look_at(path).aside) == (20, 0)
    await asyncio.to_thread(migrate.upgrade, database_url)
    await _copied(open_journal(store, path), lambda: look_at(path).waiting == 0)
    assert look_at(path).aside == 0
    assert len(await store.listed()) == 20
    await store.close()


async def test_what_is_wrong_with_a_row_is_not_waited_for(store: Once) -> None:
    delivered = await deliver(store, [record(1, service_class="nonsense"), record(2)])
    assert delivered.error is None
    assert (len(delivered.refused), len(delivered.written)) == (1, 1)


async def test_a_sequence_that_stayed_behind_in_a_fail_over_costs_no_caller(
    tmp_path: Path, server: Server, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Sequences are not replicated logically: the new server gives numbers that are taken."""
    monkeypatch.setattr(spool_journal, "FIRST_PAUSE_SECONDS", 0.01)
    monkeypatch.setattr(spool_journal, "LONGEST_PAUSE_SECONDS", 0.01)
    store = await Once.create(database_url)
    for number in range(5):
        assert not (await deliver(store, _given_up(number))).refused
    await server.run("ALTER SEQUENCE callback_task_id_seq RESTART", database_url.rpartition("/")[2])
    path = tmp_path / "spool.sqlite"
    file = SpoolFile(path)
    file.put(_given_up(5))
    file.close()
    await _copied(open_journal(store, path), lambda: look_at(path).waiting == 0)
    assert look_at(path).aside == 0
    assert len(await store.tasks()) == 6
    await store.close()
