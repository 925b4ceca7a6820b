"""Asterisk is far behind with what it has to tell us, and takes calls all the same."""

import re
import socket
from collections.abc import AsyncIterator

import aiohttp
import pytest

from lab.api import Lab
from lab.raw_sip import raw_caller
from tests.asterisk.conftest import target_of

ASLEEP = "asleep"  # an application that reads nothing
LARGE, SMALL = "x" * 30_000, "x"
FILLING, WAITING = 250, 700  # events until the socket is full (a few MB at most), and then to wait behind it
ATTEMPTS = 5
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
    for attempt in range(ATTEMPTS):
        status = await _called_while_behind(asterisk, slow_session, f"{ASLEEP}-{attempt}")
        if status is not None:
            assert status == 200
            return
    pytest.fail("it was never behind long enough: nothing was shown")


async def _called_while_behind(asterisk: Lab, session: aiohttp.ClientSession, application: str) -> int | None:
    """Return how a call was answered while events waited; None when they did not wait all the time.

    Asterisk closes a socket that takes nothing for 5 s (ari.conf), and a busy machine may need longer.
    """
    url = f"{target_of(asterisk).url}/events"
    async with session.ws_connect(url, params={"app": application}):
        await _flood(session, url, application, FILLING, LARGE)
        await _flood(session, url, application, WAITING, SMALL)
        before = _behind(asterisk, application)
        async with raw_caller(f"127.0.0.1:{asterisk.places.ports.node(0).sip}") as caller:
            call = await caller.invite()
            after = _behind(asterisk, application)
            await caller.bye(call)
    assert call.answer is not None
    return call.answer.status if min(before, after) > HIGH_WATER else None


async def _flood(session: aiohttp.ClientSession, url: str, application: str, count: int, text: str) -> None:
    """Send events; one that comes after the socket was closed is refused, and that is no matter."""
    for _ in range(count):
        async with session.post(
            f"{url}/user/nothing", params={"application": application}, json={"variables": {"text": text}}
        ) as answer:
            await answer.read()


def _behind(asterisk: Lab, application: str) -> int:
    """Return how many messages wait for the application that sleeps."""
    table = asterisk.nodes()[0].cli("core show taskprocessors").stdout
    found = re.search(rf"application/{application}\S*\s+\d+\s+(\d+)", table)
    return int(found[1]) if found else 0
