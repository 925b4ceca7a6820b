"""What flows out: in order whether it is sent at once or waits, bounded, and framed as the RFC says."""

import asyncio

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from ct112.control.outflow import Outflow
from ct112.control.websocket import stream


async def test_messages_of_every_size_come_whole_and_in_order() -> None:
    """Some are sent at once, some wait behind one that the kernel does not take in one piece."""
    sizes = [1, 125, 126, 127, 65_535, 65_536, 3_000_000, 1, 2, 65_536, 125, 3_000_000, 7]
    sent = [bytes([97 + number]) * size for number, size in enumerate(sizes)]
    outflow = Outflow()

    async def feed(request: web.Request) -> web.WebSocketResponse:
        return await stream(request, outflow)

    app = web.Application()
    app.router.add_get("/", feed)
    async with (
        TestServer(app) as server,
        aiohttp.ClientSession() as session,
        session.ws_connect(server.make_url("/"), max_msg_size=0) as socket,
    ):
        for message in sent[:5]:
            outflow.put(message)
            await asyncio.sleep(0.01)
        for message in sent[5:]:
            outflow.put(message)
        async with asyncio.timeout(10):
            got = [(await socket.receive_str()).encode() for _ in sent]
    assert [(one[:1], len(one)) for one in got] == [(one[:1], len(one)) for one in sent]


async def test_while_one_is_on_its_way_none_overtakes_it() -> None:
    direct: list[bytes] = []
    outflow = Outflow()
    outflow.put(b"first")
    assert await outflow.next() == b"first"
    outflow.direct = lambda message: bool(direct.append(message) or True)  # type: ignore[func-returns-value]
    outflow.put(b"second")  # the first is not through yet
    assert direct == []
    assert await outflow.next() == b"second"
    waiting = asyncio.create_task(outflow.next())
    await asyncio.sleep(0)  # now it is
    outflow.put(b"third")
    assert direct == [b"third"]
    outflow.close()
    assert await waiting is None


@pytest.mark.parametrize(("messages", "bytes_"), [(3, 10**6), (10**6, 30)])
async def test_a_full_one_is_closed_once_and_takes_nothing_more(messages: int, bytes_: int) -> None:
    full: list[int] = []
    outflow = Outflow(messages, bytes_)
    outflow.on_full = lambda: full.append(1)
    for _ in range(10):
        outflow.put(b"x" * 10)
    assert (outflow.closed, outflow.full, full) == (True, True, [1])
    assert await outflow.next() is None


async def test_one_message_may_be_larger_than_the_limit_if_it_is_alone() -> None:
    outflow = Outflow(10, 30)
    outflow.put(b"x" * 1000)
    assert await outflow.next() == b"x" * 1000
