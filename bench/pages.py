"""Pages that cost their machine next to nothing: what is measured is ct112, not two hundred clients.

`python -m bench.pages URL COUNT SEEN`, the token on standard input: says `open` when all have a snapshot, and
at the next line on standard input writes when each first saw each number to SEEN, and prints what went wrong.
"""

import asyncio
import json
import struct
import sys
import time
from functools import lru_cache
from pathlib import Path
from urllib.parse import urlsplit

import orjson
import uvloop

from lab.live import HANDSHAKE, PATH

PING, CLOSE, TEXT = 0x9, 0x8, 0x1


@lru_cache(maxsize=64)
def numbers(message: bytes) -> tuple[tuple[str, ...], int, str]:
    """Return whose calls a message shows, its revision and its kind. All pages get the same bytes."""
    told = orjson.loads(message)
    calls = told.get("calls", ())
    shown = [one for one in (calls.values() if isinstance(calls, dict) else calls) if one]
    return tuple(one["ani"] for one in shown if one["ani"]), told.get("revision", -1), told["kind"]


class Page(asyncio.Protocol):
    """One page: reads frames, answers pings, and notes when it first saw each number."""

    def __init__(self, head: bytes) -> None:
        self._head = head
        self._buffer = bytearray()
        self._open = False
        self.seen: dict[str, float] = {}
        self.revision = -1
        self.wrong = 0
        self.ready = asyncio.Event()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask for the WebSocket."""
        self._transport = transport
        self._write(self._head)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002
        """Nobody ends it but us."""
        self.wrong += 1

    def data_received(self, data: bytes) -> None:
        """Take in what came."""
        self._buffer += data
        if not self._open:
            end = self._buffer.find(b"\r\n\r\n")
            if end < 0:
                return
            self._open = b" 101 " in self._buffer[:end].split(b"\r\n")[0]
            del self._buffer[: end + 4]
        while (frame := self._frame()) is not None:
            self._take(*frame)

    def _frame(self) -> tuple[int, bytes] | None:
        """Return the next whole frame: its opcode and its payload."""
        buffer = self._buffer
        if len(buffer) < 2:
            return None
        length, start = buffer[1] & 0x7F, 2
        if length == 126:
            length, start = int.from_bytes(buffer[2:4], "big"), 4
        elif length == 127:
            length, start = int.from_bytes(buffer[2:10], "big"), 10
        if len(buffer) < start + length:
            return None
        frame = buffer[0] & 0xF, bytes(buffer[start : start + length])
        del buffer[: start + length]
        return frame

    def _take(self, opcode: int, payload: bytes) -> None:
        if opcode == PING:
            self._write(struct.pack("!BBI", 0x8A, 0x80 | len(payload), 0) + payload)
        elif opcode != TEXT:
            self.wrong += 1
        else:
            now = time.time()
            shown, revision, kind = numbers(payload)
            self.wrong += kind == "away" or (kind == "change" and revision != self.revision + 1)
            self.revision = revision
            for number in shown:
                self.seen.setdefault(number, now)
            self.ready.set()

    def _write(self, data: bytes) -> None:
        self._transport.write(data)  # type: ignore[attr-defined]


async def look_on(url: str, count: int, seen: Path, token: str) -> int:
    """Open the pages, wait for a line on standard input, write what they saw; return how much went wrong."""
    loop, parts = asyncio.get_running_loop(), urlsplit(url)
    place = str(parts.hostname), int(parts.port or 80)
    head = HANDSHAKE.format(path=PATH, host=parts.netloc, token=token).encode()
    opened = [await loop.create_connection(lambda: Page(head), *place) for _ in range(count)]
    pages = [page for _, page in opened]
    async with asyncio.timeout(60):
        for page in pages:
            await page.ready.wait()
    sys.stdout.write("open\n")
    sys.stdout.flush()
    await asyncio.to_thread(sys.stdin.readline)
    found = orjson.dumps([page.seen for page in pages])
    await asyncio.to_thread(seen.write_bytes, found)
    wrong = sum(page.wrong for page in pages)
    for transport, _ in opened:
        transport.abort()
    return wrong


def main() -> int:
    """Look on, and print how much went wrong."""
    url, count, seen = sys.argv[1], int(sys.argv[2]), Path(sys.argv[3])
    token = sys.stdin.readline().strip()  # not on the command line, where everybody reads it
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        wrong = runner.run(look_on(url, count, seen, token))
    sys.stdout.write(json.dumps({"wrong": wrong}) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
