"""What a link needs of a connection to one node. `ari.Connection` is one; the simulator brings its own."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from ct112.asterisk.ari import Answered, Request
from ct112.asterisk.ari.connection import REPLY_SECONDS, OnEvent
from ct112.asterisk.ari.http import FETCH_SECONDS
from ct112.core.ids import NodeName


@dataclass(frozen=True, slots=True)
class Node:
    """How one Asterisk is reached."""

    name: NodeName
    ari_url: str
    user: str
    password: str = field(repr=False)


class Wire(Protocol):
    """One open connection: events come in as they are, requests go out, each gets one answer."""

    def send(self, requests: Sequence[Request], answered: Answered, seconds: float = REPLY_SECONDS) -> None:
        """Send requests together, after those sent before; `answered` gets all their answers at once."""
        ...

    def start(self, request: Request, seconds: float = REPLY_SECONDS) -> "asyncio.Future[Any]":
        """Send a request; the future gets the parsed reply or an AriError."""
        ...

    async def ask(self, request: Request, seconds: float = REPLY_SECONDS) -> Any:
        """Send a request and return its parsed reply. Raises AriError."""
        ...

    async def fetch(self, request: Request, seconds: float = FETCH_SECONDS) -> Any:
        """Ask for what may be long, beside the requests sent: in no order with them. Raises AriError."""
        ...

    async def run(self) -> None:
        """Carry events and answers until the connection ends, for whatever reason."""
        ...

    async def close(self) -> None:
        """End the connection; `run` comes to its end."""
        ...


Connect = Callable[[Node, OnEvent], Awaitable[Wire]]
"""Opens a connection to a node; events go to the callable, in the reader. Raises AriError."""
