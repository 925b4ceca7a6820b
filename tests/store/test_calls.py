"""Reading calls back."""

import uuid
from datetime import UTC, datetime

import pytest

from ct112.core.record import Outcome, ServiceClass
from ct112.store import BadCursor, CallQuery, Page, StoredCall, UnknownCall, calls, facts
from ct112.store.calls import EVERYTHING
from ct112.store.pages import COUNTED
from tests.store.examples import ARRIVED, call_id, fact, record
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


async def test_calls_are_found_by_who_took_them_and_where(store: Once) -> None:
    await store.write([record(1, operator="siti", node="b"), record(2, operator="budi"), record(3)], [])
    assert await found(store, CallQuery(operator="siti")) == [1]
    assert await found(store, CallQuery(node="a")) == [3, 2]
    assert await found(store, CallQuery(node="a", operator="budi")) == [2]
    assert await found(store, CallQuery(operator="nobody")) == []
    assert await found(store, CallQuery(operator="si\0ti", node="\ud800")) == []


async def found(store: Once, wanted: CallQuery) -> list[int]:
    """Return the numbers of the calls found."""
    return [uuid.UUID(call.id).int & 0xFFFF for call in (await page(store, wanted)).items]


@pytest.fixture
async def numbers(store: Once) -> Once:
    """Have calls of several numbers."""
    given = [
        "081234567890",
        "+6281234567890",
        "0285421234",
        "421234",
        None,
        "*21*4567890#",
        "+62 812-3456-7891",
    ]
    await store.write([record(number, ani=ani) for number, ani in enumerate(given, 1)], [])
    return store


@pytest.mark.parametrize(
    ("number", "calls_found"),
    [
        ("081234567890", [2, 1]),
        ("+6281234567890", [2, 1]),
        ("0812-3456-7890", [2, 1]),
        ("081234567891", [7]),
        ("421234", [4, 3]),
        ("0285421234", [3]),
        ("", []),
        ("12", []),
        ("*", []),
        ("+", []),
        ("\0", []),
        ("%_%_", []),
        ("٣٣٣٣٣", []),
        ("9" * 5000, []),
    ],
)
async def test_a_number_is_found_however_it_is_written(
    numbers: Once, number: str, calls_found: list[int]
) -> None:
    assert await found(numbers, CallQuery(number=number)) == calls_found


@pytest.mark.parametrize(
    ("digits", "calls_found"),
    [("7890", [2, 1]), ("1234", [4, 3]), ("34567891", [7]), ("0000", []), ("9999", []), ("081234567890", [])],
)
async def test_a_number_is_found_by_its_last_digits(
    numbers: Once, digits: str, calls_found: list[int]
) -> None:
    assert await found(numbers, CallQuery(digits=digits)) == calls_found


@pytest.mark.parametrize("digits", ["", "123", "1" * 16, "12a4", "٣٣٣٣", "%%%%", "1234\n"])
def test_what_are_no_last_digits_is_refused(digits: str) -> None:
    with pytest.raises(ValueError, match="4 to 15 digits"):
        CallQuery(digits=digits)


async def test_a_total_is_exact_up_to_a_bound(store: Once, monkeypatch: pytest.MonkeyPatch) -> None:
    await store.write([record(number) for number in range(COUNTED)], [])
    whole = await page(store, limit=2)
    assert (whole.total, whole.exact) == (COUNTED, True)
    await store.write([record(COUNTED)], [])
    whole = await page(store, limit=2)
    assert (whole.total, whole.exact) == (COUNTED, False)


async def test_facts_have_pages(store: Once) -> None:
    await store.write([], [fact(1, seq) for seq in range(7)])
    seen, after, total = list[int](), None, 0
    while True:
        async with store.transaction() as connection:
            told = await facts.page(connection, call_id(1), limit=3, after=after)
        seen, after, total = seen + [one.seq for one in told.items], told.next, told.total
        if after is None:
            break
    assert (seen, total) == (list(range(7)), 7)
    async with store.transaction() as connection:
        with pytest.raises(BadCursor):
            await facts.page(connection, call_id(1), after="nonsense")


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
