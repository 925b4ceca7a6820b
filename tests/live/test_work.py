"""Work under way over real sockets and PostgreSQL: by role, with the database cut, with those who talk."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import aiohttp
import asyncpg
import orjson
import pytest
from sqlalchemy import make_url, text

from ct112.control import outflow
from ct112.http.server import HttpServer
from ct112.store import Store
from ct112.store.roles import Role
from ct112.web import House, make_app
from tests.control.centre import until
from tests.live.live_site import ROLES
from tests.live.test_live import never_reads
from tests.web import people
from tests.web.site import house

pytestmark = pytest.mark.real
ALERT = (
    "INSERT INTO alert (id, status, kind, source, latitude, longitude, place_text)"
    " VALUES (:id, 'open', 'smoke', 'sensor-7', -6.8886, 109.6753, 'Jalan Rahasia')"
)
INCIDENT = (
    "INSERT INTO incident (id, number, status, category, priority, caller_name, caller_number, place_text,"
    " opened_by) SELECT :id, :number, 'open', code, 1, 'Budi Rahasia', '081234', 'Jalan Rahasia', 'siti'"
    " FROM category LIMIT 1"
)
AGENCY = "INSERT INTO agency (code, name) VALUES (:code, :code) ON CONFLICT DO NOTHING"
DISPATCH = (
    "INSERT INTO dispatch (id, incident_id, agency, status, asked_by, changed_by)"
    " VALUES (:id, :incident, :code, 'sent', 'siti', 'siti')"
)
NEIGHBOUR = (
    "INSERT INTO neighbour (code, name, url, secret, token)"
    " VALUES ('kota_kita', 'Kota kita', 'https://a.example', 'secret', 'token')"
)
OFFER = (
    'INSERT INTO neighbour_offer (id, neighbour, dispatch, number, status, "order", told) VALUES'
    " (:id, 'kota_kita', :dispatch, '1126-7', 'offered', '{1,1}', CAST(:told AS jsonb))"
)
CAMERA = "INSERT INTO camera (code, name, latitude, longitude, stream) VALUES ('c-1','c',-6.8887,109.6753,'rtsp://a')"


class Screen:
    """Applies what it is sent, as a page does; a gap raises."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self.socket = socket
        self.last: dict[str, Any] = {}
        self.parts: dict[str, dict[str, Any]] = {}
        self.text = ""

    async def next(self) -> dict[str, Any]:
        async with asyncio.timeout(30):
            message = await self.socket.receive()
        assert message.type is aiohttp.WSMsgType.TEXT, message
        before, self.last = self.last, orjson.loads(message.data)
        self.text += message.data
        if self.last["kind"] == "snapshot":
            self.parts = {part: {one["id"]: one for one in self.last[part]} for part in PARTS}
        elif self.last["kind"] == "change":
            assert self.last["version"] == before["version"] + 1
            for part in PARTS:
                self.parts[part] |= self.last[part]
        return self.last

    async def until(self, kind: str) -> dict[str, Any]:
        while (await self.next())["kind"] != kind:
            pass
        return self.last


PARTS = ("alerts", "incidents", "dispatches", "offers")


class Site:
    def __init__(self, built: House, url: str, session: aiohttp.ClientSession) -> None:
        self.house, self.store, self.url, self.session = built, built.store, url, session

    @asynccontextmanager
    async def screen(self, token: str = Role.OPERATOR, **headers: str) -> AsyncIterator[Screen]:
        sent = {"Authorization": f"Bearer {token}"} | headers
        async with self.session.ws_connect(f"{self.url}/api/v1/live/work", headers=sent) as socket:
            yield Screen(socket)

    async def do(self, *statements: str, **values: Any) -> None:
        async with self.store.transaction() as connection:
            for one in statements:
                await connection.execute(text(one), values)


@asynccontextmanager
async def running(store: Store, folder: Path) -> AsyncIterator[Site]:
    """Run web with its feed of work. A token is its role, or one of the database's."""
    built = house(store, folder)

    async def authenticate(request: Any) -> Any:
        known = ROLES.get(request.headers.get("Authorization", ""))
        return known or await built.gate.access.authenticate(request)

    server = HttpServer(make_app(built, authenticate), "127.0.0.1", 0, 1500)
    tasks = [asyncio.create_task(run()) for run in (server.run, built.work.run, built.work.listen)]
    try:
        async with (
            asyncio.timeout(30),
            aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as http,
        ):
            await server.listening.wait()
            await until(lambda: not built.work.away)
            yield Site(built, "http://{}:{}".format(*server.address), http)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


@pytest.fixture
async def site(store: Store, tmp_path: Path) -> AsyncIterator[Site]:
    async with running(store, tmp_path) as found:
        yield found


async def test_each_role_sees_its_own_of_it(site: Site) -> None:
    agency = await agency_token(site, "damkar")
    async with (
        site.screen() as staff,
        site.screen(Role.INTEGRATION) as wall,
        site.screen(agency) as damkar,
        site.screen(Role.AGENCY) as nobody,
    ):
        for screen in (staff, wall, damkar, nobody):
            assert (await screen.next())["kind"] == "snapshot"
        ids = [uuid4() for _ in range(3)]
        await site.do(CAMERA)
        await site.do(ALERT, id=ids[0])
        alert = (await staff.next())["alerts"][str(ids[0])]
        assert (alert["place_text"], alert["cameras"][0]["code"]) == ("Jalan Rahasia", "c-1")
        for number, code in ((1, "damkar"), (2, "other")):
            await site.do(AGENCY, INCIDENT, id=ids[number], number=f"n{number}", code=code)
            await site.do(DISPATCH, id=uuid4(), incident=ids[number], code=code)
        while len(staff.parts["dispatches"]) < 2:
            await staff.next()
        while len(wall.parts["dispatches"]) < 2:
            await wall.next()
        await damkar.until("change")
        assert set(damkar.parts["incidents"]) == {str(ids[1])}
        assert [one["agency"] for one in damkar.parts["dispatches"].values()] == ["damkar"]
        assert damkar.parts["alerts"] == {}
        assert nobody.parts == {part: {} for part in PARTS}
        for word in ("Rahasia", "sensor-7", "siti", "-6.88"):
            assert word not in wall.text
        assert "Budi" not in staff.text
        assert "081234" not in staff.text
        await site.do("UPDATE alert SET status = 'dismissed'")
        assert (await staff.next())["alerts"] == {str(ids[0]): None}


async def test_an_offer_of_a_neighbour_is_a_task_until_somebody_has_seen_its_end(site: Site) -> None:
    agency = await agency_token(site, "damkar")
    async with site.screen() as staff, site.screen(agency) as damkar:
        for screen in (staff, damkar):
            await screen.next()
        id_ = uuid4()
        await site.do(NEIGHBOUR)
        told = '{"category": "kebakaran", "priority": 1, "caller_name": "Budi Rahasia"}'
        await site.do(OFFER, id=id_, dispatch=uuid4(), told=told)
        offer = (await staff.next())["offers"][str(id_)]
        assert (offer["neighbour"], offer["category"], offer["priority"]) == ("kota_kita", "kebakaran", 1)
        await site.do("UPDATE neighbour_offer SET status = 'withdrawn', unseen = now()")
        assert (await staff.next())["offers"][str(id_)]["status"] == "withdrawn"
        await site.do("UPDATE neighbour_offer SET unseen = NULL")
        assert (await staff.next())["offers"] == {str(id_): None}
        assert "Rahasia" not in staff.text
        assert damkar.parts["offers"] == {}


async def test_the_database_away_makes_it_old_and_back_makes_it_new(site: Site, database_url: str) -> None:
    async with site.screen() as screen, site.screen(Role.INTEGRATION) as other:
        await screen.next()
        await other.next()
        async with cut(database_url):
            told = await screen.until("away")
            assert told["since"] is not None
            async with site.screen() as late:
                assert (await late.next())["old_since"] == told["since"]
        await site.do(ALERT, id=uuid4())
        for one in (screen, other):
            await one.until("snapshot")
            while not one.parts["alerts"]:
                await one.next()
            assert one.last.get("old_since") is None
        await site.do(ALERT, id=uuid4())
        await screen.until("change")


async def test_two_hundred_screens_that_talk_or_leave_cost_the_others_nothing(site: Site) -> None:
    async with site.screen() as good:
        headers = {"Authorization": f"Bearer {Role.OPERATOR}"}
        opened = await asyncio.gather(
            *(site.session.ws_connect(f"{site.url}/api/v1/live/work", headers=headers) for _ in range(200))
        )
        await good.next()
        await site.do(ALERT, id=uuid4())
        await good.next()
        for socket in opened[:100]:
            await socket.send_str("DROP TABLE alert")
        await asyncio.gather(*(socket.close() for socket in opened))
        await site.do(ALERT, id=uuid4())
        await good.next()
        assert len(good.parts["alerts"]) == 2


async def test_who_never_reads_is_closed_and_the_others_hear_all(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outflow, "MOST_MESSAGES", 4)
    await site.do(ALERT, id=uuid4())
    host, port = site.url.removeprefix("http://").split(":")
    async with site.screen() as good, never_reads((host, int(port)), "/api/v1/live/work"):
        await good.next()
        before = site.house.work.clients
        for times in range(12):
            await site.do("UPDATE alert SET place_text = repeat(:letter, 1000000)", letter=chr(97 + times))
            await good.next()
        await until(lambda: site.house.work.clients == before - 1)


async def test_strangers_and_other_sites_get_nothing(site: Site) -> None:
    admin = {"Authorization": f"Bearer {Role.ADMIN}"}
    for headers, status in (
        ({}, 401),
        ({"Cookie": "__Host-ct112=" + "x" * 64, "Origin": site.url}, 401),
        ({"Cookie": "__Host-ct112=" + "x" * 64}, 403),
        ({"Cookie": "__Host-ct112=\x80;;=;", "Origin": site.url}, 401),
        (admin | {"Origin": "https://elsewhere.example"}, 403),
    ):
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            await site.session.ws_connect(f"{site.url}/api/v1/live/work", headers=headers)
        assert refused.value.status == status
    async with site.session.get(f"{site.url}/api/v1/live/work", headers=admin) as plain:
        assert plain.status == 400


async def test_a_role_that_changes_ends_it(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ct112.web.live.routes.STILL_SECONDS", 0.1)
    token = await agency_token(site, "damkar")
    async with site.screen(token) as screen:
        await screen.next()
        await site.do(AGENCY, "UPDATE account SET agency = 'other'", code="other")
        async with asyncio.timeout(30):
            ended = await screen.socket.receive()
        assert (ended.type, ended.data) == (aiohttp.WSMsgType.CLOSE, 4401)


async def test_a_commit_is_seen_at_once(site: Site) -> None:
    took = []
    async with site.screen() as screen:
        await screen.next()
        for _ in range(40):
            await site.do(ALERT, id=uuid4())
            began = time.monotonic()
            await screen.next()
            took.append(time.monotonic() - began)
    print("p50, p95:", sorted(took)[20], sorted(took)[38])
    assert sorted(took)[20] < 2.0, "woken, not found by the look every five seconds"


async def agency_token(site: Site, code: str) -> str:
    await site.do(AGENCY, code=code)
    await people.add(site.store, code, Role.AGENCY)
    headers = await people.bearer(site.store, code)
    return str(headers["Authorization"]).removeprefix("Bearer ")


@asynccontextmanager
async def cut(database_url: str) -> AsyncIterator[None]:
    """Let nobody into the database, and end who is in it."""
    url = make_url(database_url)
    plain = url.set(drivername="postgresql", database="postgres").render_as_string(hide_password=False)
    admin = await asyncpg.connect(plain)
    try:
        await admin.execute(f'ALTER DATABASE "{url.database}" ALLOW_CONNECTIONS false')
        await admin.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1", url.database
        )
        yield
    finally:
        await admin.execute(f'ALTER DATABASE "{url.database}" ALLOW_CONNECTIONS true')
        await admin.close()
