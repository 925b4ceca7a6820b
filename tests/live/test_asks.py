"""Asks over HTTP, of a real floor behind its real door."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from ct112.core.events import DigitPressed
from ct112.core.ids import CallId, OperatorName, PositionName
from ct112.core.outbox import Outbox
from ct112.core.stays import Move
from ct112.store import Store
from ct112.web.access.principal import Role
from tests.control.centre import Centre, serving, until
from tests.live.live_site import LiveSite, live_site
from tests.web.site import CALL


class Desk:
    """A supervisor's way to the API of a centre that runs."""

    def __init__(self, centre: Centre, site: LiveSite, session: aiohttp.ClientSession) -> None:
        self.centre = centre
        self.site = site
        self._session = session

    async def ask(
        self, method: str, path: str, body: Any = None, role: Role = Role.SUPERVISOR, **headers: str
    ) -> tuple[int, Any]:
        """Send a request; return status and answer."""
        said = {"Authorization": f"Bearer {role}"} | {
            name.replace("_", "-"): value for name, value in headers.items()
        }
        url = f"{self.site.url}/api/v1{path}"
        async with self._session.request(method, url, json=body, headers=said) as answer:
            return answer.status, await answer.json(content_type=None)

    async def waiting(self) -> str:
        """Let somebody call and wait in the queue; return the call."""
        (call,) = self.centre.calls()
        self.centre.switchboard.post(DigitPressed(call, "2"))
        await until(lambda: self.state(call) == "waiting")
        return call

    def state(self, call: str) -> str:
        """Return how the call is, as web knows it."""
        floor = self.site.live.floor
        return floor.parts["calls"].get(call, {}).get("state", "") if floor else ""


@pytest.fixture
async def desk(tmp_path: Path, store: Store) -> AsyncIterator[Desk]:
    async with (
        serving(tmp_path) as centre,
        live_site(centre.url, store, tmp_path) as site,
        aiohttp.ClientSession() as session,
    ):
        await until(lambda: site.live.floor)
        yield Desk(centre, site, session)


async def shown(desk: Desk, call: str) -> dict[str, Any]:
    """Return a call as GET /floor shows it."""
    status, floor = await desk.ask("GET", "/floor")
    assert status == 200
    return next(one for one in floor["calls"] if one["id"] == call)


async def comes_to_show(desk: Desk, call: str, field: str, value: object) -> None:
    """Wait until GET /floor shows it: the feed takes a moment to tell."""
    async with asyncio.timeout(5):
        while True:
            if (await shown(desk, call))[field] == value:
                return
            await asyncio.sleep(0.01)


async def test_a_supervisor_gives_a_waiting_call_another_class(desk: Desk) -> None:
    call = await desk.waiting()
    before = await shown(desk, call)
    assert before["service_class"] == "urgent"
    status, _ = await desk.ask("POST", f"/calls/{call}/class", {"service_class": "emergency"})
    assert status == 202
    await until(lambda: desk.centre.floor.calls[CallId(call)].record.service_class == "emergency")
    await comes_to_show(desk, call, "class_source", "person")


async def test_who_asks_on_an_old_view_is_refused(desk: Desk) -> None:
    call = await desk.waiting()
    tag = f'"{(await shown(desk, call))["revision"]}"'
    path = f"/calls/{call}/priority"
    assert (await desk.ask("POST", path, {"first": True}, If_Match=tag))[0] == 202
    status, told = await desk.ask("POST", path, {"first": False}, If_Match=tag)
    assert (status, told["type"]) == (412, "urn:ct112:problem:stale")
    await comes_to_show(desk, call, "first", True)


async def test_the_same_key_is_the_same_ask_and_gets_the_first_answer(desk: Desk) -> None:
    call = await desk.waiting()
    path = f"/calls/{call}/priority"
    answers = [await desk.ask("POST", path, {"first": True}, Idempotency_Key="k") for _ in range(3)]
    assert [status for status, _ in answers] == [202] * 3
    assert len({told["ask"] for _, told in answers}) == 1
    status, told = await desk.ask("POST", path, {"first": False}, Idempotency_Key="k")
    assert (status, told["type"]) == (422, "urn:ct112:problem:key-reused")


async def test_what_the_floor_refuses_comes_with_its_reason(desk: Desk) -> None:
    (menu,) = desk.centre.calls()
    await until(lambda: desk.state(menu) == "in_menu")
    status, told = await desk.ask("POST", f"/calls/{menu}/priority", {"first": True})
    assert (status, told["type"]) == (409, "urn:ct112:problem:conflict")
    assert "not in the queue" in told["detail"]
    status, told = await desk.ask("POST", f"/calls/{CALL}/priority", {"first": True})
    assert (status, told["type"]) == (404, "urn:ct112:problem:not-found")


async def test_an_operator_re_orders_nobody(desk: Desk) -> None:
    call = await desk.waiting()
    status, _ = await desk.ask("POST", f"/calls/{call}/priority", {"first": True}, Role.OPERATOR)
    assert status == 403


async def test_the_floor_shows_who_calls_to_those_who_may_know(desk: Desk) -> None:
    call = await desk.waiting()
    assert (await shown(desk, call))["ani"] is not None
    _, floor = await desk.ask("GET", "/floor", role=Role.INTEGRATION)
    assert [(one["ani"], one["dialled"]) for one in floor["calls"] if one["id"] == call] == [(None, None)]
    assert (await desk.ask("GET", "/floor", role=Role.AGENCY))[0] == 403


async def test_the_floor_shows_who_stands_between_two_positions(desk: Desk) -> None:
    name, to = OperatorName("op-pos-1"), PositionName("pos-2")
    desk.centre.floor.seating.moves[name] = Move(operator=name, to=to, by="op-pos-1")
    desk.centre.feed.stepped(Outbox())
    await until(lambda: desk.site.live.floor and desk.site.live.floor.parts["operators"])
    _, floor = await desk.ask("GET", "/floor")
    assert [(one["operator"], one["position"], one["moving_to"]) for one in floor["operators"]] == [
        ("op-pos-1", None, "pos-2")
    ]


async def test_with_serve_away_asks_say_so(desk: Desk) -> None:
    call = await desk.waiting()
    await desk.centre.dies()
    await until(lambda: desk.site.live.floor is None)
    for method, path, body in (
        ("POST", f"/calls/{call}/priority", {"first": True}),
        ("GET", "/floor", None),
        ("GET", "/positions", None),
    ):
        status, told = await desk.ask(method, path, body)
        assert (status, told["type"]) == (503, "urn:ct112:problem:live-away"), path
