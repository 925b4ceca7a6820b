"""Live clients over real sockets: what they see, after every loss, and those who do not read."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Sequence
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import aiohttp
import pytest

from ct112.control import outflow, websocket
from ct112.store import Store, audit
from ct112.web.access.principal import Principal, Role
from tests.control.centre import NUMBER, known, serving, until
from tests.live.live_site import Page, live_site

pytestmark = pytest.mark.real


async def test_a_page_sees_the_floor_and_every_change(tmp_path: Path, store: Store) -> None:
    async with serving(tmp_path) as centre, live_site(centre.url, store, tmp_path) as site:
        centre.staff("pos-1")
        (first,) = centre.calls(1)
        await until(lambda: site.live.floor and known(site.live.floor) == centre.truth())
        async with site.pages() as (page,):
            await page.until(lambda page: page.mirror and first in page.mirror.parts["calls"])
            assert page.mirror is not None
            assert page.mirror.parts["calls"][first]["ani"] == NUMBER
            (second,) = centre.calls(1)
            await page.until(lambda page: knows(page, [second]))
            centre.hang_up(first)
            await page.until(lambda page: not knows(page, [first]))
            assert known(page.mirror) == centre.truth()


async def test_a_page_that_comes_late_is_told_what_time_it_is(tmp_path: Path, store: Store) -> None:
    """It counts by it how long a caller has waited: by the last change, a reload in a talk showed 0:00."""
    async with serving(tmp_path) as centre, live_site(centre.url, store, tmp_path) as site:
        centre.calls(1)
        await until(lambda: site.live.floor and known(site.live.floor) == centre.truth())
        assert site.live.floor is not None
        changed = datetime.fromisoformat(site.live.floor.at)
        await asyncio.sleep(1.2)
        async with site.pages() as (page,):
            told = datetime.fromisoformat((await page.next())["at"])
        assert told - changed >= timedelta(seconds=1.2)


@pytest.mark.parametrize(
    ("role", "sees"),
    [(Role.OPERATOR, True), (Role.SUPERVISOR, True), (Role.ADMIN, True), (Role.INTEGRATION, False)],
)
async def test_a_role_sees_what_it_may(tmp_path: Path, store: Store, role: Role, sees: bool) -> None:
    async with serving(tmp_path) as centre, live_site(centre.url, store, tmp_path) as site:
        (first,) = centre.calls(1)
        await until(lambda: site.live.floor and first in site.live.floor.parts["calls"])
        async with site.pages(role=role) as (page,):
            assert (NUMBER in str(await page.next())) == sees
            (second,) = centre.calls(1)
            await page.until(lambda page: knows(page, [second]))
            assert page.mirror is not None
            assert page.mirror.parts["calls"][second]["state"]
            assert (page.mirror.parts["calls"][second]["ani"] == NUMBER) == sees


async def test_an_agency_and_strangers_and_other_sites_see_nothing(tmp_path: Path, store: Store) -> None:
    async with serving(tmp_path) as centre, live_site(centre.url, store, tmp_path) as site:
        for headers, status in (
            ({"Authorization": f"Bearer {Role.AGENCY}"}, 403),
            ({}, 401),
            ({"Authorization": f"Bearer {Role.ADMIN}", "Origin": "https://elsewhere.example"}, 403),
            ({"Authorization": f"Bearer {Role.ADMIN}", "Origin": "null"}, 403),
        ):
            async with aiohttp.ClientSession(headers=headers) as session:
                with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
                    await session.ws_connect(f"{site.url}/api/v1/live")
                assert refused.value.status == status
        async with site.pages(Origin=site.url) as (page,):
            assert (await page.next())["kind"] == "snapshot"
        admin = {"Authorization": f"Bearer {Role.ADMIN}"}
        async with (
            aiohttp.ClientSession(headers=admin) as session,
            session.get(f"{site.url}/api/v1/live") as answer,
        ):
            assert answer.status == 400
            assert "WebSocket" in await answer.text()


async def test_a_view_ends_with_its_session(
    tmp_path: Path, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ct112.web.live.routes.STILL_SECONDS", 0.05)
    async with (
        serving(tmp_path) as centre,
        live_site(centre.url, store, tmp_path) as site,
        site.pages() as (page,),
    ):
        await page.next()
        access = site.house.gate.access

        async def over(_who: Principal) -> bool:
            return False

        monkeypatch.setattr(access, "still", over)
        async with asyncio.timeout(5):
            await page.reading
        assert page.socket.close_code == 4401


async def test_one_account_does_not_shut_the_others_out(
    tmp_path: Path, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ct112.web.live.hub.MOST_OF_ONE", 2)
    async with serving(tmp_path) as centre, live_site(centre.url, store, tmp_path) as site:
        async with site.pages(2, role=Role.OPERATOR):
            with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
                async with site.pages(role=Role.OPERATOR):
                    pass
            assert refused.value.status == 503
            async with site.pages(role=Role.SUPERVISOR) as (page,):
                await page.next()
        await until(lambda: not site.live._of)
        async with site.pages(role=Role.OPERATOR) as (page,):
            await page.next()


async def test_that_a_view_was_opened_is_in_the_audit(tmp_path: Path, store: Store) -> None:
    async with serving(tmp_path) as centre, live_site(centre.url, store, tmp_path) as site:
        async with site.pages(role=Role.OPERATOR) as (page,):
            await page.next()
            for _ in range(100):
                async with store.transaction() as connection:
                    rows = (await audit.page(connection, audit.AuditQuery(action="live.read"), limit=5)).items
                if rows:
                    break
                await asyncio.sleep(0.05)
        assert [(row.actor, row.role) for row in rows] == [("the-operator", "operator")]


async def test_while_serve_is_away_pages_are_told_so(tmp_path: Path, store: Store) -> None:
    async with live_site("http://127.0.0.1:1", store, tmp_path) as site, site.pages() as (page,):
        assert (await page.next())["kind"] == "away"


async def test_serve_killed_and_back_under_fifty_pages(tmp_path: Path, store: Store) -> None:
    """Every page is told, begins anew, misses nothing and hears nothing twice."""
    async with (
        serving(tmp_path) as first,
        live_site(first.url, store, tmp_path) as site,
        site.pages(50) as pages,
    ):
        first.staff("pos-1")
        calls = first.calls(20)
        await asyncio.gather(*(page.until(lambda page: knows(page, calls)) for page in pages))
        await first.dies()
        await asyncio.gather(*(page.until(lambda page: page.kinds[-1] == "away") for page in pages))
        async with serving(tmp_path, port=int(first.server.address[1])) as second:
            second.staff("pos-1", "pos-2")
            calls = second.calls(30)
            await asyncio.gather(*(page.until(lambda page: knows(page, calls)) for page in pages))
            second.hang_up(calls[0])
            await asyncio.gather(*(page.until(lambda page: not knows(page, calls[:1])) for page in pages))
            for page in pages:
                assert page.mirror is not None
                assert page.mirror.boot == second.feed._boot
                assert known(page.mirror) == second.truth()
                assert len(page.facts) == len(set(page.facts)), "no fact came twice"
                assert page.kinds.count("away") == 1


def knows(page: Page, calls: Sequence[str]) -> bool:
    """Whether a page shows all of these calls."""
    return page.mirror is not None and all(call in page.mirror.parts["calls"] for call in calls)


async def test_of_five_hundred_a_hundred_never_read(
    tmp_path: Path, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Those who read hear everything; the others are closed, and cost a bounded amount of memory."""
    monkeypatch.setattr(outflow, "MOST_MESSAGES", 64)
    monkeypatch.setattr(websocket, "SEND_SECONDS", 1.0)
    async with serving(tmp_path) as centre, live_site(centre.url, store, tmp_path) as site:
        await until(lambda: site.live.floor)
        async with contextlib.AsyncExitStack() as stack:
            for _ in range(100):
                await stack.enter_async_context(never_reads(site.server.address))
            pages = await stack.enter_async_context(site.pages(400))
            await asyncio.gather(*(page.next() for page in pages))
            rounds = 0
            while len(site.live._fanouts["whole"]) > len(pages):
                rounds += 1
                assert rounds < 400, "who never reads is closed in the end"
                calls = centre.calls(20)
                await asyncio.gather(*(page.until(partial(knows, calls=calls)) for page in pages))
                for call in calls:
                    centre.hang_up(call)
            (last,) = centre.calls(1)
            await asyncio.gather(*(page.until(partial(knows, calls=[last])) for page in pages))
            assert all(page.kinds[1:].count("snapshot") == 0 for page in pages), "nobody else was disturbed"


async def test_nothing_is_kept_for_a_page_that_answers_no_ping(
    tmp_path: Path, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its queue is long enough and its messages have time: only the ping says that nobody is there."""
    monkeypatch.setattr(websocket, "HEARTBEAT_SECONDS", 1.0)
    monkeypatch.setattr(websocket, "SEND_SECONDS", 60.0)
    monkeypatch.setattr(outflow, "MOST_BYTES", 100_000_000)
    async with serving(tmp_path) as centre, live_site(centre.url, store, tmp_path) as site:
        await until(lambda: site.live.floor)
        async with never_reads(site.server.address) as reader:
            centre.calls(150, location={"text": "x" * 100_000})  # more than a kernel takes for one
            await until(lambda: not len(site.live._fanouts["whole"]))
            with pytest.raises(ConnectionResetError):  # and not all that was to be sent, one day
                await reader.read()


@contextlib.asynccontextmanager
async def never_reads(
    address: tuple[str, int], path: str = "/api/v1/live"
) -> AsyncIterator[asyncio.StreamReader]:
    """Open a live client that takes nothing from its socket, beyond what the kernel takes for it."""
    plain = socket.socket()
    plain.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    plain.setblocking(False)
    await asyncio.get_running_loop().sock_connect(plain, address)
    reader, writer = await asyncio.open_connection(sock=plain, limit=1024)
    writer.write(
        f"GET {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {Role.OPERATOR}\r\n"
        "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
        "Sec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==\r\n\r\n".encode()
    )
    assert b" 101 " in await reader.readline()
    try:
        yield reader
    finally:
        writer.transport.abort()
