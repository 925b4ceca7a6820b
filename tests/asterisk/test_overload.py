"""Asterisk is far behind with what it has to tell us, and takes calls all the same."""

import re
import socket
from collections.abc import AsyncIterator

import aiohttp
import pytest

from lab.api import Lab
from lab.raw_sip import raw_caller
from tests.asterisk.conftest import Target, target_of

ASLEEP = "asleep"  # an application that reads nothing
LARGE, SMALL = "x" * 30_000, "x"
FILLING, WAITING = 250, 700  # events until the socket is full (a few MB at most), and then to wait behind it
HIGH_WATER = 500  # where Asterisk calls a queue overloaded

pytestmark = pytest.mark.real


@pytest.fixture
async def slow_session(asterisk: Lab) -> AsyncIterator[aiohttp.ClientSession]:
    """A session that authenticates itself, whose sockets take in little."""
    real = target_of(asterisk)
    headers = {"Authorization": aiohttp.encode_basic_auth(real.user, real.password)}
    connector = aiohttp.TCPConnector(socket_factory=_small_socket)
    async with aiohttp.ClientSession(headers=headers, connector=connector) as session:
        yield session


def _small_socket(info: aiohttp.AddrInfoType) -> socket.socket:
    made = socket.socket(info[0], info[1], info[2])
    made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    return made


async def test_a_reader_that_stands_still_costs_no_call(
    asterisk: Lab, slow_session: aiohttp.ClientSession
) -> None:
    real = target_of(asterisk)
    async with slow_session.ws_connect(f"{real.url}/events", params={"app": ASLEEP}):
        await _flood(slow_session, real, FILLING, LARGE)
        await _flood(slow_session, real, WAITING, SMALL)
        before = _behind(asterisk)
        async with raw_caller(f"127.0.0.1:{asterisk.places.ports.node(0).sip}") as caller:
            call = await caller.invite()
            assert min(before, _behind(asterisk)) > HIGH_WATER, "it was not behind: nothing was shown"
            await caller.bye(call)
        assert call.answer is not None
        assert call.answer.status == 200


async def _flood(session: aiohttp.ClientSession, real: Target, count: int, text: str) -> None:
    for _ in range(count):
        async with session.post(
            f"{real.url}/events/user/nothing",
            params={"application": ASLEEP},
            json={"variables": {"text": text}},
        ) as answer:
            assert answer.status == 204


def _behind(asterisk: Lab) -> int:
    """Return how many messages wait for the application that sleeps."""
    table = asterisk.nodes()[0].cli("core show taskprocessors").stdout
    found = re.search(rf"application/{ASLEEP}\S*\s+\d+\s+(\d+)", table)
    return int(found[1]) if found else 0
