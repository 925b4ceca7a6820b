"""A flood of HTTP requests: so many a second, for so long, whatever is answered. Prints what came of it.

It is a process of its own, bounded in rate, time and connections, and goes to this machine alone.
"""

import argparse
import asyncio
import ipaddress
import json
import sys
import time
from collections import Counter
from collections.abc import Sequence
from urllib.parse import urlsplit

import uvloop

MOST_A_SECOND, MOST_SECONDS, CONNECTIONS = 5000, 600, 40
LARGEST_BACKLOG = 256 * 1024  # bytes a connection may owe the server before its requests are left out
TICK_SECONDS = 0.02
PATIENCE_SECONDS = 2.0  # for the last answers


class Flood:
    """Connections that ask without waiting for answers."""

    def __init__(self, url: str, paths: Sequence[str], token: str) -> None:
        """Nothing is sent yet. A path with a `!` before it is asked for with the token."""
        parts = urlsplit(url)
        self._host, self._port = str(parts.hostname), int(parts.port or 80)
        if not ipaddress.ip_address(self._host).is_loopback:
            raise ValueError(f"{self._host} is not this machine")
        self._requests = [_request(path, token) for path in paths]
        self.sent = self.left_out = self.cut = 0
        self.answers: Counter[str] = Counter()

    async def run(self, rate: int, seconds: float) -> None:
        """Ask so many times a second for so long."""
        async with asyncio.TaskGroup() as tasks:
            for _ in range(CONNECTIONS):
                tasks.create_task(self._connection(rate / CONNECTIONS, seconds))

    async def _connection(self, rate: float, seconds: float) -> None:
        """Ask on one connection; one that is cut off is made again."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            try:
                await self._ask(rate, end)
            except (OSError, asyncio.IncompleteReadError):
                self.cut += 1
                await asyncio.sleep(0.1)

    async def _ask(self, rate: float, end: float) -> None:
        reader, writer = await asyncio.open_connection(self._host, self._port)
        reading = asyncio.create_task(self._read(reader))
        try:
            began, mine = time.monotonic(), 0
            while (now := time.monotonic()) < end and not reading.done():
                due = int((now - began) * rate) - mine
                mine += due
                self._send(writer, due)
                await asyncio.sleep(TICK_SECONDS)
            if not reading.done():
                await asyncio.wait({reading}, timeout=PATIENCE_SECONDS)
            if reading.done():
                reading.result()
        finally:
            reading.cancel()
            await asyncio.gather(reading, return_exceptions=True)
            writer.transport.abort()

    def _send(self, writer: asyncio.StreamWriter, count: int) -> None:
        for _ in range(count):
            if writer.transport.get_write_buffer_size() > LARGEST_BACKLOG:
                self.left_out += 1
            else:
                writer.write(self._requests[self.sent % len(self._requests)])
                self.sent += 1

    async def _read(self, reader: asyncio.StreamReader) -> None:
        while True:
            head = await reader.readuntil(b"\r\n\r\n")
            self.answers[head[9:12].decode("ascii", "replace")] += 1
            length = head.lower().partition(b"\r\ncontent-length:")[2].partition(b"\r\n")[0]
            await reader.readexactly(int(length or b"0"))


def _request(path: str, token: str) -> bytes:
    known = f"Authorization: Bearer {token}\r\n" if path.startswith("!") else ""
    return f"GET {path.removeprefix('!')} HTTP/1.1\r\nHost: flood\r\n{known}\r\n".encode()


def main() -> int:
    """Flood, and print how it went as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("url")
    parser.add_argument("paths", nargs="+")
    parser.add_argument("--rate", type=int, default=2000)
    parser.add_argument("--seconds", type=float, default=15)
    given = parser.parse_args()
    token = sys.stdin.readline().strip()  # not on the command line, where everybody reads it
    flood = Flood(given.url, given.paths, token)
    began = time.monotonic()
    work = flood.run(min(given.rate, MOST_A_SECOND), min(given.seconds, MOST_SECONDS))
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(work)
    told = {
        "seconds": given.seconds,
        "took": time.monotonic() - began,
        "sent": flood.sent,
        "left_out": flood.left_out,
    }
    sys.stdout.write(json.dumps(told | {"cut": flood.cut, "answers": dict(flood.answers)}) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
