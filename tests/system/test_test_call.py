"""Test calls on the real Asterisk: they come back in seconds, disturb nobody, and leave no trace."""

import asyncio
from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio

from lab.api import Lab
from lab.free_ports import free_base
from lab.phones import ANSWER, Phones
from lab.world import CT112, World, eventually

EVERY_MINUTES = 0.05
SWITCH_SECONDS = 3


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """Give a lab that calls itself every few seconds."""
    overrides = {
        "CT112_TEST_CALL_MINUTES": str(EVERY_MINUTES),
        "CT112_DEAD_MAN_SECONDS": str(SWITCH_SECONDS),
        "CT112_RING_SECONDS": "4",
    }
    lab = Lab(tmp_path_factory.mktemp("lab"), free_base(), overrides=overrides)
    with lab.running():
        yield lab


@pytest_asyncio.fixture
async def world(lab: Lab) -> AsyncIterator[World]:
    """Give the lab with all parts running."""
    await asyncio.to_thread(lab.up)
    async with Phones("127.0.0.1") as desks, Phones("127.0.0.2") as citizens:
        yield World(lab, desks, citizens)


async def well(world: World) -> float:
    return await world.metric("ct112_test_calls_total", result="well")


async def one_more(world: World, within: float = 20) -> None:
    """Wait for the next test call that goes all the way."""
    before = await well(world)
    await eventually(lambda: well(world), lambda now: now > before, within, "a test call is well")


async def rows(world: World) -> list[int]:
    """Return how many rows each table about calls has."""
    tables = ("call_record", "call_fact", "callback_task")
    return [(await world.query(f"SELECT count(*) AS n FROM {table}"))[0]["n"] for table in tables]


async def test_it_comes_back_with_nobody_there_and_leaves_no_trace(world: World) -> None:
    before = await rows(world), await world.metric("ct112_calls_arrived_total")
    await one_more(world)
    await one_more(world)
    assert await world.metric("ct112_test_call_ok", node="a") == 1
    assert await world.metric("ct112_test_call_seconds", node="a") < 10
    assert (await rows(world), await world.metric("ct112_calls_arrived_total")) == before
    for name in ("ct112_calls_ended_total", "ct112_strange_legs_total", "ct112_unexpected_events_total"):
        assert await world.metric(name) == 0, name


async def test_no_operator_is_rung_and_a_caller_is_answered_as_always(world: World) -> None:
    (desk,) = await world.sit_down("pos-1")
    await one_more(world)
    assert desk.calls == []
    call = await world.dial_and_press("1")
    at_desk = await (await desk.next_call()).wait_for("established")
    await one_more(world)
    await world.talk(call, desk, at_desk)
    await call.hang_up()
    assert (await world.ended(call))["outcome"] == "answered"
    assert (len(desk.calls), desk.refused) == (1, 0)


async def test_none_is_placed_while_somebody_waits(world: World) -> None:
    call = await world.dial_and_press("1")
    skipped = await world.metric("ct112_test_calls_total", result="skipped")
    before = await well(world)

    async def look() -> float:
        return await world.metric("ct112_test_calls_total", result="skipped")

    await eventually(look, lambda now: now > skipped, 15, "a test call is skipped")
    assert await well(world) <= before + 1  # one may have been under way
    await call.hang_up()
    await world.ended(call)


async def test_should_serve_die_under_it_nobody_is_rung_and_nothing_is_written(world: World) -> None:
    (desk,) = await world.sit_down("pos-1", behaviour=ANSWER)
    before = await rows(world)
    await eventually(world.channels, lambda legs: any("from-trunk" in leg for leg in legs), 15, "one begins")
    await world.kill(CT112)
    await eventually(world.channels, lambda legs: not legs, SWITCH_SECONDS + 10, "its legs are gone")
    files = [path for path in world.lab.nodes()[0].fallback.rglob("*") if path.is_file()]
    assert files == []
    assert desk.calls == []
    await world.start(CT112)
    await one_more(world, within=40)
    assert await rows(world) == before


async def test_a_restart_in_good_order_under_it_is_no_failure(world: World) -> None:
    log = world.lab.places.log / "ct112.log"

    async def failures() -> int:
        return (await asyncio.to_thread(log.read_text, "utf-8")).count("a test call failed")

    before, failed = await rows(world), await failures()
    await eventually(world.channels, lambda legs: any("from-trunk" in leg for leg in legs), 30, "one begins")
    await world.stop(CT112)
    await world.start(CT112)
    await one_more(world, within=40)
    assert await failures() == failed
    assert await world.metric("ct112_test_call_ok", node="a") == 1
    assert await rows(world) == before


async def test_a_dialplan_that_leads_nowhere_is_an_alarm_until_it_leads_here_again(world: World) -> None:
    node = world.lab.nodes()[0]
    await one_more(world)

    async def ok() -> float:
        return await world.metric("ct112_test_call_ok", node="a")

    await asyncio.to_thread(node.cli, "dialplan remove context from-trunk")
    await eventually(ok, lambda now: now == 0, 60, "the alarm")
    assert await world.metric("ct112_test_calls_total", result="did not come in") >= 1
    await asyncio.to_thread(node.cli, "dialplan reload")
    await eventually(ok, lambda now: now == 1, 20, "the alarm is over")
