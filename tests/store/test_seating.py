"""Who sat where is kept from the facts of each stay: once, in whatever order they come in."""

import random
from collections.abc import Sequence
from datetime import UTC, datetime

import asyncpg
import pytest

from ct112.core.ids import OperatorName, PositionName
from ct112.core.record import Fact
from ct112.core.stays import Stay, StayKind, fact_of, stay_id
from ct112.store import BadCursor
from ct112.store.pause_reasons import pause_reasons
from ct112.store.seating import StoredStay, current, page
from tests.store.examples import ARRIVED, fact
from tests.store.once import Once

SITI, BUDI = OperatorName("siti"), OperatorName("budi")
POS_1, POS_2 = PositionName("pos-1"), PositionName("pos-2")


def story(operator: OperatorName, position: PositionName, since: float, *kinds: StayKind) -> list[Fact]:
    """Tell a stay: a log-in at `since`, and then one thing a minute."""
    stay = Stay(
        id=stay_id(operator, position, since), operator=operator, position=position, since=since, ready=True
    )
    told = [fact_of(stay, StayKind.LOGGED_IN, since, "admin")]
    for number, kind in enumerate(kinds, 1):
        paused = kind is StayKind.PAUSED
        stay = stay.changed(seq=number, ready=not paused, reason="meal" if paused else None)
        told.append(fact_of(stay, kind, since + 60 * number, "admin"))
    return told


async def seen(store: Once) -> list[tuple[str, str, bool, str | None]]:
    async with store.transaction() as connection:
        return [(one.position, one.operator, one.ready, one.reason) for one in await current(connection)]


async def stays(store: Once) -> list[StoredStay]:
    async with store.transaction() as connection:
        return list((await page(connection)).items)


async def test_a_log_in_is_who_sits_there_until_the_log_out(store: Once) -> None:
    told = story(SITI, POS_1, ARRIVED, StayKind.PAUSED, StayKind.READY, StayKind.LOGGED_OUT)
    await store.write([], told[:1])
    assert await seen(store) == [("pos-1", "siti", True, None)]
    await store.write([], told[1:2])
    assert await seen(store) == [("pos-1", "siti", False, "meal")]
    await store.write([], told[2:])
    assert await seen(store) == []
    (stay,) = await stays(store)
    assert stay.since == datetime.fromtimestamp(ARRIVED, UTC)
    assert stay.until == datetime.fromtimestamp(ARRIVED + 180, UTC)


@pytest.mark.parametrize("seed", range(5))
async def test_in_any_order_and_twice_it_is_the_same(store: Once, seed: int) -> None:
    told = [
        *story(SITI, POS_1, ARRIVED, StayKind.PAUSED, StayKind.LOGGED_OUT),
        *story(SITI, POS_2, ARRIVED + 120, StayKind.PAUSED),
        *story(BUDI, POS_1, ARRIVED + 130),
    ]
    draw = random.Random(seed)
    mixed = [*told, *draw.sample(told, 3)]
    draw.shuffle(mixed)
    for batch in _pairs(mixed):
        await store.write([], list(batch))
    assert await seen(store) == [("pos-1", "budi", True, None), ("pos-2", "siti", False, "meal")]
    assert [stay.operator for stay in await stays(store)] == ["budi", "siti", "siti"]


def _pairs(facts: Sequence[Fact]) -> list[Sequence[Fact]]:
    return [facts[at : at + 2] for at in range(0, len(facts), 2)]


async def test_a_log_out_that_was_lost_ends_where_the_next_stay_begins(store: Once) -> None:
    await store.write([], story(SITI, POS_1, ARRIVED))
    await store.write([], story(SITI, POS_2, ARRIVED + 500))
    await store.write([], story(BUDI, POS_2, ARRIVED + 900))
    assert await seen(store) == [("pos-2", "budi", True, None)]
    ends = [stay.until.timestamp() for stay in await stays(store) if stay.until]
    assert ends == [ARRIVED + 900, ARRIVED + 500]


async def test_facts_of_calls_and_of_stays_go_their_own_ways(store: Once, database_url: str) -> None:
    await store.write([], [fact(), *story(SITI, POS_1, ARRIVED), fact(seq=2)])
    connection = await asyncpg.connect(database_url)
    counts = [await connection.fetchval(f"SELECT count(*) FROM {t}") for t in ("call_fact", "seating_fact")]
    assert counts == [2, 1]
    with pytest.raises(asyncpg.exceptions.RestrictViolationError, match="append-only"):
        await connection.execute("DELETE FROM seating_fact")
    await connection.close()


async def test_the_reasons_come_in_both_languages(store: Once) -> None:
    async with store.transaction() as connection:
        reasons = await pause_reasons(connection)
    assert reasons[0].code == "break"
    assert reasons[-1].code == "other"
    assert ("meal", "Makan", "Meal") in [(one.code, one.indonesian, one.english) for one in reasons]


def test_a_stay_has_one_id_that_sorts_by_time() -> None:
    first, second = stay_id(SITI, POS_1, ARRIVED), stay_id(SITI, POS_1, ARRIVED + 1)
    assert first < second
    assert first == stay_id(SITI, POS_1, ARRIVED)
    assert len({first, stay_id(BUDI, POS_1, ARRIVED), stay_id(SITI, POS_2, ARRIVED)}) == 3
    assert first[14] == "7"


async def test_who_sat_where_has_pages(store: Once) -> None:
    for number in range(7):
        told = story(SITI if number % 2 else BUDI, POS_1, ARRIVED + 100 * number, StayKind.LOGGED_OUT)
        await store.write([], told)
    seen, after = list[float](), None
    while True:
        async with store.transaction() as connection:
            some = await page(connection, limit=3, after=after)
        seen, after = seen + [stay.since.timestamp() - ARRIVED for stay in some.items], some.next
        assert some.total == 7
        if after is None:
            break
    assert seen == [600, 500, 400, 300, 200, 100, 0]
    async with store.transaction() as connection:
        assert (await page(connection, operator="siti")).total == 3
        assert (await page(connection, position="pos-\0")).total == 0
        with pytest.raises(BadCursor):
            await page(connection, after="nonsense")
