"""Taking the fallback's files in: whatever lies in a folder, the calls beside it are taken in, and soon."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from ct112.core.fallback import FallbackCall
from ct112.core.ids import NodeName
from ct112.serve import fallback
from ct112.serve.fallback import FallbackReader
from ct112.simulation.store import FakeFallback
from ct112.simulation.tables import Tables
from ct112.store import RowRefused, StoreUnavailable, open_journal, spool_journal
from ct112.store.spool_file import SpoolFile
from tests.store.examples import ARRIVED, NODE, fact, record
from tests.store.once import FakeOnce, Once

WAIT = 60


def leave(folder: Path, number: int, *, member: str = "", at: float = ARRIVED, call_id: str = "") -> None:
    """Leave what a call of the fallback leaves."""
    folder.mkdir(exist_ok=True, parents=True)
    leg = f"a-1790000000.{number}"
    said = f"ani=08123456{number:04d}\nsip_call_id={call_id or number}\n"
    (folder / f"{leg}.entered").write_text(f"at={at}\n{said}")
    if member:
        (folder / f"{leg}.answered").write_text(f"at={at + 5}\nmember={member}\n{said}")
    (folder / f"{leg}.ended").write_text(f"at={at + 9}\nby=caller\n{said}")


@asynccontextmanager
async def reading(reader: FallbackReader) -> AsyncIterator[None]:
    """Run it for a while; it ends by nothing else."""
    task = asyncio.create_task(reader.run())
    try:
        yield
        assert not task.done()
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def until(condition: Callable[[], Any]) -> None:
    async with asyncio.timeout(WAIT):
        while not condition():  # noqa: ASYNC110 - files tell nobody
            await asyncio.sleep(0.02)


def left(folder: Path) -> list[str]:
    """The files that still wait."""
    return sorted(path.name for path in folder.iterdir() if path.name != "bad")


@pytest.fixture(autouse=True)
def _often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fallback, "EVERY_SECONDS", 0.05)


async def test_a_call_over_a_wrong_clock_and_a_member_with_a_nul_are_taken_in(
    store: Once, tmp_path: Path
) -> None:
    leave(tmp_path, 1, at=946_684_810.0)
    (tmp_path / "a-1790000000.1.ended").write_text(f"at={time.time() - 10}\nby=caller\n")
    leave(tmp_path, 2, member="PJSIP/pos\0-1")
    reader = FallbackReader(store, {NODE: tmp_path}, lambda: True)
    async with reading(reader):
        await until(lambda: not left(tmp_path))
    rows = await store.listed()
    assert sorted(str(row.outcome) for row in rows) == ["fallback_abandoned", "fallback_answered"]
    assert all(row.arrived_at <= row.ended_at for row in rows if row.ended_at)
    assert reader.troubles() == []


class Refusing(FakeOnce):
    """A store that will not have some of the calls."""

    def __init__(self, error: Exception, *numbers: str) -> None:
        super().__init__()
        self.error = error
        self.numbers: Sequence[str] = numbers
        self.fallback = RefusingFallback(self)


class RefusingFallback(FakeFallback):
    """Its fallback calls."""

    def __init__(self, store: Refusing) -> None:
        super().__init__({})
        self.store = store

    async def take_in(self, tables: Tables, found: FallbackCall) -> None:
        """Take it, or not."""
        if found.sip_call_id in self.store.numbers:
            raise self.store.error
        await super().take_in(tables, found)


@pytest.mark.parametrize("error", [RowRefused("22003"), ValueError(), KeyError("what"), RecursionError()])
async def test_a_call_that_can_never_be_written_is_set_aside_and_the_others_are_taken_in(
    tmp_path: Path, error: Exception
) -> None:
    for number in range(10):
        leave(tmp_path, number)
    store = Refusing(error, "3", "7")
    reader = FallbackReader(store, {NODE: tmp_path}, lambda: True)
    async with reading(reader):
        await until(lambda: not left(tmp_path) and reader.troubles())
        assert len(await store.listed()) == 8
        assert reader.troubles() == [f"a: 4 files set aside in {tmp_path / 'bad'}"]
        for path in (tmp_path / "bad").iterdir():
            path.unlink()
        await until(lambda: not reader.troubles())


async def test_a_file_that_can_be_neither_read_nor_moved_costs_itself_alone(tmp_path: Path) -> None:
    (tmp_path / "bad").write_text("no folder, so that nothing can be moved there")
    (tmp_path / "a-1790000000.5.entered").symlink_to("/nowhere")
    for number in range(3):
        leave(tmp_path, number)
    store = Refusing(RowRefused("22003"), "2")
    reader = FallbackReader(store, {NODE: tmp_path}, lambda: True)
    async with reading(reader):
        await until(lambda: len(left(tmp_path)) == 3)
        await asyncio.sleep(0.3)
        assert len(await store.listed()) == 2
        assert reader.troubles() == ["a: 3 files cannot be read, nor moved to bad/"]


async def test_a_folder_that_cannot_be_read_costs_its_node_alone(tmp_path: Path) -> None:
    broken, well = tmp_path / "broken", tmp_path / "well"
    broken.write_text("no folder")
    leave(well, 1)
    reader = FallbackReader(store := FakeOnce(), {NODE: broken, NodeName("b"): well}, lambda: True)
    async with reading(reader):
        await until(lambda: not left(well) and reader.troubles())
        (trouble,) = reader.troubles()
        assert trouble.startswith("a: the fallback's files cannot be read: Not a directory")
        broken.unlink()
        leave(broken, 2)
        await until(lambda: not left(broken) and not reader.troubles())
    assert len(await store.listed()) == 2


async def test_while_the_database_is_away_everything_stays(tmp_path: Path) -> None:
    leave(tmp_path, 1)
    store = Refusing(StoreUnavailable("away"), "1")
    reader = FallbackReader(store, {NODE: tmp_path}, lambda: True)
    async with reading(reader):
        await asyncio.sleep(0.3)
        assert (len(left(tmp_path)), reader.troubles()) == (2, [])
        store.numbers = ()
        await until(lambda: not left(tmp_path))


async def test_a_call_of_a_node_that_is_never_heard_of_again_is_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fallback, "LOST_SECONDS", 0.5)
    leave(tmp_path, 1)
    (tmp_path / "a-1790000000.1.ended").unlink()
    reachable = [True]
    store = FakeOnce()
    reader = FallbackReader(store, {NODE: tmp_path}, lambda: True, lambda _node: reachable[0])
    async with reading(reader):
        await asyncio.sleep(0.8)
        assert (reader.in_progress, await store.listed()) == ({NODE: 1}, [])
        reachable[0] = False
        await until(lambda: not left(tmp_path))
    assert [task.ani for task in await store.tasks()] == ["081234560001"]


async def test_two_callers_with_one_call_id_are_two(store: Once, tmp_path: Path) -> None:
    for number in range(6):
        leave(tmp_path, number, call_id="the same")
    async with reading(FallbackReader(store, {NODE: tmp_path}, lambda: True)):
        await until(lambda: not left(tmp_path))
    assert len(await store.listed()) == 6
    assert (await store.task_page()).total == 6


async def test_many_calls_are_taken_in_while_calls_come_and_go(store: Once, tmp_path: Path) -> None:
    """Forty calls a second are written down; 300 of the fallback are waiting, as after an hour without us."""
    folder = tmp_path / "fallback"
    for number in range(300):
        leave(folder, number, member="PJSIP/pos-1" if number % 3 else "")
    journal = open_journal(store, tmp_path / "spool.sqlite")
    await journal.open()
    running = asyncio.create_task(journal.run())
    traffic = asyncio.create_task(_traffic(journal))
    async with reading(FallbackReader(store, {NODE: folder}, lambda: journal.settled(1.0))):
        await until(lambda: not left(folder))
    traffic.cancel()
    running.cancel()
    await asyncio.gather(traffic, running, return_exceptions=True)
    await journal.leave(WAIT)
    assert (await store.task_page()).total == 100


async def _traffic(journal: Any) -> None:
    for number in range(10_000, 10**6):
        journal.save(record(number))
        journal.note(fact(number, 1))
        journal.note(fact(number, 2))
        await asyncio.sleep(1 / 40)


async def test_halves_wait_for_each_other_and_not_for_all_there_is(tmp_path: Path) -> None:
    store = FakeOnce()
    journal = open_journal(store, tmp_path / "spool.sqlite")
    await journal.open()
    running = asyncio.create_task(journal.run())
    await until(lambda: journal.settled(0.2))
    store.away = True
    journal.note(fact(1, 1))
    await until(lambda: len(journal))
    await asyncio.sleep(0.4)
    assert not journal.settled(0.2)
    store.away = False
    await until(lambda: journal.settled(0.2))
    for seq in range(2, 40):  # something always waits
        journal.note(fact(1, seq))
        await asyncio.sleep(0.05)
        assert seq < 20 or journal.settled(1.0)
    await _ended(running)
    await journal.leave(WAIT)


async def test_a_disk_that_cannot_be_read_is_not_waited_for_endlessly(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spool_journal, "STUCK_SECONDS", 0.5)
    journal = open_journal(FakeOnce(), tmp_path / "spool.sqlite")
    await journal.open()

    def away(_file: SpoolFile, _size: int, _after: int) -> Any:
        raise OSError("the disk is away")

    monkeypatch.setattr(SpoolFile, "head", away)
    running = asyncio.create_task(journal.run())
    journal.note(fact(1, 1))
    await until(lambda: len(journal))
    assert not journal.settled(0.2)
    await until(lambda: journal.settled(0.2))
    assert len(journal) == 1
    monkeypatch.undo()
    await _ended(running)
    await journal.leave(WAIT)


async def _ended(task: "asyncio.Task[None]") -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_a_node_that_comes_back_in_the_year_2000_keeps_its_callers(store: Once, tmp_path: Path) -> None:
    """What its Asterisk said of its start before it was lost says nothing of calls that came after."""
    reader = FallbackReader(store, {NODE: tmp_path}, lambda: True)
    reader.started(NODE, 1_790_000_000.0)
    reader.lost(NODE)
    (tmp_path / "a-970066397.48.entered").write_text("at=970066397.5\nani=0812\nsip_call_id=41\n")
    async with reading(reader):
        await until(lambda: reader.in_progress[NODE] == 1)
        await asyncio.sleep(0.3)
        assert left(tmp_path) == ["a-970066397.48.entered"]
        reader.started(NODE, 970_066_390.0)
        (tmp_path / "a-970066397.48.answered").write_text("at=970066400\nmember=PJSIP/pos-1\nani=0812\n")
        (tmp_path / "a-970066397.48.ended").write_text("at=970066403\nby=caller\nani=0812\n")
        await until(lambda: not left(tmp_path))
    assert [str(row.outcome) for row in await store.listed()] == ["fallback_answered"]
