"""The duty roster: planned all or none, once each, and read by when it holds."""

from datetime import UTC, datetime, timedelta

import pytest

from ct112.store import PeopleError, Store, operators, roster
from ct112.store.roster import RosterEntry

MORNING = datetime(2026, 1, 5, 0, 0, tzinfo=UTC)
HOURS = timedelta(hours=1)


def duty(operator: str | None = "siti", after: int = 0, hours: int = 8, people: int = 1) -> RosterEntry:
    starts = MORNING + after * HOURS
    return RosterEntry(starts_at=starts, ends_at=starts + hours * HOURS, operator=operator, people=people)


@pytest.fixture
async def manned(store: Store) -> Store:
    """Give a store that knows two operators."""
    async with store.transaction() as connection:
        for name in ("siti", "budi"):
            await operators.add(connection, name)
    return store


async def plan(store: Store, *wanted: RosterEntry) -> int:
    async with store.transaction() as connection:
        return await roster.plan(connection, wanted)


async def seen(store: Store, after: int, hours: int) -> list[str | None]:
    since = MORNING + after * HOURS
    async with store.transaction() as connection:
        return [one.operator for one in await roster.entries(connection, since, since + hours * HOURS)]


async def test_what_is_planned_is_read_by_when_it_holds(manned: Store) -> None:
    assert await plan(manned, duty(), duty("budi", after=8), duty(None, people=3)) == 3
    assert await seen(manned, 0, 1) == ["siti", None]
    assert await seen(manned, 8, 1) == ["budi"]
    assert await seen(manned, 16, 8) == []


async def test_the_same_duty_planned_twice_is_one(manned: Store) -> None:
    assert await plan(manned, duty(), duty("budi")) == 2
    assert await plan(manned, duty(), duty("budi", after=8)) == 1


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        (duty(hours=0), "ends after it begins"),
        (duty(hours=-8), "ends after it begins"),
        (duty(hours=49), "within two days"),
        (duty(None, people=0), "1 to 999"),
        (duty(None, people=1000), "1 to 999"),
        (duty("nobody"), "no operator 'nobody': see ct112 operator list"),
        (duty("siti\0"), "no operator"),
    ],
)
async def test_one_that_cannot_be_leaves_none(manned: Store, wrong: RosterEntry, why: str) -> None:
    with pytest.raises(PeopleError, match=why):
        await plan(manned, duty(), wrong)
    assert await seen(manned, 0, 48) == []


async def test_a_duty_is_cancelled_and_who_is_removed_has_none(manned: Store) -> None:
    await plan(manned, duty(), duty("budi"))
    async with manned.transaction() as connection:
        first, _ = await roster.entries(connection, MORNING, MORNING + HOURS)
        await roster.cancel(connection, first.id)
        with pytest.raises(PeopleError, match="no duty"):
            await roster.cancel(connection, first.id)
    async with manned.transaction() as connection:
        await operators.remove(connection, "siti")
    assert await seen(manned, 0, 8) == []


async def test_too_many_at_once_are_refused(manned: Store) -> None:
    with pytest.raises(PeopleError, match="plan fewer days"):
        await plan(manned, *[duty(after=one) for one in range(roster.MOST_AT_ONCE + 1)])
