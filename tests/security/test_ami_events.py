"""What a stranger sends stands in security events, line breaks and all: none becomes an event of its own."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import quote

import pytest

from lab.asterisk import AsteriskNode
from lab.raw_sip import raw_caller

pytestmark = pytest.mark.real
FORGED = [
    "x\r\n\r\nEvent: ContactStatus\r\nAOR: pos-1\r\n",
    "x\n\nEvent: Shutdown\n",
    "x\r\nSessionID: y\r\nLocalAddress: z\r\n\r\nEvent: A",
]


@asynccontextmanager
async def listening(node: AsteriskNode) -> AsyncIterator[asyncio.StreamReader]:
    """Log in as ct112 does, and hear what comes."""
    reader, writer = await asyncio.open_connection("127.0.0.1", node.ports.ami)
    user, secret = node.values().ami_user, node.ami_password
    writer.write(f"Action: Login\r\nUsername: {user}\r\nSecret: {secret}\r\nEvents: on\r\n\r\n".encode())
    try:
        yield reader
    finally:
        writer.close()
        await writer.wait_closed()


async def heard(reader: asyncio.StreamReader, seconds: float = 1.0) -> list[str]:
    """Return the first lines of the messages that come within this time."""
    lines: list[str] = []
    try:
        async with asyncio.timeout(seconds):
            while line := await reader.readline():
                lines.append(line.decode(errors="replace").strip())
    except TimeoutError:
        pass
    return [line for line in lines if line.lower().startswith(("event:", "aor:"))]


@pytest.mark.parametrize("forged", FORGED)
async def test_a_stranger_writes_no_events(node: AsteriskNode, forged: str) -> None:
    user = quote(forged, safe="")
    async with listening(node) as reader, raw_caller(f"127.0.0.1:{node.ports.sip}", "127.0.0.9") as stranger:
        for _ in range(8):
            answer = await stranger.invite(f"<sip:{user}@127.0.0.9>")
            assert answer.answer is not None
            assert answer.answer.status == 401
        events = await heard(reader)
    known = {"Event: FullyBooted", "Event: InvalidAccountID", "Event: ChallengeResponseFailed"}
    assert set(events) <= known


async def test_an_honest_security_event_comes(node: AsteriskNode) -> None:
    async with listening(node) as reader, raw_caller(f"127.0.0.1:{node.ports.sip}", "127.0.0.9") as stranger:
        for _ in range(8):  # the sixth within five seconds is an event (pjsip.conf)
            await stranger.invite("<sip:somebody@127.0.0.9>")
        assert "Event: InvalidAccountID" in await heard(reader)
