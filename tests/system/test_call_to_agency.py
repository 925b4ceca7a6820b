"""From a citizen's call to a closed incident: two agencies, one by webhook, one silent and then called up."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

import aiohttp
import pytest

from ct112.incidents.view import IncidentView
from ct112.store import Store, incidents
from lab.audio import likeness
from lab.beside import WORKER
from lab.phones import ANSWER, Phone, PhoneCall
from lab.world import World, eventually
from tests.system.test_calls_to_agencies import ALIKE, ELSEWHERE, HERE, OTHER, at_carrier, heard, said
from tests.worker.receiver import SECRET, Receiver, receiving

__all__ = ["at_carrier"]
PMI_NUMBER = "0285421077"
SILENT_SECONDS = 5


class Api:
    """The API of ct112 web, as somebody of the lab."""

    def __init__(self, session: aiohttp.ClientSession, info: Mapping[str, Any]) -> None:
        self._session = session
        self._info = info

    async def ask(self, as_: str, method: str, path: str, body: Any = None, **headers: str) -> Any:
        """Return what is answered; fails when it is no success."""
        said = {name.replace("_", "-"): value for name, value in headers.items()}
        said["Authorization"] = f"Bearer {self._info['users'][as_]['token']}"
        url = f"{self._info['web']}/api/v1{path}"
        async with self._session.request(method, url, json=body, headers=said) as answer:
            assert answer.status < 300, await answer.text()
            return await answer.json()

    async def ways(self, agency: str, *ways: dict[str, Any]) -> None:
        """Say how an agency is reached."""
        read = await self.ask("admin", "GET", f"/agencies/{agency}")
        version = f'"{read["version"]}"'
        await self.ask("admin", "PATCH", f"/agencies/{agency}", {"ways": list(ways)}, If_Match=version)


@asynccontextmanager
async def api(world: World) -> AsyncIterator[Api]:
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(20)) as session:
        yield Api(session, world.info)


async def talking(world: World) -> tuple[PhoneCall, Phone, PhoneCall]:
    """Let a citizen reach an operator."""
    (desk,) = await world.sit_down("pos-1")
    caller = await world.dial_and_press("1")
    at_desk = await (await desk.next_call()).wait_for("established")
    await world.talk(caller, desk, at_desk)
    return caller, desk, at_desk


async def understood(call: PhoneCall, like: Callable[[], Awaitable[float]]) -> None:
    """Listen until the place was read out; who has not understood presses 2: a busy machine breaks sound."""
    for _ in range(3):
        try:
            await eventually(like, lambda found: found > ALIKE, 30, "the place is read out")
        except AssertionError:
            await call.press("2")
        else:
            return
    raise AssertionError(f"read out three times, never understood: {await like():.2f}")


@pytest.mark.timeout(240)
async def test_a_call_becomes_an_incident_and_two_agencies_come(at_carrier: World, tmp_path: Path) -> None:
    world = at_carrier
    pmi = await world.desks.register(PMI_NUMBER, "", "", behaviour=ANSWER, tone_hz=440)
    async with receiving(Receiver()) as damkar, api(world) as asked:
        await asked.ways("damkar", {"kind": "webhook", "url": damkar.url, "secret": SECRET})
        silent = {"kind": "page", "within_seconds": SILENT_SECONDS}
        await asked.ways("pmi", silent, {"kind": "phone", "number": PMI_NUMBER, "within_seconds": 180})
        caller, _, at_desk = await talking(world)
        call = str((await world.row(caller, lambda row: row["answered_at"] is not None))["id"])

        opened = await asked.ask(
            "operator-1",
            "POST",
            "/incidents",
            {"call_id": call, "category": "kebakaran", "place": {"text": HERE}, "people_in_danger": 2},
        )
        assert opened["proposed"] == ["damkar", "pmi"]
        path = f"/incidents/{opened['id']}"
        sent = await asked.ask("operator-1", "POST", f"{path}/dispatches", {})
        by_agency = {dispatch["agency"]: dispatch["id"] for dispatch in sent["dispatches"]}
        await world.kill(WORKER)
        await at_desk.hang_up()
        await world.start(WORKER)

        (told,) = await eventually(lambda: asyncio.sleep(0, damkar.came), bool, 30, "Damkar is told")
        assert damkar.bad == []
        assert told[2]["incident"]["place"]["text"] == HERE
        await asked.ask(
            "damkar", "POST", f"/dispatches/{by_agency['damkar']}/status", {"status": "acknowledged"}
        )

        ringing = await pmi.next_call(within=60)
        at_pmi = await ringing.wait_for("established")
        await world.kill(WORKER)
        view = await stored(world, opened["id"])
        here, elsewhere = (said(view, place, tmp_path) for place in (HERE, ELSEWHERE))

        async def like() -> float:
            return likeness(await heard(at_pmi, tmp_path), here)

        await understood(at_pmi, like)
        assert likeness(await heard(at_pmi, tmp_path), elsewhere) < OTHER
        await world.start(WORKER)
        await at_pmi.press("1")
        done = await eventually(
            lambda: shown(asked, path),
            lambda view: {each["status"] for each in view["dispatches"]} == {"acknowledged"},
            60,
            "both have acknowledged",
        )
        assert done["status"] == "dispatched"
        assert len(pmi.calls) == 1
        assert len(set(damkar.keys)) == 1

        for status in ("en_route", "on_scene", "done"):
            await asked.ask("damkar", "POST", f"/dispatches/{by_agency['damkar']}/status", {"status": status})
        radio = {"status": "done", "on_behalf": {"how": "radio", "who": "PMI 3"}}
        await asked.ask("operator-1", "POST", f"/dispatches/{by_agency['pmi']}/status", radio)
        closed = await asked.ask("operator-1", "POST", f"{path}/close", {"reason": "padam"})
        assert closed["status"] == "closed"
        await adds_up(world, asked, closed, call)


async def stored(world: World, id_: str) -> IncidentView:
    """Return the incident as it is stored."""
    store = await Store.create(world.info["database_url"])
    try:
        async with store.transaction() as connection:
            return await incidents.get(connection, UUID(id_))
    finally:
        await store.close()


async def shown(asked: Api, path: str) -> Any:
    return await asked.ask("operator-1", "GET", path)


async def adds_up(world: World, asked: Api, incident: Mapping[str, Any], call: str) -> None:
    """Demand that the trail tells it all in order, and that the audit names who did it."""
    told = await asked.ask("supervisor", "GET", f"/incidents/{incident['id']}/timeline")
    kinds = [line["kind"] for line in told["timeline"] if not line["kind"].startswith("call_")]
    assert kinds[:2] == ["opened", "dispatched"]
    assert kinds[-1] == "closed"
    assert kinds.count("dispatch_acknowledged") == 2
    assert kinds.count("dispatch_done") == 2
    assert incident["calls"] == [call]
    sql = "SELECT action FROM audit WHERE action LIKE 'incident.%' OR action LIKE 'dispatch%'"

    async def actions() -> set[str]:
        return {str(row["action"]) for row in await world.query(sql)}

    wanted = {"incident.open", "incident.close"}
    await eventually(actions, lambda found: wanted <= found, 20, "the audit")
