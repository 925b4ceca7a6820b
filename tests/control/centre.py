"""serve's inside with its real door: floor, switchboard, feed and asks; only the telephone is missing."""

import asyncio
import itertools
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import orjson

from ct112.clock import SteadyClock
from ct112.control.asks import Answer
from ct112.control.client import ControlClient
from ct112.control.feed import CHANGE, SNAPSHOT
from ct112.control.mirror import Gap, Mirror
from ct112.core.commands import TelephoneCommand
from ct112.core.events import CallArrived, CallerLeft, PhoneSeen, PickedUp, SeatingRestored
from ct112.core.floor import Floor
from ct112.core.ids import CallId, NodeName, OperatorName, PositionName
from ct112.core.policy import Policy
from ct112.core.record import CallRecord, Fact
from ct112.core.stays import Stay
from ct112.http.health import Health, Part
from ct112.http.server import HttpServer
from ct112.serve.asks import Asks
from ct112.serve.door import make_door
from ct112.serve.feed import Feed
from ct112.serve.switchboard import Switchboard
from tests.core.ivr_documents import usual_document

TOKEN = "the control door's token, for tests"
BEARER = {"Authorization": f"Bearer {TOKEN}"}
A = NodeName("a")
NUMBER = "0811223344"
_numbers = itertools.count(1)


class Ports:
    """The telephone and the journal: nothing comes of what they are told."""

    def do(self, command: TelephoneCommand) -> None:
        """Telephone."""

    def save(self, record: CallRecord) -> None:
        """Journal."""

    def note(self, fact: Fact) -> None:
        """Journal."""


class Centre:
    """One life of serve: a floor with nobody on it, and its door."""

    def __init__(
        self, folder: Path, *, port: int = 0, token: str | None = TOKEN, spoken: str | None = None
    ) -> None:
        """`port`: of the door; a free one by default. `spoken`: the folder of sounds of one call."""
        self.parts = [Part("ari", True, "a: ready", needed=True)]
        self.ready = {A: True}
        self.refused: dict[NodeName, list[str]] = {}
        self.taken: list[Any] = []
        self.tasks: list[asyncio.Task[None]] = []
        self.floor = Floor(Policy(), usual_document())
        self.feed = Feed(
            self.floor, nodes=lambda: self.ready, refused=lambda: self.refused, health=self._health
        )
        self.asks = Asks(lambda event: self.switchboard.post(event), self._take)
        self.switchboard = Switchboard(
            self.floor, Ports(), Ports(), SteadyClock(), answers=self.asks, watcher=self.feed
        )
        app = make_door(
            health=self._health,
            prompts_dir=folder,
            feed=self.feed,
            asks=self.asks,
            token=token,
            spoken_dir=None if spoken is None else folder / spoken,
        )
        self.server = HttpServer(app, "127.0.0.1", port)

    @property
    def url(self) -> str:
        """Where the door is."""
        return "http://{}:{}".format(*self.server.address)

    def calls(self, count: int = 1, location: dict[str, Any] | None = None) -> list[CallId]:
        """Let people call; they are in the menu afterwards."""
        names = [CallId(f"0193585f-0000-7000-8000-{next(_numbers):012d}") for _ in range(count)]
        for name in names:
            self.switchboard.post(
                CallArrived(call=name, node=A, ani=NUMBER, dialled="112", location=location)
            )
            self.switchboard.post(PickedUp(name))
        return names

    def hang_up(self, call: CallId) -> None:
        """Let a caller leave."""
        self.switchboard.post(CallerLeft(call))

    def staff(self, *positions: str, ready: bool = True) -> None:
        """Put somebody with a phone at each of these positions."""
        stays = [
            Stay(
                id=CallId(f"stay-{one}"),
                operator=OperatorName(f"op-{one}"),
                position=PositionName(one),
                since=0.0,
                ready=ready,
            )
            for one in positions
        ]
        self.switchboard.post(SeatingRestored(tuple(stays)))
        for one in positions:
            self.switchboard.post(PhoneSeen(PositionName(one), A, registered=True))

    async def dies(self) -> None:
        """End all of it, as a crash does: every connection is cut."""
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)

    def truth(self) -> dict[str, Any]:
        """Return what every follower has to know by now: each thing's state, as the floor has it."""
        return {
            "calls": {call.id: call.revision for call in self.floor.calls.values()},
            "positions": {one.name: one.revision for one in self.floor.positions.values()},
        }

    def _health(self) -> Health:
        return Health(all(part.ok for part in self.parts), tuple(self.parts))

    async def _take(self, ask: Any) -> Answer:
        self.taken.append(ask)
        await asyncio.sleep(0)
        return Answer(accepted=True)


def known(mirror: Mirror) -> dict[str, Any]:
    """Return the same of a mirror, to compare."""
    return {
        part: {name: thing["revision"] for name, thing in mirror.parts[part].items()}
        for part in ("calls", "positions")
    }


@asynccontextmanager
async def serving(folder: Path, **options: Any) -> AsyncIterator[Centre]:
    """Run one life of serve; leaving the block is its death, with every connection cut."""
    centre = Centre(folder, **options)
    centre.tasks = [
        asyncio.create_task(centre.switchboard.run(), name="switchboard"),
        asyncio.create_task(centre.feed.run(), name="feed"),
        asyncio.create_task(centre.server.run(), name="door"),
    ]
    try:
        async with asyncio.timeout(5):
            await centre.server.listening.wait()
        yield centre
    finally:
        await centre.dies()


@asynccontextmanager
async def client_of(url: str, token: str | None = TOKEN) -> AsyncIterator[ControlClient]:
    """Run a client."""
    client = ControlClient(url, token)
    task = asyncio.create_task(client.run(), name="control")
    try:
        yield client
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def until(condition: Callable[[], object], within: float = 10.0) -> None:
    """Let the loop turn until the condition holds."""
    async with asyncio.timeout(within):
        while not condition():  # noqa: ASYNC110
            await asyncio.sleep(0.005)


class Reader:
    """Reads the feed with nothing of ours in between, and holds it to its promises."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self.socket = socket
        self.messages: list[dict[str, Any]] = []
        self.mirror: Mirror | None = None

    async def read(self) -> dict[str, Any]:
        """Return the next message; a gap, a change before the snapshot or a second one raises."""
        async with asyncio.timeout(10):
            message: dict[str, Any] = orjson.loads(await self.socket.receive_str())
        self.messages.append(message)
        if self.mirror is None:
            assert message["kind"] == SNAPSHOT
            self.mirror = Mirror(message)
        elif message["kind"] == CHANGE:
            self.mirror.take(message)
        else:
            raise Gap
        return message

    async def until(self, holds: Callable[[Mirror], object]) -> None:
        """Read until the mirror is as wanted."""
        while self.mirror is None or not holds(self.mirror):
            await self.read()


@asynccontextmanager
async def readers(url: str, count: int = 1) -> AsyncIterator[list[Reader]]:
    """Open the feed so many times."""
    async with AsyncExitStack() as stack:
        session = await stack.enter_async_context(
            aiohttp.ClientSession(headers=BEARER, connector=aiohttp.TCPConnector(limit=0))
        )
        yield [
            Reader(await stack.enter_async_context(session.ws_connect(f"{url}/control/feed")))
            for _ in range(count)
        ]
