"""The telephone never waits for the database."""

from tests.system.world import POSTGRES, World


async def test_without_the_database_calls_are_answered_and_the_rows_come_later(world: World) -> None:
    (desk,) = await world.sit_down("pos-1")
    await world.stop(POSTGRES)
    call = await world.dial()
    assert await call.hears_sound() > -40
    await call.press("2")
    at_desk = await (await desk.next_call(within=6)).wait_for("established")
    await world.talk(call, desk, at_desk)
    await call.hang_up()
    await at_desk.wait_for("closed")
    await world.start(POSTGRES)
    row = await world.ended(call, within=30)
    assert (row["service_class"], row["outcome"]) == ("urgent", "answered")
    assert (row["operator"], row["ended_by"]) == ("operator-1", "caller")
    kinds = [kind for kind, _ in await world.facts(row)]
    assert kinds[0] == "arrived"
    assert kinds[-1] == "ended"


async def test_the_database_comes_back_during_a_talk(world: World) -> None:
    (desk,) = await world.sit_down("pos-1")
    call = await world.dial_and_press("1")
    at_desk = await (await desk.next_call()).wait_for("established")
    await world.stop(POSTGRES)
    await world.talk(call, desk, at_desk)
    await world.start(POSTGRES)
    await at_desk.hang_up()
    await call.wait_for("closed")
    row = await world.ended(call, within=30)
    assert (row["outcome"], row["ended_by"]) == ("answered", "operator")
