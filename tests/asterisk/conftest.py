"""The fake and the real Asterisk behind one fixture, so that both pass the same suite."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from ct112.asterisk.ari import Connection, Request, connect
from ct112.asterisk.ari.models import EVENT, USED, AnyEvent
from lab.api import Lab
from lab.free_ports import free_base
from lab.raw_sip import raw_caller
from tests.asterisk.fake_ari import PASSWORD, USER, FakeAri

APPLICATION = "suite"


@dataclass
class Target:
    """An ARI to talk to."""

    url: str
    user: str
    password: str
    fake: FakeAri | None = None
    sip: str = ""  # of the real one: where callers call


@pytest.fixture(scope="session")
def asterisk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """A real Asterisk with our configuration, on free ports."""
    lab = Lab(tmp_path_factory.mktemp("asterisk"), free_base())
    try:
        lab.start("asterisk-a")
        yield lab
    finally:
        lab.down()
        lab.remove()


def target_of(lab: Lab) -> Target:
    """Return how the lab's Asterisk is reached."""
    found: dict[str, Any] = dict(lab.nodes()[0].values().connection())
    sip = f"127.0.0.1:{lab.places.ports.node(0).sip}"
    return Target(found["ari_url"], found["ari_user"], found["ari_password"], sip=sip)


@pytest.fixture
async def fake() -> AsyncIterator[Target]:
    """The fake, on a free port."""
    ari = FakeAri()
    app = web.Application()
    ari.add_to(app)
    runner = web.AppRunner(app, shutdown_timeout=0.5)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    try:
        yield Target(f"http://127.0.0.1:{port}/ari", USER, PASSWORD, ari)
    finally:
        for socket in list(ari.sockets.values()):
            await socket.close()
        await runner.cleanup()


@asynccontextmanager
async def caller_of(target: Target, application: str) -> AsyncIterator[None]:
    """Let a citizen call, who stays; to the real one over the trunk."""
    if target.fake is not None:
        target.fake.comes("fake-1.0", application)
        yield
        return
    async with raw_caller(target.sip) as caller:
        call = asyncio.create_task(caller.invite(within=60))
        try:
            yield
        finally:
            call.cancel()


@pytest.fixture(params=["fake", pytest.param("real", marks=pytest.mark.real)])
def target(request: pytest.FixtureRequest) -> Target:
    """Each in turn."""
    if request.param == "fake":
        found: Target = request.getfixturevalue("fake")
        return found
    return target_of(request.getfixturevalue("asterisk"))


def originate(channel: str, endpoint: str, *, app: str, app_args: str, **more: str) -> Request:
    """Make a leg that enters `app` when it is answered. For tests: ct112 itself originates nothing."""
    query = {"endpoint": endpoint, "app": app, "appArgs": app_args, "channelId": channel, **more}
    return Request("POST", "/channels", {}, query)


class Client:
    """A connection that keeps the events it gets."""

    def __init__(self) -> None:
        self.events: list[AnyEvent] = []
        self.kinds: list[str] = []
        self.times: list[float] = []
        self._came = asyncio.Event()
        self.connection: Connection

    def take(self, data: Any) -> None:
        """An event came."""
        self.kinds.append(data["type"])
        if data["type"] in USED:
            self.events.append(EVENT.validate_python(data))
        self._came.set()

    async def next(self, kind: type[AnyEvent], name: str = "", within: float = 20.0) -> Any:
        """Return the first event of a kind (about a channel or playback), now or later."""
        async with asyncio.timeout(within):
            while True:
                for event in self.events:
                    thing = getattr(event, "channel", None) or getattr(event, "playback", None)
                    if isinstance(event, kind) and (not name or (thing is not None and thing.id == name)):
                        return event
                self._came.clear()
                await self._came.wait()


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    """An HTTP session."""
    async with aiohttp.ClientSession() as found:
        yield found


@pytest.fixture
async def client(target: Target, session: aiohttp.ClientSession) -> AsyncIterator[Client]:
    """A client connected to the target, its reader running."""
    found = Client()
    found.connection = await connect(
        session,
        target.url,
        application=APPLICATION,
        user=target.user,
        password=target.password,
        on_event=found.take,
        observe=found.times.append,
    )
    reader = asyncio.create_task(found.connection.run(), name="reader")
    try:
        yield found
    finally:
        await found.connection.close()
        await asyncio.wait_for(reader, 5)
