"""`ct112 web`'s live side over real sockets, beside a serve that can die: only the database is not asked."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import orjson
from aiohttp import web

from ct112.control.client import ControlClient
from ct112.control.mirror import Mirror
from ct112.http.server import HttpServer
from ct112.store import Store
from ct112.web import make_app
from ct112.web.access.principal import Principal, Role
from ct112.web.live.hub import Live
from tests.control.centre import TOKEN, client_of
from tests.web.site import house

ROLES = {f"Bearer {role}": Principal(name=f"the-{role}", role=role) for role in Role}


async def authenticate(request: web.Request) -> Principal | None:
    """Everybody is who they say they are: their token is their role."""
    return ROLES.get(request.headers.get("Authorization", ""))


class Page:
    """A live client: reads, and keeps what a screen would show."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self.socket = socket
        self.mirror: Mirror | None = None
        self.kinds: list[str] = []
        self.facts: list[tuple[str, int]] = []

    async def read(self) -> dict[str, Any]:
        """Take the next message in; a gap raises."""
        async with asyncio.timeout(20):
            message: dict[str, Any] = orjson.loads(await self.socket.receive_str())
        self.kinds.append(message["kind"])
        if message["kind"] == "snapshot":
            self.mirror = Mirror(message)
        elif message["kind"] == "away":
            self.mirror = None
        else:
            assert self.mirror is not None
            self.mirror.take(message)
            self.facts += [(fact["call"], fact["seq"]) for fact in message["facts"]]
        return message

    async def until(self, holds: Callable[["Page"], object]) -> None:
        """Read until it is as wanted."""
        while not holds(self):
            await self.read()


class LiveSite:
    """Web with a live side, on a port."""

    def __init__(self, client: ControlClient, store: Store, folder: Path) -> None:
        self.live = Live(client)
        self.client = client
        self.house = house(store, folder, live=self.live)
        app = make_app(self.house, authenticate)
        self.server = HttpServer(app, "127.0.0.1", 0, 1500)

    @property
    def url(self) -> str:
        """Where it is."""
        return "http://{}:{}".format(*self.server.address)

    @asynccontextmanager
    async def pages(
        self, count: int = 1, role: Role = Role.SUPERVISOR, **headers: str
    ) -> AsyncIterator[list[Page]]:
        """Open so many pages."""
        async with AsyncExitStack() as stack:
            connector = aiohttp.TCPConnector(limit=0)
            session = await stack.enter_async_context(
                aiohttp.ClientSession(
                    headers={"Authorization": f"Bearer {role}"} | headers, connector=connector
                )
            )
            sockets = [session.ws_connect(f"{self.url}/api/v1/live") for _ in range(count)]
            yield [Page(await stack.enter_async_context(socket)) for socket in sockets]


@asynccontextmanager
async def live_site(serve_url: str, store: Store, folder: Path) -> AsyncIterator[LiveSite]:
    """Run web beside this serve."""
    async with client_of(serve_url, TOKEN) as client:
        site = LiveSite(client, store, folder)
        task = asyncio.create_task(site.server.run(), name="web")
        try:
            async with asyncio.timeout(5):
                await site.server.listening.wait()
            yield site
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
