"""An installation of before operators logged in migrates by itself: everybody sits where they sat."""

import asyncio
import uuid
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest

from ct112.core.events import Event, SeatingRestored
from ct112.serve.known import LastKnown
from ct112.serve.seating import SeatingFile, SeatingKeeper
from ct112.serve.sources import StoreSource
from ct112.store import Store, migrate
from lab.throwaway import Server
from tests.store.once import Once

BEFORE = "0004"
SEATS = {"siti": ("pos-1", True), "budi": ("pos-2", False), "tina": (None, True)}


@pytest.fixture
async def old_url(server: Server) -> AsyncIterator[str]:
    """Give a database as it was: four positions, three operators, one of them nowhere."""
    name = f"old_{uuid.uuid4().hex[:12]}"
    url = await server.create(name)
    await asyncio.to_thread(migrate.upgrade, url, BEFORE)
    connection = await asyncpg.connect(url)
    for number in range(1, 5):
        await connection.execute("INSERT INTO position VALUES ($1, $2)", f"pos-{number}", f"secret-{number}")
    for operator, (position, ready) in SEATS.items():
        await connection.execute("INSERT INTO operator VALUES ($1, $2, $3)", operator, position, ready)
    await connection.close()
    yield url
    await server.drop(name)


async def rows(url: str, sql: str) -> list[tuple[object, ...]]:
    connection = await asyncpg.connect(url)
    try:
        return [tuple(row) for row in await connection.fetch(sql)]
    finally:
        await connection.close()


async def test_everybody_sits_at_the_old_position_ready_as_they_were(old_url: str, tmp_path: Path) -> None:
    await asyncio.to_thread(migrate.upgrade, old_url)
    store = await Store.create(old_url)
    events: list[Event] = []
    keeper = SeatingKeeper(
        SeatingFile(tmp_path / "seating.json"),
        LastKnown(tmp_path / "last-known.json"),
        StoreSource(store),
        post=events.append,
        on_change=lambda: None,
        now=lambda: 0.0,
    )
    await keeper.first(database_ok=True)
    keeper.announce()
    (event,) = events
    assert isinstance(event, SeatingRestored)
    assert {stay.operator: (stay.position, stay.ready) for stay in event.stays} == {
        "siti": ("pos-1", True),
        "budi": ("pos-2", False),
    }
    known = await StoreSource(store).known()
    assert [(one.name, one.sip_password) for one in known.positions] == [
        (f"pos-{number}", f"secret-{number}") for number in range(1, 5)
    ]
    assert [one.name for one in known.operators] == sorted(SEATS)
    await store.close()


async def test_the_way_back_keeps_who_sits_where(old_url: str) -> None:
    await asyncio.to_thread(migrate.upgrade, old_url)
    await asyncio.to_thread(migrate.downgrade, old_url, BEFORE)
    found = await rows(old_url, "SELECT name, position, ready FROM operator ORDER BY name")
    assert found == [("budi", "pos-2", False), ("siti", "pos-1", True), ("tina", None, True)]
    await asyncio.to_thread(migrate.upgrade, old_url)
    store = await Once.create(old_url)
    assert await store.migrated()
    await store.close()
