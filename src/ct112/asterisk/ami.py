"""AMI through panoramisk, wrapped: one connection at a time, and nothing of it can surprise us.

panoramisk by itself lets a raising callback kill the connection, sends unanswered actions again after a
reconnect (an Originate would call twice), lets CR/LF in a value inject another action, and never looks at
the answer to its ping. All four are taken away here.
"""

import asyncio
import logging
import math
import time
from collections import deque
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from panoramisk.actions import Action
from panoramisk.ami_protocol import AMIProtocol
from panoramisk.manager import Manager

from ct112 import logs
from ct112.core.ids import NodeName

log = logs.get("ami")

ACTION_SECONDS = 10.0
PING_EVERY_SECONDS = 5.0
PING_SECONDS = 3.0
LONGEST_MESSAGE = 1024 * 1024  # characters; a real one has a few thousand
LISTS = frozenset({"PJSIPShowContacts", "PJSIPShowEndpoint", "PJSIPShowRegistrationsOutbound", "QueueStatus"})
WITH_TLS = ("http", "res_pjsip.so")
"""What reads a certificate: WSS of browser phones, SIP over TLS."""
NOTHING_THERE = frozenset({"No Contacts found"})  # what Asterisk says, as an error, for an empty list
Fields = Mapping[str, str]
OnEvent = Callable[[Fields], None]

logging.getLogger("panoramisk").setLevel(logging.CRITICAL)  # it logs what it sends: passwords too


class AmiError(Exception):
    """AMI could not do what was asked."""


class AmiLost(AmiError):
    """The connection is gone; the action may or may not have been done, and is not sent again."""


@dataclass(frozen=True, slots=True)
class AmiNode:
    """How one node's AMI is reached."""

    name: NodeName
    host: str
    port: int
    user: str
    password: str = field(repr=False)


class Ami(Protocol):
    """A logged-in AMI connection. `AmiConnection` is one; the simulator brings its own."""

    async def send(self, action: Fields, seconds: float = ACTION_SECONDS) -> list[Fields]:
        """Send an action; return its response and the events of its list. Raises ValueError, AmiError."""
        ...

    async def watch(self, clock: Callable[[float], None]) -> None:
        """Return when the connection is lost. `clock` is told by how many seconds the node is ahead of us."""
        ...

    def close(self) -> None:
        """Close the connection."""
        ...


Connect = Callable[[AmiNode, OnEvent], Awaitable[Ami]]
"""Connects to a node's AMI and logs in. Raises AmiError."""


class _Bounded(AMIProtocol):  # type: ignore[misc]
    """panoramisk's reader, which keeps what it cannot read to the end yet: not without limit."""

    def data_received(self, data: bytes) -> None:
        """Read on; a message that does not end costs the connection."""
        super().data_received(data)
        if sum(map(len, self.queue)) > LONGEST_MESSAGE:
            self.transport.abort()


class _Once(Manager):  # type: ignore[misc]
    """A panoramisk manager for exactly one connection: no reconnect, no replay, no ping of its own."""

    def __init__(self, on_event: OnEvent) -> None:
        super().__init__(loop=asyncio.get_running_loop())
        self.callbacks.clear()
        self.patterns.clear()
        self.lost: asyncio.Future[None] = self.loop.create_future()
        self._on_event = on_event

    def take(self, protocol: AMIProtocol) -> None:
        """Use this connection."""
        protocol.queue, protocol.factory, protocol.log = deque(), self, self.log
        protocol.config, protocol.encoding = self.config, "utf8"
        self.responses = protocol.responses = {}
        self.protocol = protocol

    def dispatch(self, event: Any) -> list[str]:
        """Pass an event on; what the receiver raises costs that event and nothing else."""
        try:
            self._on_event({str(key): str(value) for key, value in dict(event).items()})
        except Exception:
            log.exception("an AMI event could not be handled", event_kind=str(event.event))
        return []

    def connection_lost(self, _exc: Exception | None) -> None:
        """Note the loss; whoever owns us connects again."""
        if not self.lost.done():
            self.lost.set_result(None)


class AmiConnection:
    """One logged-in connection. `watch` returns when it is lost."""

    def __init__(self, manager: _Once) -> None:
        """Use `connect` to make one."""
        self._manager = manager

    async def send(self, action: Fields, seconds: float = ACTION_SECONDS) -> list[Fields]:
        """Send an action; return its response and, after it, the events of its list.

        Raises ValueError for CR or LF in a field, AmiError when Asterisk refuses or takes too long, AmiLost.
        """
        check_fields(action)
        if self._manager.lost.done():
            raise AmiLost(action["Action"])
        request = Action(dict(action))
        # panoramisk takes "Added interface to queue" for the start of a list: we say which have one
        as_list = None if action["Action"] in LISTS else False
        answer = asyncio.ensure_future(self._manager.send_action(request, as_list=as_list))
        await asyncio.wait({answer, self._manager.lost}, timeout=seconds, return_when="FIRST_COMPLETED")
        if not answer.done():
            answer.cancel()
            self._manager.responses.pop(request["ActionID"], None)
            lost = self._manager.lost.done()
            raise AmiLost(action["Action"]) if lost else AmiError(f"{action['Action']}: no answer in time")
        found = answer.result()
        messages: list[Fields] = [dict(one) for one in (found if isinstance(found, list) else [found])]
        first = {str(key).lower(): str(value) for key, value in messages[0].items()}
        if first.get("response", "") in ("Error", "Fail") and first.get("message", "") not in NOTHING_THERE:
            raise AmiError(f"{action['Action']}: {first.get('message', 'refused')}")
        return messages

    async def watch(self, clock: Callable[[float], None]) -> None:
        """Ping until the connection is lost or a ping stays unanswered; then close it."""
        try:
            while not self._manager.lost.done():
                asked_at = time.time()
                ahead = clock_ahead(await self.send({"Action": "Ping"}, PING_SECONDS), asked_at, time.time())
                if ahead is not None:
                    clock(ahead)
                await asyncio.wait({self._manager.lost}, timeout=PING_EVERY_SECONDS)
        except AmiError as error:
            log.warning("AMI does not answer", reason=str(error))
        finally:
            self.close()

    def close(self) -> None:
        """Close the connection."""
        self._manager.protocol.transport.abort()


def clock_ahead(pong: Sequence[Fields], asked_at: float, answered_at: float) -> float | None:
    """Return how many seconds the clock of who answered this ping is ahead of ours; None: it did not say.

    What the way there and back may hide is not counted: a slow answer makes no clock wrong.
    """
    text = next((value for one in pong for key, value in one.items() if str(key).lower() == "timestamp"), "")
    try:
        said = float(text)
    except ValueError:
        return None
    if not math.isfinite(said):
        return None
    return min(0.0, said - asked_at) or max(0.0, said - answered_at)


async def over_tcp(node: AmiNode, on_event: OnEvent) -> Ami:
    """Connect to the node itself. Raises AmiError."""
    return await connect(node.host, node.port, node.user, node.password, on_event)


async def connect(host: str, port: int, user: str, password: str, on_event: OnEvent) -> AmiConnection:
    """Connect and log in. `on_event` is told every event. Raises AmiError, ValueError."""
    manager = _Once(on_event)
    loop = asyncio.get_running_loop()
    try:
        async with asyncio.timeout(ACTION_SECONDS):
            _, protocol = await loop.create_connection(_Bounded, host, port)
    except (OSError, TimeoutError) as error:
        raise AmiError(f"{host}:{port}: {error or 'no answer'}") from error
    manager.take(protocol)
    connection = AmiConnection(manager)
    try:
        await connection.send({"Action": "Login", "Username": user, "Secret": password, "Events": "on"})
    except BaseException:
        connection.close()
        raise
    return connection


async def take_up_certificates(connection: Ami) -> None:
    """Let the node read its certificates anew; what is connected stays. Raises AmiError."""
    for module in WITH_TLS:
        await connection.send({"Action": "Reload", "Module": module})


def check_fields(action: Fields) -> None:
    """Refuse what would become another header or another action."""
    for key, value in action.items():
        if any(sign in f"{key}{value}" for sign in "\r\n\x00") or ":" in key:
            raise ValueError(f"AMI field {key!r} has a line break or a colon in its name")
