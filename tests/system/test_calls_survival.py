"""What breaks while people call: ct112 dies, restarts, drains; the caller reaches a person all the same."""

import asyncio
import socket

from lab.phones import ANSWER, RING
from lab.ports import LOOPBACK
from lab.world import CT112, World, eventually

FALLBACK_SECONDS = 20.0  # issue 2: from the death of ct112 until the waiting caller talks


async def test_ct112_dies_while_a_caller_waits(world: World) -> None:
    (desk,) = await world.sit_down("pos-1", behaviour=RING)
    call = await world.dial_and_press("1")
    await desk.next_call()  # it rings and rings
    await world.kill(CT112)
    await desk.behave(ANSWER)
    at_desk = await desk.next_call(after=1, within=FALLBACK_SECONDS)
    await at_desk.wait_for("established", within=3)
    await world.talk(call, desk, at_desk)
    await world.start(CT112)
    await world.talk(call, desk, at_desk)
    await call.hang_up()
    await at_desk.wait_for("closed")
    row = await world.ended(call)
    assert row["outcome"] in ("fallback", "fallback_answered")


async def test_ct112_dies_while_a_caller_is_in_the_menu(world: World) -> None:
    (desk,) = await world.sit_down("pos-1")
    call = await world.dial()
    assert await call.hears_sound() > -40
    await world.kill(CT112)
    at_desk = await desk.next_call(within=FALLBACK_SECONDS)
    await at_desk.wait_for("established", within=3)
    await world.talk(call, desk, at_desk)
    await call.hang_up()
    await world.start(CT112)


async def test_ct112_dies_while_two_people_talk_and_finds_them_again(world: World) -> None:
    (desk,) = await world.sit_down("pos-1")
    call = await world.dial_and_press("1")
    at_desk = await (await desk.next_call()).wait_for("established")
    await world.talk(call, desk, at_desk)
    before = await world.row(call, lambda row: row["answered_at"] is not None)
    await world.kill(CT112)
    await world.talk(call, desk, at_desk)
    await world.start(CT112)
    await world.talk(call, desk, at_desk)
    await call.hang_up()
    await at_desk.wait_for("closed")
    row = await world.ended(call)
    assert (row["outcome"], row["ended_by"]) == ("answered", "caller")
    assert (row["id"], row["operator"]) == (before["id"], "operator-1")
    kept = ("service_class", "class_source", "ani", "picked_up_at", "queued_at", "answered_at")
    assert {name: row[name] for name in kept} == {name: before[name] for name in kept}
    assert len(desk.calls) == 1


async def test_the_switch_does_not_cut_a_talk_short(world: World) -> None:
    """Without ct112 a talk outlives the dead-man's switch (12 s) by far."""
    (desk,) = await world.sit_down("pos-1")
    call = await world.dial_and_press("1")
    at_desk = await (await desk.next_call()).wait_for("established")
    await world.talk(call, desk, at_desk)
    await world.kill(CT112)
    await asyncio.sleep(14)
    await world.talk(call, desk, at_desk)  # not: without a break for so long; a busy machine breaks sound
    assert (at_desk.state, len(desk.calls)) == ("established", 1), "the fallback rang the same phone again"
    await world.start(CT112)
    await call.hang_up()
    assert (await world.ended(call))["outcome"] == "answered"


async def test_without_ct112_a_call_still_rings_the_positions(world: World) -> None:
    (desk,) = await world.sit_down("pos-2")
    await world.stop(CT112)
    call = await world.dial()
    at_desk = await (await desk.next_call()).wait_for("established")
    await world.talk(call, desk, at_desk)
    await call.hang_up()
    await at_desk.wait_for("closed")
    await world.start(CT112)


async def test_a_graceful_end_keeps_the_talk_and_hands_over_who_waits(world: World) -> None:
    (desk,) = await world.sit_down("pos-1")
    talking = await world.dial_and_press("1")
    at_desk = await (await desk.next_call()).wait_for("established")
    await world.talk(talking, desk, at_desk)
    waiting = await world.dial_and_press("1")
    await world.stop(CT112)
    await world.talk(talking, desk, at_desk)
    (other,) = await world.sit_down("pos-2")
    in_fallback = await (await other.next_call(within=10)).wait_for("established")
    await world.talk(waiting, other, in_fallback)
    row = await world.ended(waiting)
    assert row["outcome"] == "fallback"
    await world.start(CT112)
    await world.talk(talking, desk, at_desk)
    await talking.hang_up()
    await waiting.hang_up()
    assert (await world.ended(talking))["outcome"] == "answered"


async def test_what_is_off_the_call_path_may_fail_and_calls_are_handled(world: World) -> None:
    """The port of its own HTTP is taken by somebody else: ct112 runs without it until the port is free."""
    (desk,) = await world.sit_down("pos-1")
    await world.stop(CT112)
    service = world.lab.service()
    before = len(service.log.read_text("utf-8"))

    def said() -> str:
        return service.log.read_text("utf-8")[before:]

    with socket.create_server((LOOPBACK, service.places.ports.serve)):
        await asyncio.to_thread(service.launch)
        await eventually(
            lambda: asyncio.to_thread(said),
            lambda text: "node ready" in text and "task=door" in text,
            20,
            "ct112 is ready, but for its door",
        )
        call = await world.dial()
        at_desk = await (await desk.next_call(within=20)).wait_for("established")
        await world.talk(call, desk, at_desk)
        await call.hang_up()
        row = await world.ended(call)
        assert (row["outcome"], row["operator"]) == ("answered", "operator-1")
    await eventually(lambda: asyncio.to_thread(service.ready), bool, 20, "the door is there")
