"""The journal: at once for the caller, whatever the database does, and nothing lost within its bound."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import structlog
from prometheus_client import REGISTRY

from ct112.core.ids import CallId
from ct112.core.record import CallRecord, Fact
from ct112.store import Connection, DatabaseJournal, calls, kept_aside
from ct112.store import journal as journal_module
from ct112.store.aside import Aside
from ct112.store.faults import StoreUnavailable
from lab.throwaway import Server
from tests.store.examples import ARRIVED, call_id, fact, record
from tests.store.once import Once

WAIT = 30


@asynccontextmanager
async def running(journal: DatabaseJournal) -> AsyncIterator[None]:
    """Run the journal for a while."""
    task = asyncio.create_task(journal.run(), name="journal")
    try:
        yield
    finally:
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task


async def until(condition: Callable[[], Any]) -> None:
    """Wait for the condition; the loop's other tasks make it true."""
    async with asyncio.timeout(WAIT):
        while not condition():  # noqa: ASYNC110 - there is no event for it outside the journal
            await asyncio.sleep(0.01)


def counted(name: str) -> float:
    """Return a counter's value."""
    return REGISTRY.get_sample_value(f"ct112_{name}_total") or 0.0


class Recorded(Once):
    """A store that notes each attempt to write, and lets the test in before it."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.attempts: list[int] = []
        self.before: Callable[[], Awaitable[None]] | None = None
        self.calls = Recording(self.attempts)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Connection]:
        """Let the test in, then give one."""
        if self.before is not None:
            await self.before()
        async with super().transaction() as connection:
            yield connection


class Recording:
    """The calls' repository; it notes how much it was given."""

    close_open = staticmethod(calls.close_open)

    def __init__(self, attempts: list[int]) -> None:
        self.attempts = attempts

    async def write(
        self, connection: Connection, records: Sequence[CallRecord], facts: Sequence[Fact]
    ) -> None:
        """Note the attempt, then write."""
        self.attempts.append(len(records) + len(facts))
        await calls.write(connection, records, facts)


@pytest.fixture
async def recorded(database_url: str) -> AsyncIterator[Recorded]:
    """Give a store on the real database that notes what is asked of it."""
    opened = await Recorded.create(database_url)
    assert isinstance(opened, Recorded)
    yield opened
    await opened.close()


async def test_what_is_saved_is_written(store: Once) -> None:
    journal = DatabaseJournal(store)
    async with running(journal):
        journal.save(record(ani="0285421234"))
        journal.note(fact(digit="1"))
        await until(lambda: len(journal) == 0)
    assert (await store.call(call_id(1))).ani == "0285421234"
    assert [one.data for one in await store.facts(call_id(1))] == [{"digit": "1"}]


async def test_saving_neither_writes_nor_waits(recorded: Recorded) -> None:
    journal = DatabaseJournal(recorded)
    for number in range(1000):
        journal.save(record(number))
        journal.note(fact(number))
    assert not asyncio.iscoroutinefunction(journal.save)
    assert recorded.attempts == []
    assert len(journal) == 2000


async def test_many_changes_become_few_transactions(recorded: Recorded) -> None:
    journal = DatabaseJournal(recorded)
    for revision in range(50):
        for number in range(20):
            journal.save(record(number, revision))
    assert await journal.flush(WAIT)
    assert recorded.attempts == [20]
    assert len(await recorded.listed()) == 20


async def test_a_batch_has_a_bound(recorded: Recorded) -> None:
    journal = DatabaseJournal(recorded)
    for number in range(journal_module.BATCH * 2 + 1):
        journal.note(fact(number))
    assert await journal.flush(WAIT)
    assert recorded.attempts == [journal_module.BATCH, journal_module.BATCH, 1]


async def test_the_database_stopped_and_started_loses_nothing(server: Server, recorded: Recorded) -> None:
    journal = DatabaseJournal(recorded)
    async with running(journal):
        journal.save(record(1))
        await until(lambda: len(journal) == 0)
        await asyncio.to_thread(server.stop)
        try:
            failures = counted("journal_failures")
            for number in range(300):
                journal.save(record(number, revision=5))
                journal.note(fact(number))
            await until(lambda: counted("journal_failures") >= failures + 2)
            assert len(journal) == 600
            with pytest.raises(StoreUnavailable):
                await recorded.listed()
        finally:
            await asyncio.to_thread(server.start)
        await until(lambda: len(journal) == 0)
    assert len(await recorded.listed()) == 300
    assert all([await recorded.facts(call_id(number)) for number in range(300)])


async def test_a_database_that_answers_nothing_is_given_up_in_time(
    server: Server, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ct112.store.engine.STATEMENT_SECONDS", 600)  # the transaction's own limit has to do
    monkeypatch.setattr("ct112.store.engine.TRANSACTION_SECONDS", 0.5)
    store = await Once.create(database_url)
    journal = DatabaseJournal(store)
    async with running(journal):
        journal.save(record(1))
        await until(lambda: len(journal) == 0)
        await asyncio.to_thread(server.freeze)
        try:
            failures = counted("journal_failures")
            journal.save(record(2))
            await until(lambda: counted("journal_failures") > failures)
            assert len(journal) == 1
        finally:
            await asyncio.to_thread(server.thaw)
        await until(lambda: len(journal) == 0)
    assert [row.id for row in await store.listed()] == [call_id(2), call_id(1)]
    await store.close()


async def test_a_full_journal_keeps_records_and_says_once_that_facts_went(
    server: Server, store: Once
) -> None:
    journal = DatabaseJournal(store, limit=10)
    dropped = counted("journal_dropped")
    with structlog.testing.capture_logs() as lines:
        for seq in range(15):
            journal.note(fact(seq=seq))
        for number in range(8):
            journal.save(record(number))
    assert counted("journal_dropped") == dropped + 5 + 8
    assert [line["event"] for line in lines] == ["the journal is full: facts, then records are dropped"]
    assert await journal.flush(WAIT)
    assert len(await store.listed()) == 8
    assert [one.seq for one in await store.facts(call_id(1))] == [0, 1]


BAD_ROWS: list[CallRecord | Fact] = [
    record(2, arrived_at=float("inf")),
    record(2, revision=2**70),
    record(2, service_class="nonsense"),
    CallRecord(call=CallId("no uuid"), node=record().node, arrived_at=ARRIVED),
    fact(2, seq=2**70),
    Fact(call=CallId("no uuid"), seq=1, at=ARRIVED, kind="arrived"),
]


@pytest.mark.parametrize("bad", BAD_ROWS, ids=range(len(BAD_ROWS)))
async def test_what_can_never_be_written_does_not_hold_up_the_others(
    store: Once, bad: CallRecord | Fact, tmp_path: Path
) -> None:
    journal = DatabaseJournal(store, aside=Aside(tmp_path / "aside.jsonl"))
    journal.save(record(1))
    journal.note(fact(1))
    journal.note(bad) if isinstance(bad, Fact) else journal.save(bad)
    journal.save(record(3, ani="081234567890"))
    journal.note(fact(3))
    with structlog.testing.capture_logs() as lines:
        assert await journal.flush(WAIT)
    assert [row.id for row in await store.listed()] == [call_id(3), call_id(1)]
    assert len(await store.facts(call_id(1))) == len(await store.facts(call_id(3))) == 1
    (kept,) = kept_aside(tmp_path / "spool.sqlite")
    assert (kept.count, kept.path) == (1, tmp_path / "aside.jsonl")
    assert json.loads(kept.path.read_text())["thing"]["call"] == bad.call
    errors = [line for line in lines if line["log_level"] == "error"]
    assert [line["call"] for line in errors] == [bad.call]
    assert "0812" not in str(lines)


async def test_a_database_not_migrated_loses_nothing(server: Server, store: Once, database_url: str) -> None:
    name = database_url.rpartition("/")[2]
    journal = DatabaseJournal(store)
    await server.run("ALTER TABLE call_record RENAME TO away", name)
    journal.save(record(1))
    journal.note(fact(1))
    with structlog.testing.capture_logs() as lines:
        assert not await journal.flush(1)
    assert "ct112 db upgrade" in lines[0]["reason"]
    assert len(journal) == 1, "the fact is written, the record waits"
    await server.run("ALTER TABLE away RENAME TO call_record", name)
    assert await journal.flush(WAIT)
    assert len(await store.listed()) == 1


async def test_a_write_under_way_is_finished_when_the_journal_is_cancelled(recorded: Recorded) -> None:
    journal = DatabaseJournal(recorded)
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def hold() -> None:
        begun.set()
        await go_on.wait()

    recorded.before = hold
    journal.save(record(1))
    task = asyncio.create_task(journal.run())
    await begun.wait()
    task.cancel()
    go_on.set()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert len(journal) == 0
    assert len(await recorded.listed()) == 1


async def test_flush_joins_a_write_under_way(recorded: Recorded) -> None:
    journal = DatabaseJournal(recorded)
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def hold() -> None:
        begun.set()
        await go_on.wait()

    recorded.before = hold
    async with running(journal):
        journal.save(record(1))
        await begun.wait()
        flushing = asyncio.create_task(journal.flush(WAIT))
        go_on.set()
        assert await flushing
    assert recorded.attempts == [1]


async def test_flush_says_what_it_could_not_write(server: Server, store: Once) -> None:
    journal = DatabaseJournal(store)
    await asyncio.to_thread(server.stop)
    try:
        journal.save(record(1))
        assert not await journal.flush(0.5)
        assert len(journal) == 1
    finally:
        await asyncio.to_thread(server.start)
    assert await journal.flush(WAIT)
