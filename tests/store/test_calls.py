"""Reading calls back."""

from datetime import UTC, datetime

import pytest

from ct112.core.record import Outcome, ServiceClass
from ct112.store import CallQuery, Page, StoredCall, UnknownCall, calls
from ct112.store.calls import EVERYTHING
from tests.store.examples import ARRIVED, call_id, record
from tests.store.once import Once


async def page(
    store: Once,
    wanted: CallQuery = EVERYTHING,
    *,
    limit: int = 50,
    after: str | None = None,
) -> Page[StoredCall]:
    """Return a page of calls."""
    async with store.transaction() as connection:
        return await calls.page(connection, wanted, limit=limit, after=after)


async def test_pages_hold_every_call_once_the_newest_first(store: Once) -> None:
    same_moment = [record(number, arrived_at=ARRIVED) for number in range(10, 14)]
    await store.write([*(record(number) for number in range(1, 8)), *same_moment], [])
    pages = [await page(store, limit=3)]
    while pages[-1].next is not None:
        pages.append(await page(store, limit=3, after=pages[-1].next))
    assert [len(one.items) for one in pages] == [3, 3, 3, 2]
    assert {one.total for one in pages} == {11}
    expected = [call_id(number) for number in (7, 6, 5, 4, 3, 2, 1, 13, 12, 11, 10)]
    assert [call.id for one in pages for call in one.items] == expected


async def test_a_page_that_is_just_full_is_the_last(store: Once) -> None:
    await store.write([record(number) for number in range(3)], [])
    assert (await page(store, limit=3)).next is None


async def test_a_call_that_arrives_between_two_pages_moves_nothing(store: Once) -> None:
    await store.write([record(number) for number in range(1, 5)], [])
    first = await page(store, limit=2)
    await store.write([record(9)], [])
    second = await page(store, limit=2, after=first.next)
    assert [row.id for row in second.items] == [call_id(2), call_id(1)]


async def test_only_what_is_wanted(store: Once) -> None:
    urgent = record(1, service_class=ServiceClass.URGENT)
    ended = record(2, service_class=ServiceClass.URGENT, ended_at=ARRIVED + 3, outcome=Outcome.ABANDONED)
    await store.write([urgent, ended, record(3)], [])

    async def ids(wanted: CallQuery) -> list[str]:
        found = await page(store, wanted)
        assert found.total == len(found.items)
        return [row.id for row in found.items]

    assert await ids(CallQuery(service_class=ServiceClass.URGENT)) == [ended.call, urgent.call]
    assert await ids(CallQuery(outcome=Outcome.ABANDONED)) == [ended.call]
    assert await ids(CallQuery(live=True)) == [call_id(3), urgent.call]
    assert await ids(CallQuery(live=False)) == [ended.call]
    second = datetime.fromtimestamp(ARRIVED + 2, UTC)
    assert await ids(CallQuery(since=second)) == [call_id(3), ended.call]
    assert await ids(CallQuery(until=second)) == [urgent.call]


@pytest.mark.parametrize(("asked", "given"), [(-5, 1), (0, 1), (2, 2), (10_000, 3)])
async def test_a_page_has_sensible_bounds(store: Once, asked: int, given: int) -> None:
    await store.write([record(number) for number in range(3)], [])
    assert len((await page(store, limit=asked)).items) == given


@pytest.mark.parametrize("unknown", ["nonsense", "", "\0", call_id(99)])
async def test_an_unknown_call_is_said_to_be_unknown(store: Once, unknown: str) -> None:
    with pytest.raises(UnknownCall):
        await store.call(unknown)


async def test_a_known_id_without_facts_has_none(store: Once) -> None:
    assert await store.facts(call_id(1)) == []
    with pytest.raises(UnknownCall):
        await store.facts("nonsense")


async def test_the_newest_published_document_is_live_and_the_others_stay(store: Once) -> None:
    assert await store.current() is None
    first = await store.publish({"start": "a"}, "start: a\n", "the first")
    second = await store.publish({"start": "b"}, "start: b\n")
    assert second > first
    live = await store.current()
    assert live is not None
    assert (live.version, live.source_yaml, live.document, live.note) == (
        second,
        "start: b\n",
        {"start": "b"},
        "",
    )
    assert live.published_at.tzinfo is not None
    assert [(one.version, one.note) for one in await store.versions()] == [(second, ""), (first, "the first")]
