"""The telephone never waits for the database."""

from lab.world import CT112, POSTGRES, World, eventually


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


async def test_killed_and_started_again_without_the_database_nothing_is_missing(world: World) -> None:
    (desk,) = await world.sit_down("pos-1")
    talker = await world.dial_and_press("1")
    at_desk = await (await desk.next_call()).wait_for("established")
    await world.stop(POSTGRES)
    waiter = await world.dial()
    assert await waiter.hears_sound() > -40
    await waiter.press("2")
    waiting = lambda: world.metric("ct112_calls_live", state="Waiting")  # noqa: E731
    await eventually(waiting, lambda count: count == 1, 20, "the second caller waits")
    await world.kill(CT112)
    await world.start(CT112)
    await world.talk(talker, desk, at_desk)
    await talker.hang_up()
    await at_desk.wait_for("closed")
    second = await (await desk.next_call(after=1, within=8)).wait_for("established")
    await world.talk(waiter, desk, second)
    await second.hang_up()
    await waiter.wait_for("closed")
    await world.start(POSTGRES)
    rows = [await world.ended(call, within=30) for call in (talker, waiter)]
    assert [row["service_class"] for row in rows] == ["emergency", "urgent"]
    assert [row["outcome"] for row in rows] == ["answered", "answered"]
    for row in rows:
        kinds = [kind for kind, _ in await world.facts(row)]
        assert (kinds[0], kinds[-1]) == ("arrived", "ended")
        assert "joined" in kinds or "adopted" in kinds
