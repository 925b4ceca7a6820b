"""Routing documents in PostgreSQL: versions, which is in force, and what no rule fitted."""

import asyncio
import uuid
from datetime import timedelta
from typing import Any

import asyncpg
import pytest

from ct112 import routing as documents
from ct112.incidents.routing_check import World
from ct112.store import Stale, Store, agencies, routing
from ct112.store.publications import InForce, UnknownVersion
from tests.incidents.category_codes import CODES

DOCUMENT: dict[str, Any] = {
    "default": {"first": ["bpbd"]},
    "rules": [{"name": "all", "first": ["damkar"]}],
}


async def add(store: Store, document: Any = None, note: str = "a test") -> int:
    async with store.transaction() as connection:
        return await routing.add(connection, DOCUMENT if document is None else document, "x", note, by="siti")


async def publish(store: Store, number: int, expected: int | None = None) -> InForce:
    async with store.transaction() as connection:
        return await routing.publish(connection, number, "because", by="siti", expected=expected)


async def test_the_document_of_the_installation_is_in_force_and_is_what_its_source_says(store: Store) -> None:
    async with store.transaction() as connection:
        now = await routing.in_force(connection)
        stored, source = await routing.get(connection, now.number or 0)
        book = await routing.book(connection)
        world = World(agencies=await agencies.codes(connection), categories=dict.fromkeys(CODES, True))
    problems, report = documents.every_problem(source, world, name="installed")
    assert problems == ()
    assert report is not None
    assert (book.rules, book.default, book.cards) == (
        report.book.rules, report.book.default, report.book.cards,
    )  # fmt: skip
    assert (stored.number, now.publishing, book.version) == (1, 1, 1)
    assert stored.note == "as installed"


async def test_a_stored_version_counts_when_it_is_published_and_an_older_one_can_again(store: Store) -> None:
    number = await add(store)
    async with store.transaction() as connection:
        assert (await routing.book(connection)).version == 1
    assert await publish(store, number, expected=1) == InForce(publishing=2, number=2)
    async with store.transaction() as connection:
        assert [rule.name for rule in (await routing.book(connection)).rules] == ["all"]
    assert await publish(store, 1) == InForce(publishing=3, number=1)
    async with store.transaction() as connection:
        page = await routing.page(connection, limit=1)
        rest = await routing.page(connection, limit=1, after=page.next)
    (newest,), (oldest,) = page.items, rest.items
    assert (newest.number, newest.stored_by, newest.published_by) == (2, "siti", "siti")
    assert (oldest.number, oldest.published_by, page.total, rest.next) == (1, "siti", 2, None)


async def test_of_many_publishings_on_one_one_is_made_and_an_unknown_version_none(store: Store) -> None:
    await add(store)
    made = await asyncio.gather(*[publish(store, 2, 1) for _ in range(5)], return_exceptions=True)
    assert sorted(type(one).__name__ for one in made) == ["InForce", *["Stale"] * 4]
    with pytest.raises(UnknownVersion):
        await publish(store, 99)
    with pytest.raises(Stale):
        await publish(store, 1, expected=1)


async def test_nobody_changes_or_deletes_what_was_in_force(store: Store, database_url: str) -> None:
    connection = await asyncpg.connect(database_url)
    for table in ("routing_version", "routing_publication"):
        for sql in (f"UPDATE {table} SET note = 'x'", f"DELETE FROM {table}", f"TRUNCATE {table} CASCADE"):
            with pytest.raises(asyncpg.RestrictViolationError):
                await connection.execute(sql)
    await connection.close()


async def test_a_document_that_cannot_be_read_proposes_nobody_and_stops_nothing(store: Store) -> None:
    await publish(store, await add(store, {"rules": [{"name": "x", "first": "damkar"}]}))
    async with store.transaction() as connection:
        book = await routing.book(connection)
    assert (book.version, book.rules, book.default.first) == (0, (), ())


async def test_an_agency_that_is_set_inactive_is_out_of_the_book_at_once(store: Store) -> None:
    async with store.transaction() as connection:
        await agencies.change(connection, "damkar", None, active=False)
        assert "damkar" not in (await routing.book(connection)).agencies


async def test_what_no_rule_fitted_is_counted_for_a_while(store: Store, database_url: str) -> None:
    async with store.transaction() as connection:
        await routing.unmatched(connection, uuid.uuid4(), "kebakaran", None, 1)
        await routing.unmatched(connection, None, "ro\0b", "33.75\udc00", 1)
        assert await routing.unmatched_within(connection, timedelta(hours=1)) == 2
    direct = await asyncpg.connect(database_url)
    await direct.execute("UPDATE routing_unmatched SET at = now() - interval '2 hours'")
    await direct.close()
    async with store.transaction() as connection:
        assert await routing.unmatched_within(connection, timedelta(hours=1)) == 0
