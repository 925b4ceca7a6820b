"""Something is killed while agencies are told and escalated, with callers on every desk.

Judged from outside: by the callers' phones and records, by the agencies' receivers and telephones, by the
rows of the dispatches, and by what is left in the spool.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any

import psutil

from lab.beside import WEB, WORKER
from lab.drills.agencies import ALL, BY_RECEIVER, FORGOTTEN, Agencies, agencies
from lab.drills.judging import Verdict
from lab.drills.stage import Stage
from lab.insistent import Insistent, insistent, tokens
from lab.world import CT112, POSTGRES, World, eventually

AWAY_SECONDS = 12.0
SPOOL_SECONDS = 20.0
LATE = ("1", "2")  # what the citizens press who call while it is broken
BEFORE, MEANWHILE = 2, 2  # incidents for those told by a receiver: before it breaks, while it is broken


async def kill(world: World, part: str) -> None:
    """Kill a part: of PostgreSQL every process, the first one first, or it would end the others in order."""
    server = psutil.Process(world.lab.living()[part])
    workers = server.children(recursive=True) if part == POSTGRES else []
    await world.kill(part)
    for process in workers:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()


def at_console(world: World) -> AbstractAsyncContextManager[Insistent]:
    """Give somebody at a page of this world's lab."""
    return insistent(world.info["web"], tokens(world.info))


def killed(*parts: str) -> Callable[[Stage, str], Awaitable[Verdict]]:
    """Return the drill in which these parts are killed at once and are away for a while."""

    async def drill(stage: Stage, name: str) -> Verdict:
        async with at_console(stage.world) as console, agencies(stage.world, console) as told:
            return await stage.play(name, lambda on: _break(on, told, parts))

    return drill


ESCALATIONS = {
    "worker-killed-escalating": killed(WORKER),
    "web-killed-escalating": killed(WEB),
    "postgres-killed-escalating": killed(POSTGRES),
    "ct112-killed-escalating": killed(CT112),
    "all-killed-escalating": killed(POSTGRES, WEB, WORKER),
}


async def _break(stage: Stage, told: Agencies, parts: Sequence[str]) -> None:
    """Ask agencies, kill while PMI's telephone speaks, ask more meanwhile; see what became of all."""
    assert stage.talker is not None
    call = str((await stage.world.row(stage.talker))["id"])
    people = asyncio.create_task(told.work(), name="the agencies' people")
    try:
        await told.send(call, ALL)
        await asyncio.gather(*(told.send(None, BY_RECEIVER) for _ in range(BEFORE)))
        await told.rings()
        await broken_for(told, parts, AWAY_SECONDS, *(stage.comes(digit) for digit in LATE))
        await told.settled()
    finally:
        people.cancel()
        await asyncio.gather(people, return_exceptions=True)
    forgotten = len(await stage.world.query(FORGOTTEN))
    stage.note = told.summary(forgotten)
    stage.broken += [*await told.broken(), *await spool_left(stage.world)]


async def broken_for(
    told: Agencies, parts: Sequence[str], seconds: float, *besides: Coroutine[Any, Any, None]
) -> None:
    """Kill these parts, and start them after so long, in this order. Incidents come in all the time."""
    async with asyncio.TaskGroup() as meanwhile:
        for part in parts:
            await kill(told.world, part)
        for each in (*(told.send(None, BY_RECEIVER) for _ in range(MEANWHILE)), *besides):
            meanwhile.create_task(each)
        await asyncio.sleep(seconds)
        for part in parts:
            await told.world.start(part)


async def spool_left(world: World) -> list[str]:
    """Return what of the spool is wrong: that something waits in it for ever, or was given up."""
    waiting = lambda: world.metric("ct112_spool_waiting")  # noqa: E731
    try:
        await eventually(waiting, lambda count: count == 0, SPOOL_SECONDS, "the spool is empty")
    except AssertionError as error:
        return [str(error)]
    given_up = [await world.metric(f"ct112_{name}_total") for name in ("journal_dropped", "spool_set_aside")]
    return ["the spool gave something up"] if any(given_up) else []
