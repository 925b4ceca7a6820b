"""The caller hangs up, in every state a call can be in: exactly one complete row, and no phone rings on."""

from lab.phones import RING
from lab.world import World


async def test_in_the_menu(world: World) -> None:
    call = await world.dial()
    assert await call.hears_sound() > -40
    await call.hang_up()
    row = await world.ended(call)
    assert (row["outcome"], row["ended_by"]) == ("abandoned", "caller")
    assert row["picked_up_at"] is not None
    assert row["queued_at"] is None
    assert row["answered_at"] is None


async def test_in_the_queue(world: World) -> None:
    call = await world.dial_and_press("3")
    await call.hang_up()
    row = await world.ended(call)
    assert (row["outcome"], row["ended_by"]) == ("abandoned", "caller")
    assert (row["service_class"], row["answered_at"]) == ("information", None)
    assert row["operator"] is None


async def test_while_a_phone_rings(world: World) -> None:
    (desk,) = await world.sit_down("pos-1", behaviour=RING)
    call = await world.dial_and_press("1")
    ringing = await desk.next_call()
    await call.hang_up()
    await ringing.wait_for("closed", within=3)
    row = await world.ended(call)
    assert (row["outcome"], row["ended_by"], row["answered_at"]) == ("abandoned", "caller", None)
    assert "offered" in [kind for kind, _ in await world.facts(row)]


async def test_while_talking(world: World) -> None:
    (desk,) = await world.sit_down("pos-1")
    call = await world.dial_and_press("2")
    at_desk = await (await desk.next_call()).wait_for("established")
    await world.talk(call, desk, at_desk)
    await call.hang_up()
    await at_desk.wait_for("closed", within=3)
    row = await world.ended(call)
    assert (row["outcome"], row["ended_by"]) == ("answered", "caller")


async def test_the_operator_ends_the_talk(world: World) -> None:
    (desk,) = await world.sit_down("pos-1")
    call = await world.dial_and_press("2")
    at_desk = await (await desk.next_call()).wait_for("established")
    await world.talk(call, desk, at_desk)
    await at_desk.hang_up()
    await call.wait_for("closed", within=3)
    row = await world.ended(call)
    assert (row["outcome"], row["ended_by"]) == ("answered", "operator")
