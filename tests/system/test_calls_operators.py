"""Operators who do not answer, who decline, who are too few: no caller is lost and the order is kept."""

import io

from rich.console import Console

from lab import citizen
from lab.phones import ANSWER, DECLINE, RING
from lab.world import World


async def test_one_does_not_answer_and_the_next_is_rung(world: World) -> None:
    first_desk, second_desk = await world.sit_down("pos-1", "pos-2", behaviour=RING)
    call = await world.dial_and_press("1")
    missing, missed = await world.first_to_ring(first_desk, second_desk)
    answering = second_desk if missing is first_desk else first_desk
    await answering.behave(ANSWER)
    at_desk = await (await answering.next_call(within=4)).wait_for("established")
    assert missed.state == "closed", "two phones rang for one caller"
    await world.talk(call, answering, at_desk)
    await call.hang_up()
    row = await world.ended(call)
    assert row["position"] == answering.user
    assert ("missed", missing.user) in [(kind, data.get("position")) for kind, data in await world.facts(row)]


async def test_one_declines_and_the_next_is_rung(world: World) -> None:
    first_desk, second_desk = await world.sit_down("pos-1", "pos-2", behaviour=RING)
    call = await world.dial_and_press("1")
    declining, declined = await world.first_to_ring(first_desk, second_desk)
    answering = second_desk if declining is first_desk else first_desk
    await answering.behave(ANSWER)
    await declined.hang_up()  # while it rings this is 486 Busy Here
    at_desk = await (await answering.next_call(within=4)).wait_for("established")
    await world.talk(call, answering, at_desk)
    await call.hang_up()
    row = await world.ended(call)
    assert row["position"] == answering.user
    ends = [kind for kind, data in await world.facts(row) if data.get("position") == declining.user]
    assert {"declined", "busy"} & set(ends), ends


async def test_the_only_operator_declines_and_is_asked_again(world: World) -> None:
    (desk,) = await world.sit_down("pos-1", behaviour=DECLINE)
    call = await world.dial_and_press("1")
    await desk.next_call()
    await desk.behave(ANSWER)
    at_desk = await (await desk.next_call(after=1)).wait_for("established")
    await world.talk(call, desk, at_desk)
    await call.hang_up()
    await world.ended(call)


async def test_two_callers_and_one_operator_keep_their_order(world: World) -> None:
    first = await world.dial_and_press("2")
    second = await world.dial_and_press("2")
    (desk,) = await world.sit_down("pos-1")
    at_desk = await (await desk.next_call()).wait_for("established")
    await world.talk(first, desk, at_desk)
    assert (await second.hears(desk.tone_hz, within=1)).seconds == 0, "a waiting caller hears the talk"
    await first.hang_up()
    at_desk = await (await desk.next_call(after=1)).wait_for("established")
    await world.talk(second, desk, at_desk)
    await second.hang_up()
    rows = [await world.ended(call) for call in (first, second)]
    assert rows[0]["ended_at"] <= rows[1]["answered_at"]
    assert desk.refused == 0, "a second call was offered to a phone in use"


async def test_an_emergency_goes_before_a_question_that_came_earlier(world: World) -> None:
    question = await world.dial_and_press("3")
    emergency = await world.dial_and_press("1")
    (desk,) = await world.sit_down("pos-1")
    at_desk = await (await desk.next_call()).wait_for("established")
    await world.talk(emergency, desk, at_desk)
    await emergency.hang_up()
    at_desk = await (await desk.next_call(after=1)).wait_for("established")
    await world.talk(question, desk, at_desk)
    await question.hang_up()
    rows = [await world.ended(call) for call in (emergency, question)]
    assert rows[0]["answered_at"] < rows[1]["answered_at"]


async def test_a_phone_that_registers_later_gets_the_waiting_caller(world: World) -> None:
    call = await world.dial_and_press("1")
    assert (await call.hears_sound()) > -40, "the waiting caller hears nothing"
    (desk,) = await world.sit_down("pos-3")
    at_desk = await (await desk.next_call()).wait_for("established")
    await world.talk(call, desk, at_desk)
    await call.hang_up()
    assert (await world.ended(call))["position"] == "pos-3"


async def test_a_call_of_the_lab_s_own_citizen_is_told_to_whoever_tries_the_lab(world: World) -> None:
    (desk,) = await world.sit_down("pos-2")
    told = io.StringIO()
    await citizen.call(Console(file=told, width=120), world.info, keys="", seconds=15)
    await (await desk.next_call()).wait_for("closed")
    for words in ("dials 112", "waits as emergency (by silence)", "talks with operator-2", "hangs up"):
        assert words in told.getvalue(), told.getvalue()
