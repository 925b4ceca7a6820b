"""Settings changed while people talk: the talk stays, and what begins afterwards follows them."""

from collections.abc import AsyncIterator

import pytest_asyncio

from lab.world import World, eventually
from tests.system.commands import ct112

WRAP_UP_SECONDS = 6.0


@pytest_asyncio.fixture
async def centre(world: World) -> AsyncIterator[World]:
    """Give a lab; what was set is at its default again afterwards."""
    yield world
    code, _, errors = await ct112(world, "setting", "set", "wrap_up_seconds=default")
    assert code == 0, errors


async def in_force(world: World, said: str) -> None:
    """Set numbers, and wait until serve goes by them."""
    before = await world.metric("ct112_settings_version")
    code, _, errors = await ct112(world, "setting", "set", *said.split(), "--note", "a test")
    assert code == 0, errors
    await eventually(
        lambda: world.metric("ct112_settings_version"), lambda version: version > before, 10, "in force"
    )


async def test_a_talk_stays_and_its_wrap_up_follows_the_change(centre: World) -> None:
    world = centre
    (desk,) = await world.sit_down("pos-1")
    call = await world.dial_and_press("1")
    at_desk = await (await desk.next_call()).wait_for("established")
    await world.talk(call, desk, at_desk)

    await in_force(world, f"wrap_up_seconds={WRAP_UP_SECONDS:g}")
    await world.talk(call, desk, at_desk)  # it notices nothing

    before = len(desk.calls)
    second = await world.dial_and_press("1")
    await call.hang_up()
    await at_desk.wait_for("closed")
    await world.desks.bell.until(lambda: len(desk.calls) > before, 20)
    await second.hang_up()
    first, next_one = await world.ended(call), await world.ended(second)
    assert (first["outcome"], first["ended_by"]) == ("answered", "caller")
    (offered,) = await world.query(
        "SELECT at FROM call_fact WHERE call_id = $1 AND kind = 'offered'", next_one["id"]
    )
    paused = (offered["at"] - first["ended_at"]).total_seconds()
    assert WRAP_UP_SECONDS - 0.01 <= paused < WRAP_UP_SECONDS + 2.0
