"""The agency book with PostgreSQL stopped, hung, and after a restart of web without it."""

import asyncio
import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from ct112.incidents.agencies import Way, WayKind
from ct112.store import Store, StoreUnavailable, agencies
from ct112.web.agencies.book import AgencyBook, Copy
from lab.throwaway import Server
from tests.store.test_agencies import SECRET, SHIFT, contact
from tests.web.site import TOKEN, Site
from tests.web.test_people import ask


async def fill(store: Store) -> None:
    hook = Way(kind=WayKind.WEBHOOK, url="https://damkar.example.org/", secret=SECRET)
    phone = Way(kind=WayKind.PHONE, number="0285421111")
    person = contact(name="Piket", number="0285421000", shifts=(SHIFT,))
    async with store.transaction() as connection:
        await agencies.change(connection, "damkar", None, ways=[hook, phone], contacts=[person])


async def test_with_postgresql_stopped_the_book_and_the_rules_are_served(site: Site, server: Server) -> None:
    await fill(site.store)
    await site.house.agency_book.refresh(site.store)
    await asyncio.to_thread(server.stop)
    try:
        status, book, _ = await ask(site, "GET", "/agency-book")
        assert status == 200
        by_code = {one["code"]: one for one in book["agencies"]}
        assert len(by_code) == 8
        assert by_code["damkar"]["contacts"][0]["number"] == "0285421000"
        assert by_code["damkar"]["ways"][1]["number"] == "0285421111"
        assert SECRET not in str(book)
        assert "damkar.example.org" not in str(book)
        assert (book["routing_version"], book["default_first"]) == (1, ["bpbd"])
        assert {name: book["run_cards"][3][name] for name in ("category", "level")} == {
            "category": "kebakaran",
            "level": 3,
        }
        assert 0 <= book["age_seconds"] < 600
        status, why, _ = await ask(site, "GET", "/routing/explain?category=kebakaran&alarm_level=2")
        assert (status, why["rule"], why["as_of"]) == (200, "kebakaran", book["as_of"])
        assert why["agencies"] == ["damkar", "pmi", "polres", "pln"]
        assert (await ask(site, "GET", "/agencies"))[0] == 503
        with pytest.raises(StoreUnavailable):
            await site.house.agency_book.refresh(site.store)
    finally:
        await asyncio.to_thread(server.start)


async def test_a_database_that_hangs_is_not_waited_for(site: Site, server: Server) -> None:
    await site.house.agency_book.refresh(site.store)
    server.freeze()
    try:
        async with asyncio.timeout(8):
            assert (await ask(site, "GET", "/agency-book"))[0] == 200
            assert (await ask(site, "GET", "/routing/explain?category=rob"))[1]["as_of"] is not None
    finally:
        server.thaw()


async def test_a_web_that_starts_without_the_database_finds_the_copy_on_disk(
    store: Store, server: Server, tmp_path: Path
) -> None:
    await fill(store)
    file = tmp_path / "agency-book.json"
    await AgencyBook(file).refresh(store)
    assert file.stat().st_mode & 0o777 == 0o600
    assert SECRET not in file.read_text()
    await asyncio.to_thread(server.stop)
    try:
        site = Site(store, tmp_path, TOKEN)
        running = asyncio.create_task(site.house.agency_book.run(store))
        async with site.client:
            for _ in range(400):
                status, book, _ = await ask(site, "GET", "/agency-book")
                if status == 200:
                    break
                await asyncio.sleep(0.05)
            assert book["agencies"][1]["contacts"][0]["name"] == "Piket"
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
    finally:
        await asyncio.to_thread(server.start)


DAMAGED = [
    *(b"", b"{", b"null", b"[]", b"{}", b"\xff\xfe", b"[" * 100_000),
    b'{"as_of": "2026-11-26T10:00:00", "agencies": [], "version": 1, "document": null}',
]


async def test_a_damaged_copy_is_none_and_is_written_anew(store: Store, tmp_path: Path) -> None:
    file = tmp_path / "agency-book.json"
    for damage in DAMAGED:
        file.write_bytes(damage)
        assert AgencyBook(file)._load() is None, damage[:80]
    book = AgencyBook(file)
    await book.refresh(store)
    assert book._load() == book.copy
    assert json.loads(file.read_bytes())["version"] == 1


async def test_before_there_was_a_database_there_is_no_book(site: Site) -> None:
    status, told, _ = await ask(site, "GET", "/agency-book")
    assert (status, told["title"]) == (503, "no agency book yet")


async def test_a_disk_that_takes_nothing_leaves_the_copy_in_memory(store: Store, tmp_path: Path) -> None:
    (tmp_path / "in-the-way").write_text("a file where a folder is wanted")
    book = AgencyBook(tmp_path / "in-the-way" / "agency-book.json")
    await book.refresh(store)
    assert book.copy is not None


def test_of_many_that_write_at_once_each_reader_finds_a_whole_copy(tmp_path: Path) -> None:
    file = tmp_path / "agency-book.json"
    copies = [
        Copy(as_of=datetime.now(UTC), agencies=(), version=number, document={"x": "y" * 200_000})
        for number in range(4)
    ]
    books = [AgencyBook(file) for _ in copies]
    books[0]._save(copies[0])

    def write(number: int) -> None:
        for _ in range(20):
            books[number]._save(copies[number])

    with capture_logs() as lines, ThreadPoolExecutor(4) as pool:
        writing = [pool.submit(write, number) for number in range(4)]
        found = []
        while not all(one.done() for one in writing):
            found.append(AgencyBook(file)._load())
        for one in writing:
            one.result()
    assert None not in found
    assert lines == []
    assert all(book._written == copy for book, copy in zip(books, copies, strict=True))
    assert [path.name for path in tmp_path.iterdir()] == ["agency-book.json"]


async def test_an_unchanged_copy_is_not_written_each_time(store: Store, tmp_path: Path) -> None:
    book = AgencyBook(tmp_path / "agency-book.json")
    await book.refresh(store)
    first = (tmp_path / "agency-book.json").stat().st_ino
    await book.refresh(store)
    assert (tmp_path / "agency-book.json").stat().st_ino == first
    await fill(store)
    await book.refresh(store)
    assert (tmp_path / "agency-book.json").stat().st_ino != first
