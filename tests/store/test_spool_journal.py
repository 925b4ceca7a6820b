"""The journal on its spool, with a real PostgreSQL that goes away, hangs and comes back."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from ct112.cli import spool as cli_spool
from ct112.core.ids import CallId
from ct112.core.record import CallRecord, Fact
from ct112.store import SpoolJournal, open_journal, spool_journal
from ct112.store.spool import SpoolFailed
from ct112.store.spool_file import SpoolFile, look_at
from lab.throwaway import Server
from tests.store.examples import NODE, call_id, fact, record
from tests.store.once import Once

WAIT = 60


class Screen:
    """Shows facts; remembers them."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.shown: list[tuple[Fact, bool]] = []

    def tell(self, fact: Fact) -> None:
        """Remember the fact, and whether it was on the disk when it was shown."""
        query = "SELECT count(*) FROM entry WHERE kind = 'fact' AND json_extract(body, '$.seq') = ?"
        (found,) = sqlite3.connect(self.path).execute(query, (fact.seq,)).fetchone()
        self.shown.append((fact, bool(found)))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the spool is."""
    return tmp_path / "spool" / "spool.sqlite"


@asynccontextmanager
async def running(journal: SpoolJournal) -> AsyncIterator[None]:
    """Run the journal, then leave as the service does."""
    await journal.open()
    task = asyncio.create_task(journal.run(), name="journal")
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await journal.leave(1)


async def until(condition: Callable[[], Any]) -> None:
    """Wait for the condition; the loop's other tasks make it true."""
    async with asyncio.timeout(WAIT):
        while not condition():  # noqa: ASYNC110 - there is no event for it outside the journal
            await asyncio.sleep(0.01)


def copied(path: Path) -> bool:
    """Whether nothing waits on the disk."""
    return look_at(path).waiting == 0


def talk_of(journal: SpoolJournal, number: int) -> None:
    """Write down a call from its arrival to its end."""
    for seq in range(1, 6):
        journal.note(fact(number, seq))
        journal.save(record(number, seq, ended_at=2e9 if seq == 5 else None))


async def whole(store: Once, calls: int) -> bool:
    """Whether all these calls are in the database, each complete, each fact once and in order."""
    rows = await store.listed()
    facts = [[one.seq for one in await store.facts(call_id(number))] for number in range(calls)]
    return (
        len(rows) == calls
        and all(row.ended_at for row in rows)
        and all(seqs == [1, 2, 3, 4, 5] for seqs in facts)
    )


async def test_what_is_written_reaches_the_database_and_leaves_the_disk(store: Once, path: Path) -> None:
    journal = open_journal(store, path)
    async with running(journal):
        for number in range(20):
            talk_of(journal, number)
        await until(lambda: look_at(path).open_calls == 0 and copied(path))
    assert await whole(store, 20)
    assert len(journal) == 0


async def test_how_far_the_database_is_behind_grows_while_it_is_away(
    server: Server, store: Once, path: Path
) -> None:
    journal = open_journal(store, path)
    async with running(journal):
        talk_of(journal, 0)
        await until(lambda: len(journal) == 0 and copied(path))
        assert journal.behind() == 0
        await asyncio.to_thread(server.stop)
        try:
            talk_of(journal, 1)
            await until(lambda: journal.behind() > 1)
            before = journal.behind()
            await asyncio.sleep(0.2)
            assert 0.1 < journal.behind() - before < 5, "time goes on"
        finally:
            await asyncio.to_thread(server.start)
        await until(lambda: journal.behind() == 0)


async def test_a_fact_is_shown_once_it_is_on_the_disk_and_not_before(store: Once, path: Path) -> None:
    screen = Screen(path)
    journal = open_journal(store, path, [screen])
    await journal.open()
    journal.note(fact(seq=1))
    assert screen.shown == []
    await until(lambda: screen.shown)
    assert screen.shown == [(fact(seq=1), True)]
    await journal.leave(1)


async def test_the_database_stopped_and_started_loses_nothing(
    server: Server, store: Once, path: Path
) -> None:
    journal = open_journal(store, path)
    async with running(journal):
        talk_of(journal, 0)
        await until(lambda: copied(path))
        await asyncio.to_thread(server.stop)
        try:
            for number in range(1, 300):
                talk_of(journal, number)
            await until(lambda: look_at(path).waiting >= 2990)
        finally:
            await asyncio.to_thread(server.start)
        await until(lambda: copied(path))
    assert await whole(store, 300)


async def test_a_database_that_hangs_in_the_middle_of_a_batch_loses_nothing(
    server: Server, database_url: str, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ct112.store.engine.TRANSACTION_SECONDS", 0.5)
    store = await Once.create(database_url)
    journal = open_journal(store, path)
    async with running(journal):
        for number in range(100):
            talk_of(journal, number)
        await until(lambda: look_at(path).waiting > 0)
        await asyncio.to_thread(server.freeze)
        try:
            for number in range(100, 200):
                talk_of(journal, number)
            await asyncio.sleep(1)
        finally:
            await asyncio.to_thread(server.thaw)
        await until(lambda: look_at(path).open_calls == 0 and copied(path))
    assert await whole(store, 200)
    await store.close()


async def test_a_crash_between_the_database_and_the_disk_writes_nothing_twice(
    store: Once, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def crash(self: SpoolFile, numbers: Sequence[int]) -> None:
        raise SpoolFailed("the power went")

    with monkeypatch.context() as power:
        power.setattr(SpoolFile, "drop", crash)
        first = open_journal(store, path)
        await first.open()
        talk_of(first, 0)
        await first.leave(1)
    assert await whole(store, 1), "the database had it"
    assert look_at(path).waiting == 10, "the disk still has it"
    async with running(open_journal(store, path)):
        await until(lambda: copied(path))
    assert await whole(store, 1)


async def test_what_a_killed_process_left_is_copied_and_its_open_calls_are_known(
    store: Once, path: Path
) -> None:
    file = SpoolFile(path)
    file.put([record(1), fact(1), record(2, 3, ended_at=2e9)])
    file.close()
    journal = open_journal(store, path)
    assert await journal.open() == [record(1)]
    await journal.leave(5)
    assert {row.id for row in await store.listed()} == {call_id(1), call_id(2)}


async def test_a_disk_that_could_not_be_read_at_the_start_closes_no_call_once_more(
    store: Once, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The database has closed them by then; the disk, back again, would have the next process do so too."""
    file = SpoolFile(path)
    file.put([record(1), record(2), record(3, node="b")])
    file.close()
    before = record(3).arrived_at + 1
    with monkeypatch.context() as disk:
        disk.setattr(SpoolFile, "open_calls", unreadable)
        journal = open_journal(store, path)
        assert await journal.open() == []
        assert not await journal.forget_open(NODE, before, {call_id(2)})
    async with asyncio.timeout(WAIT):
        while not await journal.forget_open(NODE, before, {call_id(2)}):  # noqa: ASYNC110 - no disk tells
            await asyncio.sleep(0.05)
    await journal.leave(5)
    again = open_journal(store, path)
    assert await again.open() == [record(2), record(3, node="b")]
    await again.leave(5)


def unreadable(_: SpoolFile) -> list[CallRecord]:
    raise OSError("no")


async def test_without_a_disk_records_go_to_the_database_by_memory(store: Once, tmp_path: Path) -> None:
    (tmp_path / "spool").write_text("no folder")
    journal = open_journal(store, tmp_path / "spool" / "spool.sqlite")
    async with running(journal):
        talk_of(journal, 0)
        await until(lambda: not journal.healthy)
        async with asyncio.timeout(WAIT):
            while not await whole(store, 1):  # noqa: ASYNC110 - the database tells nobody
                await asyncio.sleep(0.05)


BAD: list[CallRecord | Fact] = [
    record(2, service_class="nonsense"),
    record(2, arrived_at=float("inf")),
    Fact(call=CallId("no uuid"), seq=1, at=0, kind="arrived"),
]


@pytest.mark.parametrize("bad", BAD, ids=range(len(BAD)))
async def test_what_can_never_be_written_is_kept_apart_and_holds_up_nobody(
    store: Once, path: Path, bad: CallRecord | Fact
) -> None:
    journal = open_journal(store, path)
    async with running(journal):
        talk_of(journal, 0)
        journal.note(bad) if isinstance(bad, Fact) else journal.save(bad)
        talk_of(journal, 1)
        await until(lambda: look_at(path).aside == 1 and copied(path))
    assert await whole(store, 2)


def test_the_commands_say_what_waits_and_copy_it(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spool_journal, "BATCH", 2)
    environment = {"CT112_DATABASE_URL": database_url, "CT112_STATE_DIR": str(tmp_path)}
    run = CliRunner()

    def said(word: str, code: int) -> str:
        result = run.invoke(cli_spool.app, [word], env=environment)
        assert result.exit_code == code, result.output
        return result.output

    assert "has not run here yet" in said("status", 1)
    file = SpoolFile(tmp_path / "spool" / "spool.sqlite")
    file.put([record(1), fact(1), fact(1, 2), fact(1, 3), fact(1, 4)])
    file.set_aside([(1, "the database would not take it")])
    assert "in use" in said("replay", 1)
    file.close()
    assert "4 entries wait" in said("status", 1)
    assert "5 entries are in the database now" in said("replay", 0)
    assert "0 entries wait" in said("status", 0)


async def test_the_way_by_memory_does_not_die_unnoticed(
    store: Once, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def dies() -> None:
        raise KeyError("unforeseen")

    monkeypatch.setattr(spool_journal, "LOOK_SECONDS", 0.05)
    journal = open_journal(store, path)
    monkeypatch.setattr(journal._direct, "run", dies)
    await journal.open()
    try:
        async with asyncio.timeout(WAIT):
            with pytest.raises(KeyError):
                await journal.run()
    finally:
        await journal.leave(1)
