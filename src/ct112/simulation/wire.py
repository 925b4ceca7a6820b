"""ct112's end of a node's ARI: a websocket and HTTP in virtual time, which may break or fall silent."""

import asyncio
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import aiohttp
import orjson

from ct112.asterisk.ari import Connection, Disconnected, Request, RequestTimeout
from ct112.asterisk.ari.connection import OnEvent
from ct112.asterisk.ari.replies import parse
from ct112.simulation.ari import SWITCH, Ari, Later
from ct112.simulation.channels import Json
from ct112.simulation.engine import Engine
from ct112.simulation.node import Node
from ct112.simulation.scenario import Chances

FASTEST, USUAL = 0.0002, 0.003  # seconds on the way
WORK = (0.00005, 0.001)  # seconds Asterisk takes for a request
NOTICED = (0.5, 4.0)  # seconds until an unanswered ping ends a silent link
END = None


@dataclass(frozen=True, slots=True)
class Message:
    """What a websocket gives its reader."""

    data: str
    type: aiohttp.WSMsgType = aiohttp.WSMsgType.TEXT


class Socket:
    """Both ends of one websocket. Requests are carried out one after another, as Asterisk does.

    `silent`: nothing passes any more, and nobody has noticed. `dead`: the process at our end is.
    """

    def __init__(self, node: Node, ari: Ari, chances: Chances, application: str) -> None:
        """Register the application with the node, in place of whoever had it."""
        self.node = node
        self.silent = self.dead = self.closed = False
        self._engine: Engine = node.engine
        self._ari = ari
        self._chances = chances
        self._application = application
        self._in: asyncio.Queue[Message | None] = asyncio.Queue()
        self._requests: deque[Json] = deque()
        self._busy = False
        self._last_out = self._last_in = 0.0
        before = node.applications.get(application)
        if isinstance(before, Socket):
            before.replaced()
        node.applications[application] = self

    # ── ct112's end: what `Connection` uses of a websocket

    async def send_str(self, text: str) -> None:
        """Send a request on its way."""
        if self.closed or self.dead:
            return
        at = self._last_out = self._after(self._last_out)
        self._engine.at(at, lambda: self._arrive(orjson.loads(text)))

    async def close(self) -> None:
        """Close it; the node sees that."""
        self.break_off()

    def __aiter__(self) -> "Socket":
        return self

    async def __anext__(self) -> Message:
        message = await self._in.get()
        if message is END:
            raise StopAsyncIteration
        return message

    # ── the node's end

    def tell(self, event: Json) -> None:
        """Send an event, after all that was sent before."""
        if self.closed or self.silent:
            return
        text = orjson.dumps(event).decode()
        at = self._last_in = self._after(self._last_in)
        self._engine.at(at, lambda: self._deliver(text))

    def _after(self, last: float) -> float:
        """Return when something sent now is there: it overtakes nothing."""
        return max(self._engine.time + travel(self._engine, self._chances), last + 1e-7)

    def _deliver(self, text: str) -> None:
        if not (self.closed or self.silent or self.dead):
            self._in.put_nowait(Message(text))

    def _arrive(self, message: Json) -> None:
        if not (self.closed or self.silent):
            self._requests.append(message)
            self._work()

    def _work(self) -> None:
        """Take the next request, when the one before is answered."""
        if self._busy or not self._requests or not self.node.alive:
            return
        self._busy = True
        message = self._requests.popleft()
        seconds = self._engine.between(WORK) + max(0.0, self.node.stalled_until - self._engine.time)
        self._engine.after(seconds, lambda: self._carry_out(message))

    def _carry_out(self, message: Json) -> None:
        if not self.node.alive:
            return
        try:
            status, body = self._answer(message)
        except Later as later:
            later.play.after.append(lambda: self._engine.after(0.0001, lambda: self._carry_out(message)))
            return
        self.tell(
            {
                "type": "RESTResponse",
                "transaction_id": message["transaction_id"],
                "request_id": message["request_id"],
                "status_code": status,
                "reason_phrase": "",
                "uri": message["uri"],
                "message_body": "" if body is None else orjson.dumps(body).decode(),
            }
        )
        self._busy = False
        self._work()

    def _answer(self, message: Json) -> tuple[int, object]:
        query: Json = {one["name"]: one["value"] for one in message.get("query_strings", [])}
        fails = self._fails(message)
        if query.get("variable") == SWITCH:
            self._pushed(message["uri"].split("/")[1], failed=fails)
        if fails:
            self._engine.note(f"{self.node.name} fails", f"{message['method']} {message['uri']}")
            return 500, {"error": "Allocation failed"}
        if message.get("message_body"):
            query["body"] = orjson.loads(message["message_body"])
        if not message["uri"].startswith(("applications/", "asterisk/")):
            self._engine.note(f"{self.node.name} does", f"{message['method']} {message['uri']} {query}")
        return self._ari.do(message["method"], message["uri"], query)

    def _fails(self, _message: Json) -> bool:
        return self._engine.chance(self._chances.command_fails)

    def _pushed(self, name: str, *, failed: bool) -> None:
        channel = self.node.channels.get(name)
        if channel is not None:
            channel.push_failed = failed

    # ── its end

    def break_off(self) -> None:
        """End it, seen by both sides."""
        if not self.closed:
            self.closed = True
            self._unregister()
            self._in.put_nowait(END)

    def closed_by_node(self) -> None:
        """The node is gone, or does not want us any more."""
        self.closed = True
        self._engine.after(travel(self._engine, self._chances), lambda: self._in.put_nowait(END))

    def fall_silent(self) -> None:
        """Nothing passes from now on; only our own ping finds out. The node goes on believing in it."""
        self.silent = True
        self._engine.after(self._engine.between(NOTICED), lambda: self._in.put_nowait(END))

    def replaced(self) -> None:
        """Another websocket has the application now."""
        self.tell(
            {
                "type": "ApplicationReplaced",
                "application": self._application,
                "timestamp": "1970-01-01T00:00:00Z",
            }
        )
        self.closed_by_node()

    def _unregister(self) -> None:
        if self.node.applications.get(self._application) is self and not self.silent:
            del self.node.applications[self._application]


class Http:
    """Requests beside the websocket: they wait for no other, and break with the network."""

    def __init__(self, socket: Socket, ari: Ari, chances: Chances) -> None:
        """Reach the node of this websocket."""
        self._socket = socket
        self._ari = ari
        self._chances = chances

    async def fetch(self, request: Request, seconds: float) -> Any:
        """Return the parsed answer. Raises AriError."""
        engine, node, socket = self._socket.node.engine, self._socket.node, self._socket
        try:
            async with asyncio.timeout(seconds):
                await asyncio.sleep(travel(engine, self._chances))
                await asyncio.sleep(max(0.0, node.stalled_until - engine.time))
                if socket.silent:
                    await asyncio.Event().wait()  # until the time limit
                if not node.alive:
                    raise Disconnected("nobody there")
                status, body = self._ari.do(request.method, request.uri, dict(request.query))
                text = "" if body is None else orjson.dumps(body).decode()
                engine.note(f"{node.name} lists", f"{request.uri} {text if len(text) < 300 else len(text)}")
                await asyncio.sleep(self._way_back())
        except TimeoutError as error:
            raise RequestTimeout(request.path) from error
        if not node.alive or socket.silent:
            raise Disconnected("the connection broke")
        answer = parse(status, text, "")
        if isinstance(answer, Exception):
            raise answer
        return answer

    def _way_back(self) -> float:
        """Return how long an answer is on its way: that of a list may be large."""
        engine = self._socket.node.engine
        if engine.chance(self._chances.slow_list):
            return engine.random.uniform(0.0, self._chances.list_seconds)
        return travel(engine, self._chances)


def travel(engine: Engine, chances: Chances) -> float:
    """Return how long something is on its way now."""
    if engine.chance(chances.slow):
        return engine.random.uniform(USUAL, chances.slow_seconds)
    return engine.random.uniform(FASTEST, USUAL)


def open_connection(socket: Socket, ari: Ari, chances: Chances, on_event: OnEvent) -> Connection:
    """Return the real client on a simulated websocket."""

    def observe(_seconds: float) -> None:
        """Nobody measures here."""

    def take(data: Mapping[str, Any]) -> None:
        if not socket.dead:
            on_event(data)

    return Connection(socket, Http(socket, ari, chances), take, observe)  # type: ignore[arg-type]
