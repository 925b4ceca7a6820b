"""A shift change while calls go on and PostgreSQL is away: nobody is cut off, records name who was there."""

import asyncio
from collections.abc import AsyncIterator

import pytest_asyncio

from lab.phones import Phone, PhoneCall
from lab.world import CT112, POSTGRES, World, eventually
from tests.system.commands import ct112

DAY = {"pos-1": "operator-1", "pos-2": "operator-2", "pos-3": "operator-3"}
NIGHT = {"pos-1": "siti", "pos-2": "budi", "pos-3": "tina"}
HEARD_SECONDS = 3.0  # until serve has heard of new operators


@pytest_asyncio.fixture
async def centre(world: World) -> AsyncIterator[World]:
    """Give a lab where the day shift sits, and the night shift is known; the day shift is back afterwards."""
    for name in NIGHT.values():
        await ct112(world, "operator", "add", name)
    await asyncio.sleep(HEARD_SECONDS)
    yield world
    for name in (*NIGHT.values(), *DAY.values()):
        await ct112(world, "operator", "leave", name)
    for position, name in DAY.items():
        await says(world, "sit", name, position)
    for name in NIGHT.values():
        await ct112(world, "operator", "remove", name)


async def says(world: World, *words: str) -> str:
    """Run `ct112 operator`, which has to work; return what it said."""
    code, output, errors = await ct112(world, "operator", *words)
    assert code == 0, errors
    return output


async def passwords(world: World) -> list[tuple[str, str]]:
    """Return the SIP passwords as they are stored."""
    rows = await world.query("SELECT name, sip_password FROM position ORDER BY name")
    return [(row["name"], row["sip_password"]) for row in rows]


async def answered(world: World, desks: dict[str, Phone]) -> tuple[PhoneCall, str, PhoneCall]:
    """Let somebody call and be answered at any desk; return both ends and the position."""
    before = {name: len(desk.calls) for name, desk in desks.items()}
    call = await world.dial()
    assert await call.hears_sound() > -40
    await call.press("1")

    def rung() -> list[str]:
        return [name for name, desk in desks.items() if len(desk.calls) > before[name]]

    await world.desks.bell.until(lambda: bool(rung()), 15)
    (position,) = rung()
    at_desk = await desks[position].calls[-1].wait_for("established")
    await world.talk(call, desks[position], at_desk)
    return call, position, at_desk


async def test_three_people_take_over_three_desks_without_the_database(centre: World) -> None:
    world = centre
    phones = await world.sit_down(*DAY)
    desks = dict(zip(DAY, phones, strict=True))
    before = await passwords(world)
    talks = [await answered(world, desks) for _ in range(2)]
    await world.stop(POSTGRES)

    for position, name in NIGHT.items():
        await says(world, "leave", DAY[position])
        await says(world, "sit", name, position)
    (free,) = set(DAY) - {position for _, position, _ in talks}
    third = await answered(world, desks)
    assert third[1] == free

    for call, position, at_desk in talks:  # whoever talked goes on talking
        await world.talk(call, desks[position], at_desk)
        await call.hang_up()
        await at_desk.wait_for("closed")
    later = [await answered(world, desks) for _ in range(2)]
    assert {position for _, position, _ in later} == set(DAY) - {free}

    await world.start(POSTGRES)
    for call, _, at_desk in (third, *later):
        await call.hang_up()
        await at_desk.wait_for("closed")
    for shift, calls in ((DAY, talks), (NIGHT, (third, *later))):
        for call, position, _ in calls:
            row = await world.ended(call, within=30)
            assert (row["outcome"], row["position"], row["operator"]) == (
                "answered",
                position,
                shift[position],
            )
    assert await passwords(world) == before
    await eventually(
        lambda: seated(world), lambda found: found == NIGHT, 20, "the night shift is written down"
    )


async def test_killed_without_the_database_it_knows_who_sat_where_and_who_is_to_move(centre: World) -> None:
    world = centre
    (desk,) = await world.sit_down("pos-1")
    call, _, at_desk = await answered(world, {"pos-1": desk})
    await world.stop(POSTGRES)
    await says(world, "leave", "operator-1")
    await says(world, "sit", "siti", "pos-1")
    await says(world, "pause", "operator-2", "--reason", "meal")
    await world.kill(CT112)
    await world.start(CT112)
    await world.talk(call, desk, at_desk)
    await call.hang_up()
    await at_desk.wait_for("closed")
    second, position, at_desk = await answered(world, {"pos-1": desk})
    await second.hang_up()
    await at_desk.wait_for("closed")
    await world.start(POSTGRES)
    rows = [await world.ended(one, within=30) for one in (call, second)]
    assert [row["operator"] for row in rows] == ["operator-1", "siti"]
    assert position == "pos-1"
    paused = await world.query(
        "SELECT ready, reason FROM seating WHERE operator = 'operator-2' AND until IS NULL"
    )
    assert [(row["ready"], row["reason"]) for row in paused] == [(False, "meal")]


async def test_a_lab_started_again_has_everybody_on_duty(centre: World) -> None:
    world = centre
    await says(world, "leave", "operator-1")
    await says(world, "pause", "operator-2", "--reason", "meal")
    await world.stop(CT112)
    await asyncio.to_thread(world.lab.up)
    code, output, _ = await ct112(world, "position", "list")
    assert code == 0
    lines = {line.split()[0]: line for line in output.splitlines()}
    for position, operator in DAY.items():
        assert f"{operator}  ready" in lines[position]


async def seated(world: World) -> dict[str, str]:
    """Return who sits where by the database."""
    rows = await world.query("SELECT position, operator FROM seating WHERE until IS NULL")
    return {row["position"]: row["operator"] for row in rows}
