"""Guesses are slowed, over all processes at once, and nobody is locked out."""

import asyncio

import pytest
from sqlalchemy import text

from ct112.store import Store, throttle
from ct112.store.throttle import PACES, Pace, of_account, of_code, of_device, of_source

STRANGER = [of_account("admin"), of_source("203.0.113.9")]


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make the waits so long that the test's own time is nothing."""
    for kind, pace in list(PACES.items()):
        monkeypatch.setitem(PACES, kind, Pace(pace.free, 3600.0, first=600.0))


async def attempt(store: Store, buckets: list[throttle.Bucket] = STRANGER) -> float:
    """Make one attempt, return how long it has to wait."""
    async with store.transaction() as connection:
        return max((await throttle.attempt(connection, buckets)).values(), default=0.0)


async def later(store: Store, seconds: float) -> None:
    """Let time pass in the table."""
    async with store.transaction() as connection:
        for column in ("last_at", "not_before"):
            await connection.execute(
                text(f"UPDATE login_throttle SET {column} = {column} - make_interval(secs => :s)"),
                {"s": seconds},
            )


def test_the_delay_grows_and_has_a_bound() -> None:
    pace = Pace(3, 30.0)
    assert [pace.delay(failures) for failures in range(10)] == [0, 0, 0, 1, 2, 4, 8, 16, 30, 30]
    assert pace.delay(10**9) == 30.0


async def test_after_the_free_ones_each_waits_longer(store: Store, slow: None) -> None:
    free = PACES["account"].free
    assert [await attempt(store) for _ in range(free)] == [0.0] * free
    assert 500 < await attempt(store) <= 600
    await later(store, 600)
    assert await attempt(store) == 0.0
    assert 1100 < await attempt(store) <= 1200
    await later(store, 800)
    for _ in range(10):
        await later(store, 500)
        await attempt(store)
    assert await attempt(store) <= 3600


async def test_a_refused_attempt_makes_nothing_longer(store: Store, slow: None) -> None:
    for _ in range(PACES["account"].free):
        await attempt(store)
    waits = [await attempt(store) for _ in range(30)]
    assert max(waits) <= 600.0


async def test_a_hundred_at_once_get_no_more_than_the_free_ones(store: Store, slow: None) -> None:
    turn = asyncio.Semaphore(5)  # the store has so many connections

    async def one() -> float:
        async with turn:
            return await attempt(store)

    waits = await asyncio.gather(*(one() for _ in range(100)))
    assert waits.count(0.0) == PACES["account"].free


async def test_a_known_browser_is_not_slowed_by_strangers(store: Store, slow: None) -> None:
    for _ in range(50):
        await attempt(store)
    assert await attempt(store) > 0
    assert await attempt(store, [of_device("its secret")]) == 0.0


async def test_another_account_from_the_same_source_is_slowed_too(store: Store, slow: None) -> None:
    source = of_source("203.0.113.9")
    waits = [await attempt(store, [of_account(f"a{number}"), source]) for number in range(30)]
    assert waits.count(0.0) == PACES["source"].free


async def test_being_right_with_another_account_frees_no_guesser(store: Store, slow: None) -> None:
    source = of_source("203.0.113.9")
    heard = 0
    for number in range(60):
        heard += await attempt(store, [of_account(f"victim{number}"), source]) == 0.0
        own = [of_account("own"), source]
        if await attempt(store, own) == 0.0:
            async with store.transaction() as connection:
                await throttle.was_right(connection, own)
    assert heard <= PACES["source"].free


async def test_a_quarter_of_an_hour_forgets(store: Store) -> None:
    for _ in range(PACES["account"].free + 1):
        await attempt(store)
    await later(store, 16 * 60)
    assert [await attempt(store) for _ in range(3)] == [0.0] * 3
    await later(store, 16 * 60)
    async with store.transaction() as connection:
        assert await throttle.forget_old(connection) == 2


async def test_codes_are_counted_for_a_day(store: Store) -> None:
    codes = [of_code("siti")]
    for _ in range(PACES["code"].free):
        await attempt(store, codes)
    assert await attempt(store, codes) > 5
    await later(store, 16 * 60)
    async with store.transaction() as connection:
        assert await throttle.forget_old(connection) == 0
    await attempt(store, codes)
    assert await attempt(store, codes) > 10
    await later(store, 25 * 3600)
    assert await attempt(store, codes) == 0
    await later(store, 25 * 3600)
    async with store.transaction() as connection:
        assert await throttle.forget_old(connection) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [("2001:db8::1", "2001:db8::ffff:1"), ("::ffff:192.0.2.1", "192.0.2.1"), ("unix", "unix")],
)
def test_sources_that_are_one(one: str, other: str) -> None:
    assert of_source(one) == of_source(other)


def test_neighbours_are_two_sources() -> None:
    assert of_source("2001:db8::1") != of_source("2001:db8:0:1::1")
    assert of_source("192.0.2.1") != of_source("192.0.2.2")


async def test_what_was_typed_is_not_in_the_table(store: Store) -> None:
    await attempt(store, [of_account("my secret password"), of_source("192.0.2.77"), of_account("\ud800\0")])
    async with store.transaction() as connection:
        rows = (await connection.execute(text("SELECT login_throttle::text FROM login_throttle"))).scalars()
        assert not any("secret" in row or "192.0.2" in row for row in rows)
