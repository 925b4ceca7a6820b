"""What operators, crashes and a slow database do to incidents: nothing is half done or leads in a circle."""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import date
from uuid import UUID, uuid4

import asyncpg
import pytest

from ct112.incidents.incident import Content
from ct112.incidents.states import LIVE, IncidentRefused, Status
from ct112.store import Connection, Store, StoreUnavailable, incident_changes, incidents
from ct112.store.faults import Stale
from ct112.store.incidents import Draft, DraftedOtherwise

DAY = date(2026, 11, 26)
FIRE = Content(category="kebakaran", priority=1)
OTHERS = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
)


@pytest.fixture
async def store(database_url: str) -> AsyncIterator[Store]:
    """Give a store on a fresh database."""
    opened = await Store.create(database_url)
    yield opened
    await opened.close()


async def opened(store: Store, id_: UUID | None = None, digest: bytes | None = None) -> UUID:
    async with store.transaction() as connection:
        draft = Draft(content=FIRE, id=id_, digest=digest)
        return (await incidents.open_(connection, draft, by="x", day=DAY))[0].id


async def test_sent_twice_at_once_no_number_is_left_out(store: Store) -> None:
    for _ in range(3):
        id_ = uuid4()
        await asyncio.gather(*(opened(store, id_, b"d") for _ in range(6)))
    id_ = await opened(store)
    async with store.transaction() as connection:
        last = await incidents.get(connection, id_)
    assert last.number == "2026-1126-4"


async def test_two_forms_under_one_id_at_once_are_one_incident_and_one_refusal(store: Store) -> None:
    id_ = uuid4()
    ended = await asyncio.gather(
        opened(store, id_, b"one"), opened(store, id_, b"two"), return_exceptions=True
    )
    assert [type(each) for each in ended if each != id_] == [DraftedOtherwise]


async def test_a_hundred_merges_at_random_leave_no_circle_and_lose_no_call(store: Store) -> None:
    """Six at once merge, close, reopen and join, as they like."""
    made = [await opened(store) for _ in range(8)]
    calls: set[UUID] = set()

    async def one(seed: int) -> None:
        lot = random.Random(seed)
        for _ in range(25):
            id_, into, call = lot.choice(made), lot.choice(made), UUID(int=lot.getrandbits(100))
            with suppress(IncidentRefused, Stale):
                async with store.transaction() as connection:
                    match lot.randrange(4):
                        case 0:
                            version = (await incidents.get(connection, id_)).version
                            await incidents.merge(connection, id_, into, version, by="x")
                        case 1:
                            await incidents.close(connection, id_, None, "over", by="x")
                        case 2:
                            await incidents.reopen(connection, id_, None, "again", by="x")
                        case _:
                            await incidents.join(connection, id_, call, by="x")
                            calls.add(call)

    await asyncio.gather(*(one(seed) for seed in range(6)))
    await judge(store, made, calls)


async def judge(store: Store, made: list[UUID], calls: set[UUID]) -> None:
    """Every merged one ends at one that is not; each call is there; each version is a line."""
    found: set[UUID] = set()
    async with store.transaction() as connection:
        views = {id_: await incidents.get(connection, id_) for id_ in made}
        for id_, view in views.items():
            end, seen = view, {id_}
            while end.merged_into is not None:
                end = views[end.merged_into]
                assert end.id not in seen
                seen.add(end.id)
            assert set(view.calls) <= set(end.calls)
            assert end.status in LIVE | {Status.CLOSED}
            found |= set(end.calls)
            trail = await incident_changes.of_incident(connection, id_)
            assert [line.seq for line in trail] == list(range(1, view.version + 1))
    assert calls <= found


@pytest.mark.parametrize("at", range(3))
async def test_cut_off_in_the_middle_nothing_is_half_done(store: Store, database_url: str, at: int) -> None:
    kept, gone = await opened(store), await opened(store)
    killer = await asyncpg.connect(database_url)

    async def step(connection: Connection) -> None:
        match at:
            case 0:
                await incidents.merge(connection, gone, kept, 1, by="x")
            case 1:
                await incidents.close(connection, kept, 1, "over", by="x")
            case _:
                await incidents.open_(connection, Draft(content=FIRE), by="x", day=DAY)

    async def cut_off() -> None:
        async with store.transaction() as connection:
            await step(connection)
            await killer.execute(OTHERS)

    with pytest.raises(StoreUnavailable):
        await cut_off()
    assert await killer.fetchval("SELECT count(*) FROM incident WHERE version = 1 AND status = 'open'") == 2
    assert await killer.fetchval("SELECT count(*) FROM incident_change") == 2
    assert await killer.fetchval("SELECT last FROM incident_day") == 2
    await killer.close()
    again = await opened(store)
    async with store.transaction() as connection:
        assert (await incidents.get(connection, again)).number == "2026-1126-3"


async def test_text_of_every_kind_comes_back_as_it_was_or_made_storable(store: Store) -> None:
    id_ = await opened(store)
    texts = [
        "\u202egnol",
        "\U0001f525" * 4000,
        "'; DROP TABLE incident; --",
        "%s %(x)s {} \\",
        "\ufffe\u0085",
    ]
    for version, text in enumerate(texts, start=1):
        async with store.transaction() as connection:
            view, _ = await incidents.change(connection, id_, version, {"description": text}, by=text)
        assert view.content.description == text
    async with store.transaction() as connection:
        trail = await incident_changes.of_incident(connection, id_)
    assert [line.data["description"][1] for line in trail[1:]] == texts
