"""Live clients of the lab's web: pages that follow the floor, some of which never read.

As a program (`python -m lab.live URL`, the token on standard input) it opens so many, for so long, and prints
what they saw as JSON.
"""

import argparse
import asyncio
import contextlib
import json
import socket
import sys
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import orjson
import uvloop

from ct112.control.mirror import Gap, Mirror

ESTABLISHED = 1  # the kernel's number of that state (tcp(7))
PATH = "/api/v1/live"
AGAIN_SECONDS = 0.2
KERNEL_BYTES = 4096  # what the kernel takes in for a page that never reads
HANDSHAKE = (
    "GET {path} HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {token}\r\nConnection: Upgrade\r\n"
    "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==\r\n\r\n"
)


class Page:
    """One page: begins anew after every end, and keeps what it would show."""

    def __init__(self) -> None:
        """Nothing is seen yet."""
        self.mirror: Mirror | None = None
        self.snapshots = self.gaps = self.aways = self.ends = 0
        self.facts: set[tuple[str, int]] = set()
        self.twice = 0

    def take(self, message: Mapping[str, Any]) -> None:
        """Take a message in."""
        if message["kind"] == "snapshot":
            self.mirror, self.snapshots = Mirror(message), self.snapshots + 1
        elif message["kind"] == "away":
            self.mirror, self.aways = None, self.aways + 1
        else:
            self._change(message)

    def _change(self, message: Mapping[str, Any]) -> None:
        try:
            if self.mirror is not None:
                self.mirror.take(message)
            self.gaps += self.mirror is None
        except Gap:
            self.gaps += 1
        facts = {(fact["call"], fact["seq"]) for fact in message["facts"]}
        self.twice += len(facts & self.facts)
        self.facts |= facts

    def shows(self) -> dict[str, dict[str, int]]:
        """Return each thing's revision as the page shows it; nothing while it shows nothing."""
        if self.mirror is None:
            return {}
        parts = {part: self.mirror.parts[part] for part in ("calls", "positions")}
        return {
            part: {name: one["revision"] for name, one in things.items()} for part, things in parts.items()
        }


class Pages:
    """So many pages of one web."""

    def __init__(self, url: str, token: str, count: int, asleep: int = 0) -> None:
        """`asleep`: further ones that are opened and never read."""
        self.pages = [Page() for _ in range(count)]
        self.asleep = asleep
        self.cut = 0  # how often web closed one that never reads
        self._url = url
        self._token = token

    async def run(self) -> None:
        """Keep all of them open until cancelled."""
        headers = {"Authorization": f"Bearer {self._token}"}
        async with (
            aiohttp.ClientSession(headers=headers, connector=aiohttp.TCPConnector(limit=0)) as session,
            asyncio.TaskGroup() as tasks,
        ):
            for page in self.pages:
                tasks.create_task(self._page(session, page))
            for _ in range(self.asleep):
                tasks.create_task(self._asleep())

    async def until(self, holds: Callable[[Page], object], within: float) -> float:
        """Wait until every page is as wanted; return after how many seconds. Raises TimeoutError."""
        began = time.monotonic()
        async with asyncio.timeout(within):
            while not all(holds(page) for page in self.pages):  # noqa: ASYNC110 (many pages, one look)
                await asyncio.sleep(0.02)
        return time.monotonic() - began

    def told(self) -> dict[str, int]:
        """Return what came of it, all pages together."""
        sums = {
            name: sum(getattr(page, name) for page in self.pages)
            for name in ("snapshots", "gaps", "twice", "aways", "ends")
        }
        return sums | {"pages": len(self.pages), "asleep": self.asleep, "cut": self.cut}

    async def _page(self, session: aiohttp.ClientSession, page: Page) -> None:
        while True:
            with contextlib.suppress(aiohttp.ClientError, OSError):
                async with session.ws_connect(self._url + PATH, max_msg_size=0) as feed:
                    async for message in feed:
                        page.take(orjson.loads(message.data))
            page.mirror, page.ends = None, page.ends + 1
            await asyncio.sleep(AGAIN_SECONDS)

    async def _asleep(self) -> None:
        while True:
            with contextlib.suppress(OSError, asyncio.IncompleteReadError):
                await self._sleep()
                self.cut += 1
            await asyncio.sleep(AGAIN_SECONDS)

    async def _sleep(self) -> None:
        """Open one, read the beginning of the answer, and nothing more until web ends it."""
        parts = urlsplit(self._url)
        plain = socket.socket()
        plain.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, KERNEL_BYTES)
        plain.setblocking(False)
        try:
            loop = asyncio.get_running_loop()
            await loop.sock_connect(plain, (parts.hostname, parts.port))
            head = HANDSHAKE.format(path=PATH, host=parts.netloc, token=self._token)
            await loop.sock_sendall(plain, head.encode())
            if b" 101 " not in await loop.sock_recv(plain, 64):
                raise ConnectionError("not let in")
            while _open(plain):  # noqa: ASYNC110 (to wait for it would be to read)
                await asyncio.sleep(0.2)  # not a pong is sent
        finally:
            plain.close()


def _open(connection: socket.socket) -> bool:
    """Return whether the other side has not ended the connection, without reading from it."""
    return connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 1)[0] == ESTABLISHED


@asynccontextmanager
async def pages(info: Mapping[str, Any], count: int, asleep: int = 0) -> AsyncIterator[Pages]:
    """Keep so many pages of the lab's web open while the block runs."""
    opened = Pages(info["web"], info["api_token"], count, asleep)
    task = asyncio.create_task(opened.run(), name="pages")
    try:
        yield opened
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def _program(given: argparse.Namespace, token: str) -> dict[str, Any]:
    async with pages({"web": given.url, "api_token": token}, given.pages, given.asleep) as opened:
        await opened.until(lambda page: page.snapshots, 60)
        sys.stdout.write("open\n")
        sys.stdout.flush()
        await asyncio.to_thread(sys.stdin.readline)  # until whoever started us says so, or is gone
        return opened.told()


def main() -> int:
    """Open the pages, say so, and print what they saw once told to end by a line on standard input."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("url")
    parser.add_argument("--pages", type=int, default=200)
    parser.add_argument("--asleep", type=int, default=0)
    given = parser.parse_args()
    token = sys.stdin.readline().strip()  # not on the command line, where everybody reads it
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        told = runner.run(_program(given, token))
    sys.stdout.write(json.dumps(told) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
