"""The spool on the disk: what was committed survives anything, what the disk refuses is told."""

import asyncio
import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

from ct112.core.record import CallRecord, ClassSource, EndedBy, Fact, Outcome, ServiceClass
from ct112.store import spool as spool_module
from ct112.store import spool_holder
from ct112.store.entries import Unreadable, from_text, kind_of, to_text
from ct112.store.pending import Entry
from ct112.store.spool import Spool, SpoolFailed
from ct112.store.spool_file import KEPT_FREE, SpoolBusy, SpoolFile, look_at
from tests.store.examples import call_id, fact, record

WAIT = 30
ROOT = Path(__file__).parent.parent.parent
TIMES = st.none() | st.floats(0, 4e9)
RECORDS = st.builds(
    record,
    number=st.integers(0, 99),
    revision=st.integers(1, 2**31),
    ani=st.none() | st.text(),
    ended_at=TIMES,
    answered_at=TIMES,
    service_class=st.none() | st.sampled_from(ServiceClass),
    class_source=st.none() | st.sampled_from(ClassSource),
    outcome=st.none() | st.sampled_from(Outcome),
    ended_by=st.none() | st.sampled_from(EndedBy),
    ivr_path=st.lists(st.text()).map(tuple),
    keys_pressed=st.none() | st.text(),
    location=st.none() | st.dictionaries(st.text(), st.floats(allow_nan=False) | st.text()),
)
FACTS = st.builds(fact, number=st.integers(0, 99), seq=st.integers(1, 10**6), digit=st.text())


class Told:
    """What the spool said of each entry."""

    def __init__(self, path: Path) -> None:
        self.kept: list[Entry] = []
        self.refused: list[Entry] = []
        self.spool = Spool(path, committed=self.kept.extend, failed=self.refused.extend)

    async def until(self, condition: Callable[[], Any]) -> None:
        """Wait until what was told is as wanted."""
        async with asyncio.timeout(WAIT):
            while not condition():  # noqa: ASYNC110 - the spool tells by a call, not by an event
                await asyncio.sleep(0.01)

    async def refuses(self, entry: Entry) -> None:
        """Put an entry and wait until it is told that the disk did not take it."""
        self.spool.put(entry)
        await self.until(lambda: entry in self.refused)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the spool is."""
    return tmp_path / "spool" / "spool.sqlite"


@asynccontextmanager
async def opened(path: Path) -> AsyncIterator[Told]:
    """Run a spool for a while."""
    told = Told(path)
    await told.spool.open()
    try:
        yield told
    finally:
        await told.spool.close()


def test_nobody_else_reads_numbers_and_locations(path: Path) -> None:
    SpoolFile(path).close()
    assert path.stat().st_mode & 0o077 == 0


def on_disk(path: Path) -> list[Entry | None]:
    """What a next process finds."""
    file = SpoolFile(path)
    try:
        return [one.entry for one in file.head(10**6)]
    finally:
        file.close()


@given(RECORDS | FACTS)
def test_an_entry_comes_back_as_it_went(entry: CallRecord | Fact) -> None:
    assert from_text(kind_of(entry), to_text(entry)) == entry


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"call": 1, "outcome": "nonsense"}', "\x00"])
def test_what_is_no_entry_is_unreadable(text: str) -> None:
    with pytest.raises(Unreadable):
        from_text("record", text)


async def test_what_was_put_is_on_the_disk_in_order_when_it_is_told(path: Path) -> None:
    entries: list[Entry] = [record(1), fact(1), fact(1, 2), record(1, 2), fact(2)]
    async with opened(path) as told:
        for entry in entries:
            told.spool.put(entry)
        await told.until(lambda: len(told.kept) == len(entries))
        seen = sqlite3.connect(path).execute("SELECT count(*) FROM entry").fetchone()
        assert seen == (len(entries),), "another process sees it"
        assert [one.entry for one in await told.spool.head(10)] == told.kept == entries


async def test_many_entries_are_few_commits(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sizes: list[int] = []
    put = SpoolFile.put

    def counting(self: SpoolFile, entries: Sequence[Entry]) -> None:
        sizes.append(len(entries))
        put(self, entries)

    monkeypatch.setattr(SpoolFile, "put", counting)
    async with opened(path) as told:
        for seq in range(2000):
            told.spool.put(fact(seq=seq))
        await told.until(lambda: len(told.kept) == 2000)
    assert len(sizes) < 200


async def test_what_nobody_foresaw_does_not_end_the_thread(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spool_holder, "REOPEN_SECONDS", 0.0)
    async with opened(path) as told:
        with monkeypatch.context() as broken:
            broken.setattr(told.spool._closing, "wait", lambda _seconds: os.read(-1, 1))
            told.spool.put(fact(seq=1))
            await told.until(lambda: told.kept and not told.spool.healthy)
        told.spool.put(fact(seq=2))
        await told.until(lambda: len(told.kept) == 2 and told.spool.healthy)
        assert await told.spool.waiting() == 2
        assert not told.refused


async def test_open_calls_are_remembered_and_ended_ones_are_not(path: Path) -> None:
    async with opened(path) as told:
        for entry in (record(1), record(2), record(1, 2, ani="0812"), record(2, 2, ended_at=1e9)):
            told.spool.put(entry)
        await told.spool.drop([one.id for one in await told.spool.head(10)])
    again = Told(path)
    assert await again.spool.open() == [record(1, 2, ani="0812")]
    await again.spool.close()


WRITER = """
import asyncio, sys
from pathlib import Path
from ct112.store.spool import Spool
from tests.store.examples import fact

def kept(entries):
    print(entries[-1].seq, flush=True)

async def main():
    spool = Spool(Path(sys.argv[1]), committed=kept, failed=lambda _: print("failed", flush=True))
    await spool.open()
    for seq in range(10**9):
        spool.put(fact(seq=seq))
        await asyncio.sleep(0.0005)

asyncio.run(main())
"""


def test_a_killed_process_leaves_everything_it_was_told_is_kept(path: Path) -> None:
    command = [sys.executable, "-c", WRITER, str(path)]
    environment = {**os.environ, "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}"}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as writer:
        assert writer.stdout is not None
        said = [int(writer.stdout.readline()) for _ in range(20)]
        writer.send_signal(signal.SIGKILL)
        said += [int(line) for line in writer.stdout.read().splitlines(keepends=True) if line.endswith("\n")]
    found = [one.seq for one in on_disk(path) if isinstance(one, Fact)]
    assert found == list(range(len(found))), "in order, each once, no gap"
    assert found[-1] >= max(said)


async def test_two_processes_never_share_a_spool(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spool_module, "BUSY_TRIES", 2)
    async with opened(path):
        with pytest.raises(SpoolBusy):
            SpoolFile(path)
        async with opened(path) as second:
            second.spool.put(fact())
            await second.until(lambda: second.refused == [fact()])
            assert not second.spool.healthy


async def test_a_successor_waits_for_the_process_that_leaves(path: Path) -> None:
    first, second = Told(path), Told(path)
    await first.spool.open()
    first.spool.put(record(1))
    opening = asyncio.create_task(second.spool.open())
    await asyncio.sleep(0.3)
    await first.spool.close()
    assert await opening == [record(1)]
    await second.spool.close()


async def test_a_disk_that_is_full_is_told_and_used_again_when_there_is_room(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spool_holder, "REOPEN_SECONDS", 0.05)
    full = _pages(path)
    async with opened(path) as told:
        told.spool.put(fact(seq=1))
        await told.until(lambda: told.kept)
        monkeypatch.setattr(SpoolFile, "put", full)
        with structlog.testing.capture_logs() as lines:
            await told.refuses(fact(seq=2, text="x" * 100_000))
            await told.refuses(fact(seq=3, text="x" * 100_000))
            await told.refuses(fact(seq=4, text="x" * 100_000))
        assert [line["log_level"] for line in lines] == ["error"], "one alarm, not one an entry"
        assert "full" in lines[0]["reason"]
        monkeypatch.undo()
        await asyncio.sleep(0.1)
        told.spool.put(fact(seq=9))
        await told.until(lambda: len(told.kept) + len(told.refused) == 5)
    assert on_disk(path)[0] == fact(seq=1)


def _pages(path: Path) -> Callable[[SpoolFile, Sequence[Entry]], None]:
    """Return a `put` on a file that may not grow, as on a full disk: SQLite's own limit, its own error."""
    put = SpoolFile.put

    def limited(self: SpoolFile, entries: Sequence[Entry]) -> None:
        database: sqlite3.Connection = self._db
        database.execute("PRAGMA max_page_count = 1")
        put(self, entries)

    return limited


async def test_a_folder_that_cannot_be_made_stops_nothing(tmp_path: Path) -> None:
    (tmp_path / "spool").write_text("a file where the folder should be")
    async with opened(tmp_path / "spool" / "spool.sqlite") as told:
        told.spool.put(fact())
        await told.until(lambda: told.refused == [fact()])
        assert not told.spool.healthy
        with pytest.raises(SpoolFailed):
            await told.spool.head(1)


async def test_a_damaged_file_is_kept_aside_and_a_new_one_begun(path: Path) -> None:
    _damage(path)
    async with opened(path) as told:
        told.spool.put(fact())
        await told.until(lambda: told.kept == [fact()])
    assert len(list(path.parent.glob("*.bad-*"))) == 1


def _damage(path: Path) -> None:
    path.parent.mkdir()
    path.write_bytes(b"this is no database, not at all" * 200)


async def test_an_entry_that_cannot_be_text_does_not_end_the_thread(path: Path) -> None:
    loop: dict[str, Any] = {}
    loop["itself"] = loop
    bad = Fact(call=call_id(1), seq=1, at=0, kind="arrived", data=loop)
    async with opened(path) as told:
        told.spool.put(bad)
        await told.until(lambda: told.refused)
        await asyncio.sleep(spool_holder.REOPEN_SECONDS)
        told.spool.put(fact())
        await told.until(lambda: told.kept == [fact()])


async def test_a_disk_that_hangs_has_a_bound(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spool_module, "MOST_WAITING", 3)
    told = Told(path)  # its thread does not run: nothing is taken out
    for seq in range(5):
        told.spool.put(fact(seq=seq))
    assert told.refused == [fact(seq=3), fact(seq=4)]
    assert not told.spool.healthy


async def test_the_status_is_read_beside_a_process_that_writes(path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        look_at(path)
    async with opened(path) as told:
        for entry in (record(1), fact(1), fact(2)):
            told.spool.put(entry)
        first, *_ = await told.spool.head(1)
        await told.spool.set_aside([(first.id, "why")])
        found = look_at(path)
    assert (found.waiting, found.open_calls, found.aside) == (2, 1, 1)
    assert found.oldest_at is not None


async def test_on_a_disk_that_fills_up_entries_can_still_be_struck_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Filled to the last byte it could not even note that entries are gone, and stayed full for ever."""
    free = KEPT_FREE
    monkeypatch.setattr("shutil.disk_usage", lambda _path: type("Usage", (), {"free": free})())
    told = Told(tmp_path / "spool.sqlite")
    await told.spool.open()
    for number in range(8000):
        told.spool.put(fact(1, number, text="x" * 400))
    await told.until(lambda: len(told.kept) == 8000)
    free -= 1
    told.spool.put(fact(2, 1))
    await told.until(lambda: told.refused)
    assert not told.spool.healthy
    rows = await told.spool.head(10_000)
    assert len(rows) == 8000, "it is not closed for that"
    await told.spool.drop([row.id for row in rows])
    told.spool.put(fact(2, 2))
    await told.until(lambda: len(told.kept) == 8001)
    assert told.spool.healthy, "there is room in the file itself"
    await told.spool.close()


async def test_the_alarm_ends_when_the_disk_takes_writing_again_though_nobody_calls(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It stood until the next fact was written: in a quiet night for hours."""
    free = KEPT_FREE - 1
    monkeypatch.setattr("shutil.disk_usage", lambda _path: type("Usage", (), {"free": free})())
    told = Told(tmp_path / "spool.sqlite")
    await told.spool.open()
    told.spool.put(fact(1, 1))
    await told.until(lambda: told.refused)
    await told.spool.head(10)
    await told.spool.head(10)
    assert not told.spool.healthy, "it can be read, and not written"
    free += 1
    await told.spool.head(10)
    await told.until(lambda: told.spool.healthy)
    assert await told.spool.head(10) == [], "nothing is left of the try"
    await told.spool.close()
