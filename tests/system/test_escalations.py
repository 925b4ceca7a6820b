"""Show 4 in short: with calls up, worker, web and PostgreSQL are killed while agencies are escalated."""

import asyncio

import pytest

from lab.beside import WEB, WORKER
from lab.drills.agencies import ALL, BY_RECEIVER, agencies
from lab.drills.escalations import at_console, broken_for, spool_left
from lab.world import CT112, POSTGRES, World

AWAY_SECONDS = 1.0  # and as long as they take to start


@pytest.mark.timeout(180)
async def test_all_beside_the_telephone_is_killed_and_no_call_and_no_dispatch_is_lost(world: World) -> None:
    """A caller talks and one waits; the others' telephone is speaking when everything is killed at once."""
    async with at_console(world) as console, agencies(world, console) as told:
        (desk,) = await world.sit_down("pos-1")
        talker = await world.dial_and_press("1")
        at_desk = await (await desk.next_call()).wait_for("established")
        waiting = await world.dial_and_press("2")
        call = str((await world.row(talker))["id"])
        serve = world.lab.living()[CT112]
        people = asyncio.create_task(told.work())
        try:
            await asyncio.gather(told.send(call, ALL), told.send(None, BY_RECEIVER))
            await told.rings()
            await broken_for(told, (POSTGRES, WEB, WORKER), AWAY_SECONDS)
            await told.settled()
        finally:
            people.cancel()
            await asyncio.gather(people, return_exceptions=True)
        assert await told.broken() == []
        assert await spool_left(world) == []
        assert world.lab.living()[CT112] == serve
        await world.talk(talker, desk, at_desk)
        await talker.hang_up()
        await world.talk(waiting, desk, await (await desk.next_call(after=1)).wait_for("established"))
        await waiting.hang_up()
        assert {(await world.ended(caller))["outcome"] for caller in (talker, waiting)} == {"answered"}
