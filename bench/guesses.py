"""Guesses a password 3,000 times a second: `python -m bench.guesses http://…/api/v1/session`."""

import asyncio
import json
import sys
import time
from collections import Counter
from urllib.parse import urlsplit

A_SECOND = 3_000
SECONDS = 10.0
CONNECTIONS = 60


def request(host: str, path: str, guess: str) -> bytes:
    """Return one guess as HTTP."""
    body = json.dumps({"username": "admin", "password": guess}).encode()
    head = f"POST {path} HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\n"
    return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body


async def guess(host: str, port: int, path: str, number: int, statuses: Counter[str]) -> int:
    """Send guesses at a steady pace, whatever is answered; return how many."""
    reader, writer = await asyncio.open_connection(host, port)
    counting = asyncio.create_task(_count(reader, statuses), name="count")
    began, sent = time.monotonic(), 0
    while time.monotonic() - began < SECONDS:
        writer.write(request(f"{host}:{port}", path, f"guess {number} {sent}"))
        await writer.drain()
        sent += 1
        await asyncio.sleep(max(0.0, began + sent * CONNECTIONS / A_SECOND - time.monotonic()))
    counting.cancel()
    writer.close()
    return sent


async def _count(reader: asyncio.StreamReader, statuses: Counter[str]) -> None:
    while line := await reader.readline():
        _, answer, status = line.rpartition(b"HTTP/1.1 ")  # a body before it ends without a new line
        if answer:
            statuses[status[:3].decode()] += 1


async def main(address: str) -> None:
    """Guess, and say what came of it."""
    parts = urlsplit(address)
    statuses: Counter[str] = Counter()
    host, port = parts.hostname or "127.0.0.1", parts.port or 80
    sent = sum(
        await asyncio.gather(*(guess(host, port, parts.path, one, statuses) for one in range(CONNECTIONS)))
    )
    told = ", ".join(f"{count} × {status}" for status, count in sorted(statuses.items()))
    print(f"{sent / SECONDS:.0f} guesses a second for {SECONDS:.0f} s, answered in time: {told}")


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
