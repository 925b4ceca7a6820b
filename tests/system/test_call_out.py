"""An operator calls a contact of the agency book: own phone first, then the contact, sound both ways."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest

from lab.outside import Citizen, Outside, outside
from lab.world import CT112, POSTGRES, World, carrier, eventually
from tests.system.test_call_to_agency import Api

ANSWERS, BUSY = "0285421201", "0285421202"
OPERATOR = {"operator": "operator-1"}


@pytest.fixture
async def network(world: World) -> AsyncIterator[Outside]:
    """The agency's telephones behind the trunk."""
    async with outside(world.lab.places.ports.carrier) as found:
        await carrier(world, there=True)
        yield found


@asynccontextmanager
async def book(world: World) -> AsyncIterator[tuple[Api, dict[str, str]]]:
    """Give the API of a centre whose book has two contacts of Damkar; number → the contact's path."""
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(20)) as session:
        api = Api(session, world.info)
        wanted = [{"name": f"Piket {number}", "number": number} for number in (ANSWERS, BUSY)]
        read = await api.ask("admin", "GET", "/agencies/damkar")
        await api.ask(
            "supervisor", "PATCH", "/agencies/damkar", {"contacts": wanted}, If_Match=f'"{read["version"]}"'
        )

        async def known() -> dict[str, str]:
            found = await api.ask("operator-1", "GET", "/agency-book")
            (damkar,) = [agency for agency in found["agencies"] if agency["code"] == "damkar"]
            return {
                one["number"]: f"/agencies/damkar/contacts/{one['id']}/call" for one in damkar["contacts"]
            }

        paths = await eventually(known, lambda paths: {ANSWERS, BUSY} <= set(paths), 30, "the book has them")
        yield api, paths


async def shown(api: Api) -> dict[str, Any]:
    """Return the first position as it is now."""
    found = await api.ask("operator-1", "GET", "/positions")
    return next(one for one in found["positions"] if one["position"] == "pos-1")


async def ends(api: Api, result: str) -> None:
    """Demand that the call-out ends so, and that the operator is ready again at once."""
    place = await eventually(
        lambda: shown(api), lambda now: now["call_out"]["phase"] == "ended", 30, "the call-out is over"
    )
    assert (place["call_out"]["result"], place["call_out"]["agency"]) == (result, "damkar")
    assert place["state"] == "ready"


async def talks(contact: Citizen) -> None:
    await eventually(lambda: asyncio.sleep(0, contact.talking), bool, 30, "the contact picks up")


async def test_both_hear_each_other_and_whoever_hangs_up_ends_it(world: World, network: Outside) -> None:
    contact = network.citizen(ANSWERS)
    busy = network.citizen(BUSY, "busy")
    (desk,) = await world.sit_down("pos-1")
    async with book(world) as (api, paths):
        await api.ask("operator-1", "POST", paths[ANSWERS], OPERATOR)
        at_desk = await (await desk.next_call()).wait_for("established")
        await talks(contact)
        heard = await at_desk.hears(desk.tone_hz)  # the contact's telephone sends back what it hears
        assert heard.seconds >= 0.6, heard
        caller = await world.dial_and_press("1")
        waiting = await world.row(caller, lambda row: row["queued_at"] is not None)
        assert waiting["answered_at"] is None  # nobody is rung twice
        await at_desk.hang_up()
        await eventually(lambda: asyncio.sleep(0, not contact.talking), bool, 30, "the contact's leg ends")
        for_caller = await (await desk.next_call(1)).wait_for("established")
        await world.talk(caller, desk, for_caller)
        await caller.hang_up()
        await for_caller.wait_for("closed", within=20)

        await eventually(lambda: shown(api), lambda now: now["state"] == "ready", 30, "ready")
        await api.ask("operator-1", "POST", paths[ANSWERS], OPERATOR)
        again = await (await desk.next_call(2)).wait_for("established")
        await talks(contact)
        await again.hears(desk.tone_hz)
        network.hang_up(contact)
        await again.wait_for("closed", within=20)
        await ends(api, "talked")

        await api.ask("operator-1", "POST", paths[BUSY], OPERATOR)
        in_vain = await desk.next_call(3)
        await in_vain.wait_for("closed", within=20)
        await ends(api, "busy")
        assert (contact.rung, busy.rung) == (2, 1)
        assert set(network.dialled) == {ANSWERS, BUSY}
    facts = await world.query("SELECT call_id, kind, data FROM call_fact WHERE kind LIKE 'call_out%'")
    kinds = [row["kind"] for row in facts]
    assert (kinds.count("call_out_begun"), kinds.count("call_out_joined")) == (3, 2)
    assert ANSWERS not in str(facts)
    rows = await world.query("SELECT actor, object_id FROM audit WHERE action = 'agency.call'")
    assert {row["object_id"].partition("/")[0] for row in rows} == {"damkar"}


async def test_a_talk_outlives_serve_and_the_call_works_with_postgresql_away(
    world: World, network: Outside
) -> None:
    contact = network.citizen(ANSWERS)
    (desk,) = await world.sit_down("pos-1")
    async with book(world) as (api, paths):
        await world.kill(POSTGRES)
        await api.ask("operator-1", "POST", paths[ANSWERS], OPERATOR)
        at_desk = await (await desk.next_call()).wait_for("established")
        await talks(contact)
        await at_desk.hears(desk.tone_hz)
        await world.kill(CT112)
        await world.start(CT112)
        again = await at_desk.hears(desk.tone_hz)
        assert again.seconds >= 0.6, again
        network.hang_up(contact)
        await at_desk.wait_for("closed", within=20)
        await world.start(POSTGRES)
