"""The night without ct112: Asterisk's own queue answers, and the records are complete afterwards."""

from typing import Any

from lab.operators import OPERATOR_TONES, register_position
from lab.phones import ANSWER, DECLINE, RING, Phones
from lab.world import CT112, World, eventually
from tests.system.commands import ct112

DEAD_PHONE_SECONDS = 45  # rtp_timeout (30 s), and somebody else's phone rings


async def row_of(world: World, sip_call_id: str) -> Any:
    """Return the one row of this call, complete."""
    return await world.ended(sip_call_id, within=20)


async def test_three_calls_without_ct112_are_three_rows_one_call_back_and_one_counted(world: World) -> None:
    (desk,) = await world.sit_down("pos-1")
    await world.stop(CT112)
    answered = await world.dial()
    at_desk = await (await desk.next_call()).wait_for("established")
    await world.talk(answered, desk, at_desk)
    await at_desk.hang_up()
    await answered.wait_for("closed")
    await desk.behave(RING)
    abandoned = await world.dial("081234500001")
    await desk.next_call(after=1)
    await abandoned.hang_up()
    anonymous = await world.dial("anonymous")
    await anonymous.hears_sound()
    await anonymous.hang_up()
    await world.start(CT112)

    row = await row_of(world, answered.sip_call_id)
    assert (row["outcome"], row["ended_by"]) == ("fallback_answered", "operator")
    assert (row["position"], row["operator"]) == ("pos-1", "operator-1")
    assert row["arrived_at"] <= row["answered_at"] < row["ended_at"]
    assert (row["service_class"], row["class_source"]) == ("emergency", "fallback")
    kinds = [kind for kind, _ in await world.facts(row)]
    assert kinds == ["fallback_entered", "fallback_answered", "ended"]

    row = await row_of(world, abandoned.sip_call_id)
    assert (row["outcome"], row["ended_by"]) == ("fallback_abandoned", "caller")
    assert (row["ani"], row["answered_at"]) == ("081234500001", None)
    tasks = await world.query("SELECT * FROM callback_task WHERE ani = $1", "081234500001")
    assert [(task["state"], task["reason"]) for task in tasks] == [("open", "fallback_abandoned")]

    row = await row_of(world, anonymous.sip_call_id)
    assert (row["outcome"], row["ani"]) == ("fallback_abandoned", None)
    made = await world.query("SELECT * FROM callback_call WHERE call_id = $1", row["id"])
    assert made == [], "there is no number to call back"

    before = await world.query("SELECT count(*) FROM call_record")
    await world.kill(CT112)
    await world.start(CT112)
    assert await world.query("SELECT count(*) FROM call_record") == before, "nothing is taken in twice"


async def test_a_call_both_had_is_one_row(world: World) -> None:
    (desk,) = await world.sit_down("pos-1", behaviour=RING)
    call = await world.dial_and_press("2")
    await desk.next_call()
    await world.stop(CT112)  # in good order: whoever waits goes to the fallback
    await desk.behave(DECLINE)
    await desk.next_call(after=1, within=20)
    await call.hang_up()
    await world.start(CT112)
    row = await world.row(call, lambda row: row["outcome"] == "fallback_abandoned", within=20)
    assert (row["service_class"], row["class_source"]) == ("urgent", "digit")
    assert row["queued_at"] < row["ended_at"]
    kinds = [kind for kind, _ in await world.facts(row)]
    assert kinds[0] == "arrived"
    assert "fallback_entered" in kinds


async def test_calls_in_the_fallback_show_when_ct112_is_back(world: World) -> None:
    (desk,) = await world.sit_down("pos-1")
    await world.stop(CT112)
    call = await world.dial()
    at_desk = await (await desk.next_call()).wait_for("established")
    await world.start(CT112)
    gauge = lambda: world.metric("ct112_fallback_calls")  # noqa: E731
    await eventually(gauge, lambda count: count == 1, 20, "it shows")
    await world.talk(call, desk, at_desk)
    await call.hang_up()
    await eventually(gauge, lambda count: count == 0, 20, "it is over")
    assert (await world.ended(call))["outcome"] == "fallback_answered"


async def test_an_asterisk_that_dies_with_a_fallback_call_leaves_its_end_to_us(world: World) -> None:
    (desk,) = await world.sit_down("pos-1", behaviour=RING)
    await world.stop(CT112)
    call = await world.dial("081234500002")
    await desk.next_call()
    await world.kill("asterisk-a")
    await world.start("asterisk-a")
    await world.start(CT112)
    row = await row_of(world, call.sip_call_id)
    assert (row["outcome"], row["ended_by"]) == ("fallback_abandoned", "system")


async def test_a_phone_nobody_answers_is_followed_by_the_next(world: World) -> None:
    first, second = await world.sit_down("pos-1", "pos-2", behaviour=RING)
    await world.stop(CT112)
    call = await world.dial()
    rung, _ = await world.first_to_ring(first, second)
    other = second if rung is first else first
    await other.behave(ANSWER)
    at_desk = await (await other.next_call(within=25)).wait_for("established")
    await world.talk(call, other, at_desk)
    await call.hang_up()


async def test_only_who_is_on_duty_is_in_the_fallback(world: World) -> None:
    (node,) = world.lab.nodes()
    await world.sit_down("pos-1")

    async def members() -> set[str]:
        shown = node.cli("queue show ct112-fallback").stdout
        return {f"pos-{number}" for number in (1, 2, 3) if f"pos-{number} " in shown}

    everyone = {"pos-1", "pos-2", "pos-3"}
    await eventually(members, lambda found: found == everyone, 20, "all are on duty")
    operators = ("operator-1", "operator-2", "operator-3")
    await ct112(world, "operator", "pause", "operator-2")
    await eventually(members, lambda found: found == everyone - {"pos-2"}, 20, "one is not")
    for name in operators:
        await ct112(world, "operator", "pause", name)
    await eventually(members, lambda found: found == everyone, 20, "nobody is: better all than none")
    for name in operators:
        await ct112(world, "operator", "ready", name)
    off_duty = lambda: world.metric("ct112_operators", state="OffDuty")  # noqa: E731
    await eventually(off_duty, lambda count: count == 0, 20, "all are on duty again, for the next test")


async def test_a_phone_that_dies_costs_the_caller_that_operator_alone(world: World) -> None:
    """Somebody else is rung; nobody is cut off by a computer's death."""
    (second,) = await world.sit_down("pos-2", behaviour=RING)
    rows = {row["name"]: row for row in world.info["positions"]}
    async with Phones("127.0.0.1") as desk:
        first = await register_position(desk, world.info, rows["pos-1"], ANSWER, OPERATOR_TONES[0])
        await world.stop(CT112)
        call = await world.dial("081234500003")
        at_desk = await (await first.next_call(within=25)).wait_for("established")
        await world.talk(call, first, at_desk)
        await desk.die()
        before = len(second.calls)
        await second.behave(ANSWER)
        again = await second.next_call(after=before, within=DEAD_PHONE_SECONDS)
        await world.talk(call, second, await again.wait_for("established"))
        await again.hang_up()
        await call.wait_for("closed")
    await world.start(CT112)
    row = await row_of(world, call.sip_call_id)
    assert (row["outcome"], row["position"], row["ended_by"]) == ("fallback_answered", "pos-2", "operator")
