"""Nobody who called is forgotten: the one who hung up is called back by an operator, with sound both ways."""

from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from lab.outside import Habit, Outside, outside
from lab.world import CT112, World, carrier, eventually
from tests.system.commands import ct112, settings
from tests.system.test_running_centre import OF_THE_LAB, doctor


@pytest.fixture
async def network(world: World) -> AsyncIterator[Outside]:
    """The citizens behind the trunk."""
    async with outside(world.lab.places.ports.carrier) as found:
        await carrier(world, there=True)
        yield found


async def given_up(world: World, number: str) -> dict[str, Any]:
    """Let somebody hang up in the queue; return the call-back it makes."""
    call = await world.dial(number)
    await call.press("1")
    await world.row(call, lambda row: row["queued_at"] is not None)
    await call.hang_up()
    assert (await world.ended(call))["outcome"] == "abandoned"
    return await task_of(world, number, "open")


async def task_of(world: World, number: str, state: str, within: float = 8) -> dict[str, Any]:
    async def look() -> list[Any]:
        return await world.query("SELECT * FROM callback_task WHERE ani = $1 ORDER BY id", number)

    found = await eventually(look, lambda rows: bool(rows) and rows[-1]["state"] == state, within, state)
    return dict(found[-1])


async def take(world: World, task: dict[str, Any], operator: str = "operator-1") -> tuple[int, str]:
    """Take a call-back as the screen would; return status and why not."""
    url = f"{world.info['web']}/api/v1/callbacks/{task['id']}/take"
    headers = {"Authorization": f"Bearer {settings(world)['CT112_API_TOKEN']}"}
    async with (
        aiohttp.ClientSession(headers=headers) as session,
        session.post(url, json={"operator": operator}) as answer,
    ):
        return answer.status, (await answer.json(content_type=None)).get("detail", "")


async def test_who_hung_up_is_called_back_and_both_hear_each_other(world: World, network: Outside) -> None:
    citizen = network.citizen("081211110001")
    task = await given_up(world, citizen.number)
    (desk,) = await world.sit_down("pos-1")
    code, output, errors = await ct112(world, "callback", "list")
    assert (code, citizen.number in output) == (0, True), errors
    code, _, errors = await ct112(world, "callback", "take", str(task["id"]), "--operator", "operator-1")
    assert code == 0, errors
    at_desk = await (await desk.next_call()).wait_for("established")
    await eventually(lambda: talking(citizen.talking), bool, 20, "the citizen picks up")
    heard = await at_desk.hears(desk.tone_hz)  # the citizen's telephone sends back what it hears
    assert heard.seconds >= 0.6, heard
    assert (await take(world, task, "operator-1"))[0] == 409
    network.hang_up(citizen)
    await at_desk.wait_for("closed", within=3)
    done = await task_of(world, citizen.number, "closed")
    assert (done["result"], done["attempts"], done["taken_by"]) == ("reached", 1, "operator-1")
    assert citizen.rung == 1


async def talking(now: bool) -> bool:
    return now


@pytest.mark.parametrize(("habit", "result"), [("busy", "busy"), (None, "failed")])
async def test_who_cannot_be_reached_is_tried_again_later(
    world: World, network: Outside, habit: Habit | None, result: str
) -> None:
    number = f"08121111{1 if habit else 2:04d}9"
    if habit:
        network.citizen(number, habit)
    task = await given_up(world, number)
    (desk,) = await world.sit_down("pos-1")
    assert await take(world, task) == (202, "")
    at_desk = await desk.next_call()
    assert await at_desk.hears_sound() > -40, "the operator hears why nobody was reached"
    await at_desk.wait_for("closed", within=8)
    again = await task_of(world, number, "open")
    assert (again["result"], again["attempts"], again["taken_by"]) == (result, 1, None)
    assert again["next_try_at"] > again["last_call_at"]


async def trunk_of(world: World) -> bool:
    """Return whether /readyz says that the carrier answers."""
    async with aiohttp.ClientSession() as session, session.get(f"{world.info['serve']}/readyz") as answer:
        parts = (await answer.json(content_type=None))["parts"]
    return bool(next(part["ok"] for part in parts if part["name"] == "trunk"))


async def test_while_the_trunk_is_away_nobody_is_rung_and_it_is_no_try(world: World) -> None:
    task = await given_up(world, "081211110008")
    (desk,) = await world.sit_down("pos-1")
    await carrier(world, there=False)
    await eventually(
        lambda: trunk_of(world), lambda there: not there, 40, "ct112 knows that the carrier is away"
    )
    status, why = await take(world, task)
    assert (status, "trunk is away" in why) == (409, True), why
    assert desk.calls == []
    code, _, errors = await ct112(world, "callback", "take", str(task["id"]), "--operator", "operator-1")
    assert (code, "trunk is away" in errors) == (1, True)
    left = await task_of(world, "081211110008", "open")
    assert (left["attempts"], left["taken_by"]) == (0, None)


async def test_an_operator_who_gives_up_while_it_rings(world: World, network: Outside) -> None:
    citizen = network.citizen("081211110004", "never answers")
    task = await given_up(world, citizen.number)
    (desk,) = await world.sit_down("pos-1")
    assert (await take(world, task))[0] == 202
    at_desk = await (await desk.next_call()).wait_for("established")
    await eventually(lambda: talking(citizen.rung == 1), bool, 20, "it rings")
    await at_desk.hang_up()
    again = await task_of(world, citizen.number, "open")
    assert (again["result"], again["attempts"]) == ("no_answer", 1)


async def test_ct112_restarts_while_it_rings_and_both_hear_each_other(world: World, network: Outside) -> None:
    citizen = network.citizen("081211110007", "never answers")
    task = await given_up(world, citizen.number)
    (desk,) = await world.sit_down("pos-1")
    assert (await take(world, task))[0] == 202
    at_desk = await (await desk.next_call()).wait_for("established")
    await eventually(lambda: talking(citizen.rung == 1), bool, 20, "it rings")
    await world.kill(CT112)
    await world.start(CT112)
    network.pick_up(citizen)
    heard = await at_desk.hears(desk.tone_hz)
    assert heard.seconds >= 0.6, heard
    network.hang_up(citizen)
    await at_desk.wait_for("closed", within=3)
    done = await task_of(world, citizen.number, "closed")
    assert (done["result"], done["attempts"], citizen.rung) == ("reached", 1, 1)


async def test_who_calls_again_and_is_answered_needs_no_call_back(world: World) -> None:
    number = "081211110005"
    await given_up(world, number)
    (desk,) = await world.sit_down("pos-1")
    call = await world.dial(number)
    await call.press("1")
    await (await desk.next_call()).wait_for("established")
    done = await task_of(world, number, "closed")
    assert done["result"] == "called_again"
    await call.hang_up()


async def test_taking_needs_a_registered_phone(world: World) -> None:
    task = await given_up(world, "081211110006")
    status, why = await take(world, task)
    assert (status, "not registered" in why) == (409, True)
    assert (await take(world, task, "nobody"))[0] == 409


async def test_with_the_carrier_there_the_doctor_finds_nothing(world: World, network: Outside) -> None:
    await world.sit_down("pos-1")

    async def missing() -> set[str]:
        found = (await doctor(world))[1]
        return {name for name, one in found.items() if not one["ok"]} - OF_THE_LAB

    await eventually(missing, lambda found: not found, 120, "OPTIONS are sent every minute")
