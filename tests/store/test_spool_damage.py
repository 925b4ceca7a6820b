"""A damaged spool, and a disk that does not answer: what can be read is copied, and nothing waits for it."""

import asyncio
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ct112.core.record import Fact
from ct112.store import kept_aside, open_journal, spool, spool_holder
from ct112.store.carving import carved
from ct112.store.pending import Entry
from ct112.store.salvage import begin_anew
from ct112.store.spool import Spool
from ct112.store.spool_file import SpoolFile, look_at
from tests.store.examples import call_id, fact, record
from tests.store.once import FakeOnce

WAIT = 30
RECORDS, FACTS = 100, 1500
LOCATION = {"text": "Jalan Imam Bonjol " * 600}  # fills more than a page


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a spool of many pages, closed in good order."""
    path = tmp_path_factory.mktemp("whole") / "spool.sqlite"
    file = SpoolFile(path)
    file.put([record(n, ani="0812" * 10) for n in range(RECORDS)])
    file.put([fact(n, n, text="x" * 200) for n in range(FACTS)])
    file.put([record(5000, location=LOCATION)])
    file.set_aside([(1, "why")])
    file.close()
    return path


@pytest.fixture
def path(whole: Path, tmp_path: Path) -> Path:
    """Give a copy to damage."""
    return Path(shutil.copy(whole, tmp_path / "spool.sqlite"))


def page_size(path: Path) -> int:
    return int.from_bytes(path.read_bytes()[16:18], "big")


def pages_of(path: Path) -> int:
    return path.stat().st_size // page_size(path)


def flip(whole: Path, path: Path, places: list[float], bit: int) -> None:
    """Copy a file, with a bit changed at each of these places (0 to 1)."""
    data = bytearray(whole.read_bytes())
    for place in places:
        data[int(place * len(data))] ^= 1 << bit
    path.write_bytes(data)


def root_of(path: Path, table: str) -> int:
    database = sqlite3.connect(path)
    (page,) = database.execute("SELECT rootpage FROM sqlite_master WHERE name = ?", (table,)).fetchone()
    database.close()
    return int(page)


def overwrite(path: Path, page: int) -> None:
    """As a bad sector: the page (from 1) is something else."""
    data, size = bytearray(path.read_bytes()), page_size(path)
    data[(page - 1) * size : page * size] = b"\xff" * size
    path.write_bytes(data)


def read(path: Path) -> list[Entry | None]:
    file = SpoolFile(path)
    try:
        return [one.entry for one in file.head(10**6)]
    finally:
        file.close()


def test_every_row_is_read_page_by_page(path: Path) -> None:
    rows = list(carved(path))
    assert sum(len(row.values) == 4 for row in rows) == RECORDS + FACTS  # one more put, one set aside
    before = read(path)
    begin_anew(path).close()
    assert read(path) == before
    assert (look_at(path).aside, look_at(path).open_calls) == (1, RECORDS + 1)


def test_what_is_only_in_the_write_ahead_log_is_read_too(path: Path, tmp_path: Path) -> None:
    file = SpoolFile(path)
    file.put([fact(1, 10**6 + n) for n in range(50)])
    copy = as_a_kill_leaves_it(file, path, tmp_path)
    overwrite(copy, 1)
    begin_anew(copy).close()
    assert read(copy) == read(path)


def killed_with_a_log(path: Path, folder: Path) -> Path:
    """Return what a killed process leaves: 40 commits in the log, and nothing of them in the file."""
    file = SpoolFile(path)
    for number in range(40):
        file.put([fact(1, 10**6 + number)])
    return as_a_kill_leaves_it(file, path, folder)


def as_a_kill_leaves_it(file: SpoolFile, path: Path, folder: Path) -> Path:
    """Return a copy of an open spool with its log; the spool itself is closed."""
    copy = folder / "killed" / "spool.sqlite"
    copy.parent.mkdir()
    for part in ("", "-wal"):
        shutil.copy(f"{path}{part}", f"{copy}{part}")
    file.close()
    return copy


def damage_log(path: Path, at: int) -> None:
    log = Path(f"{path}-wal")
    data = bytearray(log.read_bytes())
    data[at] ^= 4
    log.write_bytes(data)


@pytest.mark.parametrize("at", [20, 32 + 17, 32 + 500, 32 + 4120 * 20 + 3000])
async def test_one_flipped_bit_in_the_log_costs_no_commit_behind_it(
    path: Path, tmp_path: Path, at: int
) -> None:
    """SQLite reads a log up to the first damaged frame, and says nothing of the rest."""
    copy = killed_with_a_log(path, tmp_path)
    damage_log(copy, at)
    _, _, there = await used(copy, NEW)
    lost = [entry for entry in read(path) if entry not in there]
    assert len(lost) <= 1
    assert [kept.kind for kept in kept_aside(copy)][-1] == "damaged spools"


async def test_a_file_that_is_empty_costs_nothing_that_is_in_its_log(tmp_path: Path) -> None:
    copy = killed_with_a_log(tmp_path / "spool.sqlite", tmp_path)
    os.truncate(copy, 0)
    _, _, there = await used(copy, NEW)
    assert len(there) == 40 + len(NEW)


async def test_a_log_that_a_killed_process_did_not_finish_is_no_damage(path: Path, tmp_path: Path) -> None:
    copy = killed_with_a_log(path, tmp_path)
    os.truncate(f"{copy}-wal", 32 + 4120 * 20 + 1000)
    await used(copy, NEW)
    assert not _begun_anew(copy)


def test_killed_at_any_step_of_a_salvage_nothing_that_can_be_read_is_lost(path: Path, tmp_path: Path) -> None:
    file = SpoolFile(path)
    file.put([fact(1, 10**6 + n) for n in range(50)])
    copy = as_a_kill_leaves_it(file, path, tmp_path)
    overwrite(copy, 1)
    command = [sys.executable, "-m", "tests.store.killed_salvaging", str(copy), str(copy.parent)]
    ran = subprocess.run(command, check=True, capture_output=True, text=True, timeout=WAIT)
    steps = [json.loads(line) for line in ran.stdout.splitlines() if line.startswith("{")]
    assert [step.pop("killed") for step in steps] == [True] * (len(steps) - 1) + [False]
    assert len(steps) > 15
    whole = {"waiting": len(read(path)), "open": RECORDS + 1, "aside": 1}
    kept = [step.pop("kept") for step in steps]
    assert [step for step in steps if step != whole] == []
    assert kept[2:] == [[["damaged spools", 1]]] * len(steps[2:])  # before them the file is as it was


async def used(path: Path, entries: list[Entry]) -> tuple[list[Entry], list[Entry], list[Entry | None]]:
    """Run a spool on the file; return what was kept, what was refused, and what can be read afterwards."""
    kept: list[Entry] = []
    refused: list[Entry] = []
    running = Spool(path, committed=kept.extend, failed=refused.extend)
    await running.open()
    for entry in entries:
        running.put(entry)
    async with asyncio.timeout(WAIT):
        while len(kept) + len(refused) < len(entries):  # noqa: ASYNC110 - it tells by a call
            await asyncio.sleep(0.01)
        there = [one.entry for one in await running.head(10**6)]
    await running.close()
    return kept, refused, there


NEW: list[Entry] = [fact(7000, n) for n in range(20)]


@pytest.mark.parametrize("table", ["entry", "open_call", "aside", "sqlite_sequence"])
async def test_a_damaged_root_page_costs_what_is_on_it(path: Path, table: str) -> None:
    before = read(path)
    overwrite(path, root_of(path, table))
    kept, refused, there = await used(path, NEW)
    assert (kept, refused) == (NEW, [])
    assert [entry for entry in there if entry not in NEW] == before


async def test_a_damaged_page_costs_what_is_on_it(path: Path) -> None:
    before = read(path)
    overwrite(path, pages_of(path) // 2)
    kept, refused, there = await used(path, NEW)
    assert (kept, refused) == (NEW, [])
    left = [entry for entry in there if entry not in NEW]
    assert len(before) - 20 < len(left) < len(before)
    assert left == [entry for entry in before if entry in left], "in order"


@pytest.mark.parametrize("text", [b"", b"SQLite format 3\0", b"no database" * 1000, b"\0" * 8192])
async def test_what_is_no_spool_at_all_is_kept_aside(tmp_path: Path, text: bytes) -> None:
    path = tmp_path / "spool.sqlite"
    path.write_bytes(text)
    assert await used(path, NEW) == (NEW, [], NEW)


@settings(max_examples=30, deadline=None)
@given(at=st.lists(st.floats(0, 1, exclude_max=True), min_size=1, max_size=8), bit=st.integers(0, 7))
async def test_whatever_bits_flip_the_spool_goes_on(
    whole: Path, tmp_path_factory: pytest.TempPathFactory, at: list[float], bit: int
) -> None:
    path = tmp_path_factory.mktemp("flipped") / "spool.sqlite"
    flip(whole, path, at, bit)
    kept, refused, there = await used(path, NEW)
    assert (kept, refused) == (NEW, [])
    before = read(Path(shutil.copy(whole, path.parent / "before.sqlite")))
    lost = [entry for entry in before if entry not in there]
    assert len(lost) <= 60 * len(at), "at most the pages those bits are on"


async def test_one_flipped_bit_reaches_the_database_without_that_row(tmp_path: Path) -> None:
    path = tmp_path / "spool.sqlite"
    file = SpoolFile(path)
    file.put([fact(n, n, text=f"MARK{n:04d}" + "x" * 200) for n in range(500)])
    file.close()
    data = bytearray(path.read_bytes())
    data[data.index(b"MARK0003")] ^= 0x80
    path.write_bytes(data)
    store = FakeOnce()
    journal = open_journal(store, path)
    await journal.open()
    assert await journal.leave(WAIT)
    facts = [await store.facts(call_id(n)) for n in range(500)]
    assert [n for n, found in enumerate(facts) if not found] == [3]
    assert [(kept.kind, kept.count) for kept in kept_aside(path)] == [("entries of the spool", 1)]


async def test_a_digit_the_disk_changed_is_nobodys_number(tmp_path: Path) -> None:
    """One flipped bit makes another number of it, and JSON of the whole still."""
    path = tmp_path / "spool.sqlite"
    file = SpoolFile(path)
    file.put([record(n, ani=f"0812345600{n:02d}") for n in range(50)])
    file.close()
    flip_in(path, b"081234560003", 1)
    store = FakeOnce()
    journal = open_journal(store, path)
    assert call_id(3) not in [open_call.call for open_call in await journal.open()]
    assert await journal.leave(WAIT)
    assert sorted(row.ani or "" for row in await store.listed()) == [
        f"0812345600{n:02d}" for n in range(50) if n != 3
    ]
    assert [(kept.kind, kept.count) for kept in kept_aside(path)] == [("entries of the spool", 1)]


def flip_in(path: Path, text: bytes, bit: int) -> None:
    """Change the last byte of a text wherever it stands."""
    path.write_bytes(path.read_bytes().replace(text, text[:-1] + bytes([text[-1] ^ 1 << bit])))


WRONG_SHAPES = [
    '{"call":[],"node":"a","arrived_at":1}',
    '{"call":"x","node":"a","arrived_at":"y"}',
    '{"call":"x","node":"a","arrived_at":1,"revision":[]}',
    "{}",
]


@pytest.mark.parametrize("body", WRONG_SHAPES)
async def test_a_record_of_the_wrong_shape_keeps_no_other_from_the_database(
    tmp_path: Path, body: str
) -> None:
    path = tmp_path / "spool.sqlite"
    file = SpoolFile(path)
    file.put([fact(1, 1), fact(1, 2)])
    file.close()
    database = sqlite3.connect(path)
    database.execute("INSERT INTO entry (kind, body, at) VALUES ('record', ?, 0)", (body,))
    database.execute("INSERT INTO open_call (call, body) VALUES ('x', ?)", (body,))
    database.commit()
    database.close()
    store = FakeOnce()
    journal = open_journal(store, path)
    assert await journal.open() == []
    assert await journal.leave(WAIT)
    assert len(await store.facts(call_id(1))) == 2


async def test_a_disk_that_cannot_read_an_old_page_is_begun_anew(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spool_holder, "REOPEN_SECONDS", 0.01)
    head = SpoolFile.head

    def bad_sector(self: SpoolFile, size: int, after: int = 0) -> Any:
        if self._db.execute("SELECT count(*) FROM aside").fetchone()[0] and not _begun_anew(path):
            raise _disk_error()
        return head(self, size, after)

    monkeypatch.setattr(SpoolFile, "head", bad_sector)
    running = Spool(path, committed=lambda _: None, failed=lambda _: None)
    await running.open()
    for _ in range(spool_holder.PATIENCE - 1):
        with pytest.raises(spool.SpoolFailed):
            await running.head(1)
        await asyncio.sleep(0.02)
    assert len(await running.head(10**6)) == RECORDS + FACTS
    await running.close()


def _begun_anew(path: Path) -> bool:
    return any(path.parent.glob("*.bad-*"))


def _disk_error() -> sqlite3.OperationalError:
    """What SQLite says of a sector that cannot be read; it cannot be made by hand with its code."""
    error = sqlite3.OperationalError("disk I/O error")
    error.sqlite_errorcode = sqlite3.SQLITE_IOERR_READ
    return error


async def test_a_disk_that_damages_everything_is_not_filled_with_damaged_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spool_holder, "REOPEN_SECONDS", 0.01)

    def damaged(_file: SpoolFile, _entries: object) -> None:
        error = sqlite3.DatabaseError("database disk image is malformed")
        error.sqlite_errorcode = sqlite3.SQLITE_CORRUPT
        raise error

    monkeypatch.setattr(SpoolFile, "put", damaged)
    refused: list[Entry] = []
    running = Spool(tmp_path / "spool.sqlite", committed=lambda _: None, failed=refused.extend)
    await running.open()
    for number in range(100):
        running.put(fact(1, number))
        await asyncio.sleep(0.02)
    await running.close()
    await asyncio.sleep(0)
    assert len(refused) == 100, "by memory"
    (damaged_files,) = kept_aside(tmp_path / "spool.sqlite")
    assert damaged_files.count <= 14


async def test_an_entry_that_cannot_be_text_costs_itself_alone(tmp_path: Path) -> None:
    loop: dict[str, Any] = {}
    loop["itself"] = loop
    bad = Fact(call=call_id(1), seq=1, at=0, kind="arrived", data=loop)
    kept, refused, there = await used(tmp_path / "spool.sqlite", [NEW[0], bad, NEW[1]])
    assert kept == there == NEW[:2]
    assert [entry is bad for entry in refused] == [True]


class Hanging:
    """A disk that does not answer until told to."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, method: str) -> None:
        self.answers = threading.Event()
        plain: Callable[..., Any] = getattr(SpoolFile, method)

        def hanging(file: SpoolFile, *arguments: Any) -> Any:
            self.answers.wait(WAIT)
            return plain(file, *arguments)

        monkeypatch.setattr(SpoolFile, method, hanging)


async def until(condition: Callable[[], Any]) -> None:
    async with asyncio.timeout(WAIT):
        while not condition():  # noqa: ASYNC110 - nobody tells
            await asyncio.sleep(0.02)


async def test_a_disk_that_hangs_at_the_start_does_not_hold_it_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spool, "OPEN_SECONDS", 0.3)
    monkeypatch.setattr(spool, "HANGS_SECONDS", 0.3)
    monkeypatch.setattr(spool, "WATCH_SECONDS", 0.05)
    disk = Hanging(monkeypatch, "__init__")
    store = FakeOnce()
    journal = open_journal(store, tmp_path / "spool.sqlite")
    started = time.monotonic()
    assert await journal.open() == []
    assert time.monotonic() - started < 3
    assert not journal.healthy
    task = asyncio.create_task(journal.run())
    journal.save(record(1))
    journal.note(fact(1, 1))
    await until(lambda: len(journal) == 0 and store.tables.facts)
    disk.answers.set()
    await until(lambda: not journal._spool._hangs)
    journal.note(fact(1, 2))
    await until(lambda: journal.healthy and len(store.tables.facts) == 2)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert await journal.leave(WAIT)
    assert [told.seq for told in await store.facts(call_id(1))] == [1, 2]


async def test_what_a_hanging_disk_has_in_its_hands_goes_by_memory_and_is_shown_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spool, "HANGS_SECONDS", 0.2)
    monkeypatch.setattr(spool, "WATCH_SECONDS", 0.05)
    disk = Hanging(monkeypatch, "put")
    kept: list[Entry] = []
    refused: list[Entry] = []
    running = Spool(tmp_path / "spool.sqlite", committed=kept.extend, failed=refused.extend)
    await running.open()
    running.put(NEW[0])
    await asyncio.sleep(0.05)
    running.put(NEW[1])
    await until(lambda: len(refused) == 2)
    running.put(NEW[2])
    assert refused == NEW[:3]
    assert kept == []
    with pytest.raises(spool.SpoolFailed):
        await running.head(1)
    disk.answers.set()
    await until(lambda: not running._hangs)
    running.put(NEW[3])
    await until(lambda: kept)
    assert kept == [NEW[3]]
    assert running.healthy
    await running.close()


async def test_what_a_disk_does_not_take_at_the_end_goes_by_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spool, "CLOSE_SECONDS", 0.2)
    disk = Hanging(monkeypatch, "put")
    store = FakeOnce()
    journal = open_journal(store, tmp_path / "spool.sqlite")
    await journal.open()
    journal.save(record(1))
    await asyncio.sleep(0.05)
    journal.save(record(2))
    assert await journal.leave(0.2)
    disk.answers.set()
    assert {row.id for row in await store.listed()} == {call_id(1), call_id(2)}
