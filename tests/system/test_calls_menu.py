"""What the caller does in the menu decides the class; whatever it is, a person answers."""

import asyncio

import pytest

from lab.world import Row, World, eventually

SILENCE_LIMIT_SECONDS = 12.0  # issue 2: from pick-up to the emergency queue
BARGE_IN_SECONDS = 3.0  # from pick-up to the queue for a caller who knows the key


def waited(row: Row) -> float:
    """Return the seconds from pick-up to the queue."""
    seconds: float = (row["queued_at"] - row["picked_up_at"]).total_seconds()
    return seconds


@pytest.mark.parametrize(
    ("digit", "service_class"), [("1", "emergency"), ("2", "urgent"), ("3", "information")]
)
async def test_a_digit_chooses_the_class_and_both_hear_each_other(
    world: World, digit: str, service_class: str
) -> None:
    (desk,) = await world.sit_down("pos-1")
    call = await world.dial_and_press(digit)
    at_desk = await (await desk.next_call()).wait_for("established")
    await world.talk(call, desk, at_desk)
    await call.hang_up()
    await at_desk.wait_for("closed")
    row = await world.ended(call)
    assert (row["service_class"], row["class_source"]) == (service_class, "digit")
    assert (row["outcome"], row["ended_by"]) == ("answered", "caller")
    assert (row["operator"], row["position"]) == ("operator-1", "pos-1")
    assert row["ani"] == call.caller
    assert row["dialled"] == "112"
    assert row["node"] == "a"
    assert row["ivr_version"] is not None
    assert row["ivr_path"]
    steps = [row[name] for name in ("arrived_at", "picked_up_at", "queued_at", "answered_at", "ended_at")]
    assert steps == sorted(steps)


async def test_a_digit_during_the_prompt_counts_at_once(world: World) -> None:
    (desk,) = await world.sit_down("pos-1")
    call = await world.dial()
    assert await call.hears_sound() > -40, "the menu does not speak"
    await call.press("2")
    row = await world.row(call, lambda row: row["queued_at"] is not None)
    assert waited(row) < BARGE_IN_SECONDS
    assert row["service_class"] == "urgent"
    await (await desk.next_call()).wait_for("established")
    await call.hang_up()
    await world.ended(call)


async def test_silence_is_an_emergency_within_the_limit(world: World) -> None:
    (desk,) = await world.sit_down("pos-1")
    call = await world.dial(tone_hz=0)
    row = await world.row(call, lambda row: row["queued_at"] is not None, within=2 * SILENCE_LIMIT_SECONDS)
    assert (row["service_class"], row["class_source"]) == ("emergency", "silence")
    assert waited(row) <= SILENCE_LIMIT_SECONDS
    assert waited(row) > BARGE_IN_SECONDS, "the menu gave no time to press a key"
    at_desk = await (await desk.next_call()).wait_for("established")
    assert (await call.hears(desk.tone_hz)).seconds > 0
    await at_desk.hang_up()
    await call.wait_for("closed")
    assert (await world.ended(call))["ended_by"] == "operator"


async def heard_menu(world: World, row: Row) -> int:
    """How often the menu was begun."""
    return sum(data.get("node") == "main" for _, data in await world.facts(row))


async def test_two_wrong_keys_are_an_emergency(world: World) -> None:
    (desk,) = await world.sit_down("pos-1")
    call = await world.dial()
    row = await world.row(call)
    for times in (1, 2):  # the menu, and the menu again: a key during the greeting only skips it
        await eventually(lambda: heard_menu(world, row), lambda heard: heard >= times, 20, "the menu")  # noqa: B023
        await call.press("7")
    row = await world.row(call, lambda row: row["queued_at"] is not None, within=2 * SILENCE_LIMIT_SECONDS)
    assert (row["service_class"], row["class_source"]) == ("emergency", "invalid")
    at_desk = await (await desk.next_call()).wait_for("established")
    await world.talk(call, desk, at_desk)
    await call.hang_up()
    await world.ended(call)


async def test_whoever_waits_hears_that_it_rings(world: World) -> None:
    call = await world.dial_and_press("1")
    assert (await call.hears(425, seconds=0.5, within=15)).seconds >= 0.5, "no Indonesian ringing tone"
    await call.hang_up()
    assert (await world.ended(call))["outcome"] == "abandoned"


async def test_a_caller_does_not_wait_behind_what_another_one_hears(world: World) -> None:
    """While a leg plays Asterisk holds up some requests, and with them every other call's: none is sent."""
    await world.sit_down("pos-1")
    for heard_for in (3.5, 4.0, 4.5):
        listening = await world.dial()
        await asyncio.sleep(heard_for)
        call = await world.dial_and_press("1")
        row = await world.row(call, lambda row: row["answered_at"] is not None)
        assert (row["queued_at"] - row["picked_up_at"]).total_seconds() < 2.0
        assert (row["answered_at"] - row["queued_at"]).total_seconds() < 2.0
        for one in (call, listening):
            await one.hang_up()
        await world.ended(listening)
        await asyncio.sleep(1.5)  # the wrap-up
