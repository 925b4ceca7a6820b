"""Lines kept for callers, with more agencies to call than lines: callers first, none forgotten."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import suppress

import pytest

from lab.drills.escalations import at_console
from lab.drills.stage import Stage
from lab.drills.started import start
from lab.insistent import Insistent
from lab.outside import Citizen, Outside, outside
from lab.world import CT112, World, carrier, eventually

LINES, KEPT = 4, 2
CODES = ("damkar", "pmi", "bpbd", "dinkes", "pln")
FORM = {"category": "kebakaran", "place": {"text": "Jalan Melati"}}
ASKED_AGAIN_SECONDS = 5.0  # the worker asks every 2 s
WITHIN = 40.0


@pytest.fixture
async def few_lines(world: World) -> AsyncIterator[World]:
    """Give a world whose trunk has four lines, two of them kept for callers."""
    await world.stop(CT112)
    trunks = [{"endpoint": "trunk", "lines": LINES, "kept_for_callers": KEPT}]
    await asyncio.to_thread(start, Stage(world), {"CT112_TRUNKS": json.dumps(trunks)})
    yield world
    await world.stop(CT112)
    await world.start(CT112)


async def asked(console: Insistent) -> None:
    """Ask five agencies for one fire; each has a telephone and nothing else."""
    for at, code in enumerate(CODES):
        read = await console.ask("admin", "GET", f"/agencies/{code}")
        ways = [{"kind": "phone", "number": number(at), "within_seconds": 180}]
        version = {"If-Match": f'"{read["version"]}"'}
        await console.ask("admin", "PATCH", f"/agencies/{code}", {"ways": ways}, version)
    opened = await console.ask("operator-1", "POST", "/incidents", FORM)
    path = f"/incidents/{opened['id']}/dispatches"
    await console.ask("operator-1", "POST", path, {"agencies": list(CODES)})


def number(at: int) -> str:
    return f"028542180{at}"


async def on_the_trunk(world: World) -> int:
    """Return how many lines of the trunk are in use."""
    return sum(name.startswith("PJSIP/trunk-") for name in await world.channels())


async def watch(world: World, seen: list[int]) -> None:
    """Look at the lines all the time, until cancelled."""
    while True:
        seen.append(await on_the_trunk(world))
        await asyncio.sleep(0.2)


async def talking(agencies: list[Citizen], count: int) -> list[Citizen]:
    """Wait until so many of the agencies' telephones talk; return those."""

    async def look() -> list[Citizen]:
        return [one for one in agencies if one.talking]

    return await eventually(look, lambda found: len(found) == count, WITHIN, f"{count} agencies are called")


async def hang_up(network: Outside, agencies: list[Citizen]) -> None:
    for one in agencies:
        network.hang_up(one)


@pytest.mark.timeout(180)
async def test_callers_come_through_and_every_agency_is_called_in_the_end(few_lines: World) -> None:
    world, lines = few_lines, list[int]()
    await world.sit_down("pos-1", "pos-2")
    async with outside(world.lab.places.ports.carrier) as network, at_console(world) as console:
        await carrier(world, there=True)
        agencies = [network.citizen(number(at)) for at in range(len(CODES))]
        watching = asyncio.create_task(watch(world, lines))
        try:
            await asked(console)
            first = await talking(agencies, LINES - KEPT)
            callers = [await world.dial_and_press("1") for _ in range(KEPT)]  # on the lines kept for them
            for caller in callers:
                await world.row(caller, lambda row: row["answered_at"] is not None)
            await hang_up(network, first)
            await asyncio.sleep(ASKED_AGAIN_SECONDS)
            assert len(network.dialled) == LINES - KEPT, "what the callers leave is kept for more of them"
            for caller in callers:
                await caller.hang_up()
            await hang_up(network, await talking(agencies, LINES - KEPT))
            await hang_up(network, await talking(agencies, len(CODES) - 2 * (LINES - KEPT)))
        finally:
            watching.cancel()
            with suppress(asyncio.CancelledError):
                await watching
    assert max(lines) == LINES
    assert sorted(network.dialled) == [number(at) for at in range(len(CODES))]
    for caller in callers:
        assert (await world.ended(caller))["outcome"] == "answered"
