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
    """A live client: reads from the moment it is open, and keeps what a screen would show."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self.socket = socket
        self.mirror: Mirror | None = None
        self.seen = 0
        self.last: dict[str, Any] = {}
        self.kinds: list[str] = []
        self.facts: list[tuple[str, int]] = []
        self.reading = asyncio.create_task(self._read(), name="page")
        self._news = asyncio.Event()

    async def next(self) -> dict[str, Any]:
        """Wait for a message that has not been seen here; return the newest."""
        await self.until(lambda page: len(page.kinds) > page.seen)
        self.seen = len(self.kinds)
        return self.last

    async def until(self, holds: Callable[["Page"], object], within: float = 60) -> None:
        """Wait until it is as wanted; raises what ended the reading."""
        async with asyncio.timeout(within):
            while not holds(self):
                self._news.clear()
                if self.reading.done():
                    await self.reading
                    raise ConnectionError("the page was closed")
                await self._news.wait()

    async def _read(self) -> None:
        """Take every message in; a gap raises."""
        try:
            async for message in self.socket:
                self._take(orjson.loads(message.data))
                self._news.set()
        finally:
            self._news.set()

    def _take(self, message: dict[str, Any]) -> None:
        self.last = message
        if message["kind"] == "snapshot":
            self.mirror = Mirror(message)
        elif message["kind"] == "away":
            self.mirror = None
        else:
            assert self.mirror is not None
            self.mirror.take(message)
            self.facts += [(fact["call"], fact["seq"]) for fact in message["facts"]]
        self.kinds.append(message["kind"])


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
            pages: list[Page] = []
            for _ in range(count):
                socket = await stack.enter_async_context(session.ws_connect(f"{self.url}/api/v1/live"))
                pages.append(Page(socket))
            try:
                yield pages
            finally:
                for page in pages:
                    page.reading.cancel()
                await asyncio.gather(*(page.reading for page in pages), return_exceptions=True)


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
