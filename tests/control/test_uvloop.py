"""On the event loop the processes run on: its transports are none of asyncio's classes."""

import asyncio
import contextlib
from collections.abc import Coroutine
from typing import Any

import aiohttp
import uvloop
from aiohttp import web

from ct112.control.fanout import Fanout
from ct112.control.outflow import Outflow
from ct112.control.websocket import stream
from ct112.http.server import HttpServer


def run(work: Coroutine[Any, Any, None]) -> None:
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(work)


def test_a_reader_gets_its_snapshot_and_what_follows() -> None:
    run(_reads())


async def _reads() -> None:
    fanout = Fanout(lambda: b"snapshot", most=4)

    async def feed(request: web.Request) -> web.StreamResponse:
        outflow = Outflow()
        fanout.join(outflow)
        return await stream(request, outflow)

    app = web.Application()
    app.router.add_get("/feed", feed)
    server = HttpServer(app, "127.0.0.1", 0)
    serving = asyncio.create_task(server.run())
    await server.listening.wait()
    url = f"http://127.0.0.1:{server.address[1]}/feed"
    async with asyncio.timeout(10), aiohttp.ClientSession() as session, session.ws_connect(url) as socket:
        assert await socket.receive_str() == "snapshot"
        fanout.send(b"change")
        assert await socket.receive_str() == "change"
    serving.cancel()
    await asyncio.gather(serving, return_exceptions=True)


def test_a_connection_too_many_is_closed_at_once() -> None:
    run(_too_many())


async def _too_many() -> None:
    server = HttpServer(web.Application(), "127.0.0.1", 0, most_connections=1)
    serving = asyncio.create_task(server.run())
    await server.listening.wait()
    async with asyncio.timeout(10):
        _, first = await asyncio.open_connection(*server.address)
        reader, second = await asyncio.open_connection(*server.address)
        with contextlib.suppress(ConnectionResetError):  # the same, said more harshly
            assert await reader.read() == b""
    for writer in (first, second):
        writer.close()
    serving.cancel()
    await asyncio.gather(serving, return_exceptions=True)
