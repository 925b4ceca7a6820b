"""Incidents on a real PostgreSQL: numbers, versions, the trail, and what is sent twice."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, date, datetime
from uuid import UUID, uuid4

import pytest

from ct112.incidents.incident import Content, Place
from ct112.incidents.likeness import Sketch
from ct112.incidents.states import IncidentRefused, Status
from ct112.store import BadCursor, Store, categories, incident_changes, incidents, incidents_reading
from ct112.store.faults import Stale
from ct112.store.incidents import Draft, DraftedOtherwise, IncidentUnknown
from ct112.store.incidents_reading import IncidentQuery
from tests.incidents.category_codes import BY_CLASS

DAY = date(2026, 11, 26)
FIRE = Content(
    category="kebakaran",
    priority=1,
    place=Place(kelurahan="33.75.01.1003", latitude=-6.89, longitude=109.67),
    description="a shop",
)


@pytest.fixture
async def opened(database_url: str) -> AsyncIterator[Store]:
    """Give a store on a fresh database."""
    store = await Store.create(database_url)
    yield store
    await store.close()


async def draft(store: Store, content: Content = FIRE, **more: object) -> UUID:
    async with store.transaction() as connection:
        made = Draft(content=content, **more)  # type: ignore[arg-type]
        return (await incidents.open_(connection, made, by="operator-1", day=DAY))[0].id


async def test_the_first_categories_are_the_citys_and_each_has_a_question(opened: Store) -> None:
    async with opened.transaction() as connection:
        found = await categories.categories(connection)
    by_class = {key: tuple(sorted(codes)) for key, codes in BY_CLASS.items()}
    seen: dict[object, list[str]] = {}
    for category in found:
        seen.setdefault(category.service_class, []).append(category.code)
        assert all(question["indonesian"] and question["english"] for question in category.questions)
        assert category.questions
    assert {key: tuple(sorted(codes)) for key, codes in seen.items()} == by_class


async def test_fifty_opened_at_once_have_the_numbers_one_to_fifty(opened: Store) -> None:
    made = await asyncio.gather(*(draft(opened) for _ in range(50)))
    async with opened.transaction() as connection:
        page = await incidents_reading.page(connection, limit=100)
    assert sorted(int(view.number.rpartition("-")[2]) for view in page.items) == list(range(1, 51))
    assert {view.id for view in page.items} == set(made)
    assert page.total == 50


async def test_the_same_draft_sent_ten_times_at_once_is_one_incident(opened: Store) -> None:
    id_ = uuid4()

    async def send() -> bool:
        async with opened.transaction() as connection:
            made = Draft(content=FIRE, id=id_, digest=b"d", calls=(UUID(int=7),))
            return (await incidents.open_(connection, made, by="operator-1", day=DAY))[1]

    assert sorted(await asyncio.gather(*(send() for _ in range(10)))) == [False] * 9 + [True]
    async with opened.transaction() as connection:
        assert (await incidents_reading.page(connection)).total == 1
        assert len(await incident_changes.of_incident(connection, id_)) == 1
        with pytest.raises(DraftedOtherwise):
            await incidents.open_(connection, Draft(content=FIRE, id=id_, digest=b"e"), by="x", day=DAY)


async def test_a_change_is_a_version_and_a_line_of_what_was_and_is(opened: Store) -> None:
    id_ = await draft(opened)
    async with opened.transaction() as connection:
        view, difference = await incidents.change(
            connection, id_, 1, {"priority": 2, "landmark": "Pasar"}, by="x"
        )
        assert (view.version, view.content.priority, view.content.place.landmark) == (2, 2, "Pasar")
        assert difference == {"priority": (1, 2), "landmark": (None, "Pasar")}
        same, nothing = await incidents.change(connection, id_, 2, {"priority": 2}, by="x")
        assert (same.version, nothing) == (2, {})
    async with opened.transaction() as connection:
        with pytest.raises(Stale):
            await incidents.change(connection, id_, 1, {"priority": 3}, by="x")
    async with opened.transaction() as connection:
        trail = await incident_changes.of_incident(connection, id_)
    assert [(line.seq, line.kind, line.by) for line in trail] == [
        (1, "opened", "operator-1"),
        (2, "changed", "x"),
    ]
    assert trail[1].data == {"priority": [1, 2], "landmark": [None, "Pasar"]}


async def test_two_who_change_the_same_version_are_one_who_did(opened: Store) -> None:
    id_ = await draft(opened)

    async def to(priority: int) -> bool:
        try:
            async with opened.transaction() as connection:
                await incidents.change(connection, id_, 1, {"priority": priority}, by="x")
        except Stale:
            return False
        return True

    assert sorted(await asyncio.gather(to(2), to(3), to(4))) == [False, False, True]


async def test_merged_the_calls_are_with_the_other_and_nothing_leads_back(opened: Store) -> None:
    first, second = UUID(int=1), UUID(int=2)
    kept, gone = await draft(opened, calls=(first,)), await draft(opened, calls=(second,))
    async with opened.transaction() as connection:
        view = await incidents.merge(connection, gone, kept, 1, by="x")
        assert view.calls == (first, second)
        assert (await incidents.get(connection, gone)).merged_into == kept
    for into, refused in ((gone, "use that one"), (kept, "itself")):
        async with opened.transaction() as connection:
            with pytest.raises(IncidentRefused, match=refused):
                await incidents.merge(connection, kept, into, 2, by="x")


async def test_two_merged_into_each_other_at_once_are_one_merge(opened: Store) -> None:
    one, other = await draft(opened), await draft(opened)

    async def merge(id_: UUID, into: UUID) -> bool:
        try:
            async with opened.transaction() as connection:
                await incidents.merge(connection, id_, into, 1, by="x")
        except (IncidentRefused, Stale):
            return False
        return True

    assert sorted(await asyncio.gather(merge(one, other), merge(other, one))) == [False, True]


async def test_closed_reopened_and_a_call_that_comes_late(opened: Store) -> None:
    id_ = await draft(opened)
    async with opened.transaction() as connection:
        closed = await incidents.close(connection, id_, 1, "put out", by="x")
        assert (closed.status, closed.close_reason) == (Status.CLOSED, "put out")
        late = await incidents.join(connection, id_, UUID(int=9), by="x")
        assert (late.status, late.calls) == (Status.CLOSED, (UUID(int=9),))
        again = await incidents.join(connection, id_, UUID(int=9), by="x")
        assert again.version == late.version
        with pytest.raises(IncidentRefused, match="reopen"):
            await incidents.dispatched(connection, id_, ["damkar"], by="x")
        view = await incidents.reopen(connection, id_, None, "flames again", by="x")
        assert (view.status, view.closed_at, view.close_reason) == (Status.OPEN, None, None)
        assert (await incidents.dispatched(connection, id_, ["damkar"], by="x")).status is Status.DISPATCHED


async def test_a_list_is_filtered_and_paged_the_newest_first(opened: Store) -> None:
    made = [await draft(opened) for _ in range(3)]
    flood = await draft(opened, replace(FIRE, category="banjir", place=Place(kelurahan="33.75.02.1001")))
    async with opened.transaction() as connection:
        first = await incidents_reading.page(connection, IncidentQuery(category="kebakaran"), limit=2)
        rest = await incidents_reading.page(
            connection, IncidentQuery(category="kebakaran"), limit=2, after=first.next
        )
        assert [view.id for view in (*first.items, *rest.items)] == made[::-1]
        there = await incidents_reading.page(connection, IncidentQuery(kelurahan="33.75.02.1001", live=True))
        assert [view.id for view in there.items] == [flood]
        nobody = IncidentQuery(until=datetime(2020, 1, 1, tzinfo=UTC))
        assert (await incidents_reading.page(connection, nobody)).total == 0
        with pytest.raises(BadCursor):
            await incidents_reading.page(connection, after="nonsense")


async def test_what_may_be_the_same_event(opened: Store) -> None:
    id_ = await draft(opened)
    now = datetime.now(UTC)
    new = Sketch(category="kebakaran", opened_at=now, latitude=-6.8905, longitude=109.67)
    async with opened.transaction() as connection:
        found = await incidents_reading.like(connection, new, now)
        assert [likeness.id for likeness in found] == [id_]
        await incidents.close(connection, id_, 1, "over", by="x")
        assert await incidents_reading.like(connection, new, now) == ()


async def test_what_no_database_takes_is_made_storable(opened: Store) -> None:
    id_ = await draft(opened, replace(FIRE, description="a\0b\ud800"))
    async with opened.transaction() as connection:
        assert (await incidents.get(connection, id_)).content.description == "a\N{REPLACEMENT CHARACTER}b?"


async def test_of_an_incident_nobody_opened(opened: Store) -> None:
    async with opened.transaction() as connection:
        with pytest.raises(IncidentUnknown):
            await incidents.join(connection, uuid4(), UUID(int=1), by="x")
