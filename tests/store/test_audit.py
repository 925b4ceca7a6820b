"""The audit: rows in the change's own transaction, append-only, with a part that may be erased."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from ct112.store import Store, audit
from ct112.store.audit import AuditQuery
from ct112.store.faults import RowRefused

KEY = b"a key for tests"
LATER = datetime.now(UTC) + timedelta(days=1)


async def note(store: Store, **more: Any) -> int:
    """Add one row."""
    fields = {"actor": "siti", "role": "operator", "action": "call.read", "object_kind": "call"}
    async with store.transaction() as connection:
        return await audit.note(connection, **fields | more)


async def test_a_row_says_who_what_and_when(store: Store) -> None:
    await note(store, object_id="7", source="192.0.2.1", detail={"fields": 3}, personal={"ani": "0812"})
    async with store.transaction() as connection:
        found = await audit.page(connection)
    (row,) = found.items
    assert (row.actor, row.action, row.object_id, found.total) == ("siti", "call.read", "7", 1)
    assert row.detail == {"fields": 3}
    assert row.personal == {"ani": "0812", "source": "192.0.2.1"}
    assert abs(datetime.now(UTC) - row.at) < timedelta(minutes=5)


async def test_a_change_that_fails_leaves_no_row(store: Store) -> None:
    async def change() -> None:
        async with store.transaction() as connection:
            await audit.note(connection, actor="a", role="admin", action="x", object_kind="call")
            await connection.execute(text("INSERT INTO ivr_version (note) VALUES ('no document')"))

    with pytest.raises(RowRefused):
        await change()
    async with store.transaction() as connection:
        assert (await audit.page(connection)).total == 0


async def test_what_a_caller_says_is_storable(store: Store) -> None:
    await note(
        store, object_id="\0\ud800", detail={"x": float("nan")}, personal={"q": "\0" * 9, "n": "x" * 9999}
    )
    async with store.transaction() as connection:
        (row,) = (await audit.page(connection)).items
    assert row.personal is not None
    assert len(row.personal["n"]) == audit.LONGEST_PERSONAL


@pytest.mark.parametrize(
    "crime",
    [
        "UPDATE audit SET actor = 'budi'",
        "UPDATE audit SET detail = '{}', personal = NULL",
        "UPDATE audit SET seq = 1, mac = '', actor = 'budi'",
        "UPDATE audit SET at = now()",
        "DELETE FROM audit",
        "TRUNCATE audit",
    ],
)
async def test_nobody_changes_it_by_mistake(store: Store, crime: str) -> None:
    await note(store, detail={"a": 1})
    with pytest.raises(RowRefused):
        async with store.transaction() as connection:
            await connection.execute(text(crime))
    async with store.transaction() as connection:
        assert (await audit.page(connection)).total == 1


async def test_the_same_number_has_another_digest_each_time(store: Store) -> None:
    for _ in range(2):
        await note(store, personal={"ani": "0812"})
    async with store.transaction() as connection:
        found = await connection.execute(text("SELECT count(DISTINCT personal_digest) FROM audit"))
        assert found.scalar_one() == 2


async def test_only_what_is_sealed_is_erased(store: Store) -> None:
    await note(store, source="192.0.2.1")
    async with store.transaction() as connection:
        assert await audit.erase_personal(connection, LATER, KEY, actor="a") == 0
        await connection.execute(text("UPDATE audit SET seq = 1, mac = 'x', key_id = 'k'"))
        assert await audit.erase_personal(connection, LATER, KEY, actor="a") == 1
        newest, oldest = (await audit.page(connection)).items
    assert oldest.personal is None
    assert (newest.action, newest.detail["rows"]) == ("audit.erase", 1)


async def test_rows_are_found_by_who_what_and_when(store: Store) -> None:
    for number in range(5):
        await note(store, actor="budi" if number % 2 else "siti", object_id=str(number))
    async with store.transaction() as connection:
        first = await audit.page(connection, AuditQuery(actor="siti"), limit=2)
        assert ([row.object_id for row in first.items], first.total) == (["4", "2"], 3)
        rest = await audit.page(connection, AuditQuery(actor="siti"), limit=2, after=first.next)
        assert [row.object_id for row in rest.items] == ["0"]
        assert (await audit.page(connection, AuditQuery(object_kind="call", object_id="3"))).total == 1
        assert (await audit.page(connection, AuditQuery(since=LATER))).total == 0
        assert (await audit.page(connection, AuditQuery(until=LATER, action="call.read"))).total == 5
