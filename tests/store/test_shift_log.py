"""The shift log is only added to: the database itself refuses the rest, but for an erasure."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import text

from ct112.store import shift_log
from ct112.store.erasing import erase_old
from ct112.store.faults import RowRefused
from ct112.store.personal_data import DataClass
from ct112.store.shift_log import EntryError, LogQuery, StoredEntry
from tests.store.once import Once
from tests.store.test_statistics_commands import run

HOSTILE = "=cmd()|'x' <script>alert(1)</script>\n\u202e terbalik"


async def write(store: Once, note: str = "AC ruang server mati", *, hands_over: bool = False) -> StoredEntry:
    async with store.transaction() as connection:
        return await shift_log.write(connection, by="siti", note=note, hands_over=hands_over)


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE shift_log SET note = 'nothing happened'",
        "UPDATE shift_log SET written_by = 'budi'",
        "UPDATE shift_log SET written_at = written_at - interval '1 day'",
        "UPDATE shift_log SET hands_over = true",
        "DELETE FROM shift_log",
    ],
)
async def test_what_was_written_stays(store: Once, change: str) -> None:
    await write(store)
    with pytest.raises(RowRefused):
        async with store.transaction() as connection:
            await connection.execute(text(change))


async def test_of_two_who_take_over_at_once_one_does(store: Once) -> None:
    entry = await write(store, hands_over=True)

    async def take(who: str) -> str:
        async with store.transaction() as connection:
            return (await shift_log.take_over(connection, entry.id, by=who)).taken_by or ""

    done = await asyncio.gather(take("budi"), take("tina"), return_exceptions=True)
    (refused,) = [each for each in done if isinstance(each, EntryError)]
    (taken,) = [each for each in done if isinstance(each, str)]
    assert str(refused) == f"{taken} has taken it over already"
    with pytest.raises(RowRefused):
        async with store.transaction() as connection:
            await connection.execute(text("UPDATE shift_log SET taken_by = 'another'"))


async def test_pages_go_by_time_and_a_span(store: Once) -> None:
    entries = [await write(store, f"{number}", hands_over=number == 1) for number in range(3)]
    async with store.transaction() as connection:
        first = await shift_log.page(connection, limit=2)
        second = await shift_log.page(connection, limit=2, after=first.next)
        open_ = await shift_log.page(connection, LogQuery(open=True))
        later = LogQuery(since=entries[2].written_at, until=entries[2].written_at + timedelta(days=1))
        span = await shift_log.page(connection, later)
    assert [entry.note for entry in [*first.items, *second.items]] == ["2", "1", "0"]
    assert (second.next, [entry.note for entry in open_.items]) == (None, ["1"])
    assert [entry.note for entry in span.items] == ["2"]


async def test_by_age_the_words_go_and_the_entry_stays_unless_it_still_waits(store: Once) -> None:
    kept = await write(store, "for you", hands_over=True)
    await write(store, HOSTILE)
    async with store.transaction() as connection:
        before = kept.written_at + timedelta(days=1)
        await erase_old(connection, DataClass.EVENT, before, b"k" * 32, actor="worker")
        page = await shift_log.page(connection)
    assert [(entry.note, entry.written_by) for entry in page.items] == [("", "siti"), ("for you", "siti")]


async def test_the_command_shows_it_on_one_line_each(store: Once, database_url: str) -> None:
    await write(store, HOSTILE)
    await write(store, "kunci di laci", hands_over=True)
    printed = await run(database_url, "shift-log")
    lines = printed.splitlines()
    assert [line.split()[0] for line in lines] == ["when", lines[1].split()[0], lines[2].split()[0]]
    assert lines[1].split()[4:] == ["open", "kunci", "di", "laci"]
    assert "\u202e" not in printed
    assert "kunci" in (only := await run(database_url, "shift-log", "--open"))
    assert len(only.splitlines()) == 2
    assert "there is more" in await run(database_url, "shift-log", "--limit", "1")
