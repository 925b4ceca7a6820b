"""Notes, requests and merges at once, and a connection that dies in a note: still one dispatch."""

import asyncio
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from ct112.incidents.dispatches import OVER
from ct112.incidents.states import IncidentRefused, Status
from ct112.store import (
    Stale,
    Store,
    StoreUnavailable,
    clock,
    deliveries,
    dispatches,
    dispatches_noting,
    incidents,
    incidents_acting,
)
from ct112.store.dispatches_noting import Note
from tests.store.test_dispatches import ZONE, asked, opened

__all__ = ["opened"]
ROUNDS = 12


async def note(store: Store, incident: UUID, id_: UUID, *, dies: bool = False) -> bool:
    async with store.transaction() as connection:
        told_at = await clock.now(connection) - timedelta(minutes=3)
        given = Note(
            id=id_,
            incident=incident,
            agency="damkar",
            told_at=told_at,
            told_by="operator-2",
            how="telephone",
            acknowledged=True,
            what=None,
            digest=b"the same",
        )
        _, new = await dispatches_noting.note(connection, given, by="operator-1")
        if dies:
            await connection.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))
        return new


async def test_a_note_a_request_and_a_merge_at_once_leave_one_dispatch(opened: Store) -> None:
    for _ in range(ROUNDS):
        gone, _ = await asked(opened, "pmi")
        kept, _ = await asked(opened, "pmi")
        id_ = uuid4()

        async def merge(gone: UUID = gone, kept: UUID = kept) -> None:
            async with opened.transaction() as connection:
                version = (await incidents.get(connection, gone)).version
                await incidents_acting.merge(connection, gone, kept, version, by="x", zone=ZONE)

        async def request(kept: UUID = kept) -> None:
            async with opened.transaction() as connection:
                await dispatches.ask(connection, kept, ["damkar"], by="x", zone=ZONE)

        tasks = (note(opened, gone, id_), note(opened, gone, id_), merge(), request())
        came = await asyncio.gather(*tasks, return_exceptions=True)
        assert all(one is None or isinstance(one, bool | IncidentRefused | Stale) for one in came), came
        async with opened.transaction() as connection:
            views = [await incidents.get(connection, each) for each in (gone, kept)]
            for view in views:
                live = [one for one in view.dispatches if one.agency == "damkar" and one.status not in OVER]
                assert len(live) <= (0 if view.status is Status.MERGED else 1)
            assert len(live) == 1, "the one that is kept has it, whoever came first"
            told = [row["telling"] for row in await deliveries.of_dispatch(connection, id_)]
        assert "new" not in told, "the agency was told by a person"


async def test_a_connection_that_dies_in_a_note_leaves_nothing_and_again_it_is_one(opened: Store) -> None:
    incident, _ = await asked(opened, "pmi")
    id_ = uuid4()
    with pytest.raises(StoreUnavailable):
        await note(opened, incident, id_, dies=True)
    assert [await note(opened, incident, id_) for _ in range(3)] == [True, False, False]
    async with opened.transaction() as connection:
        view = await incidents.get(connection, incident)
    assert [one.id for one in view.dispatches if one.agency == "damkar"] == [id_]
