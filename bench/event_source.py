"""Sends an ARI client events as fast as it takes them; anything else is asked of the real Asterisk.

Runs as a process of its own: event_source.py UPSTREAM COUNT (UPSTREAM: http://host:port/). Prints its port.
"""

import asyncio
import json
import struct
import sys
from typing import Any

import aiohttp
from aiohttp import web

from lab.ports import LOOPBACK

CHUNK = 200
ENOUGH_WAITING = 1 << 20  # bytes not yet taken by the client
PASSED_ON = ("Authorization", "Accept")
UPSTREAM: "web.AppKey[str]" = web.AppKey("upstream", str)
COUNT: "web.AppKey[int]" = web.AppKey("count", int)


def event(number: int, application: str) -> dict[str, Any]:
    """Return a key press as Asterisk 22 sends it, on a leg of its own."""
    return {
        "type": "ChannelDtmfReceived",
        "timestamp": "2026-11-25T03:39:48.176+0000",
        "digit": "1",
        "duration_ms": 100,
        "channel": {
            "id": f"a-1795577988.{number}",
            "name": f"PJSIP/trunk-{number:08x}",
            "state": "Up",
            "protocol_id": f"{number}-5819@127.0.0.2",
            "caller": {"name": "", "number": f"0811{number:08d}"},
            "connected": {"name": "", "number": ""},
            "accountcode": "",
            "dialplan": {
                "context": "from-trunk",
                "exten": "112",
                "priority": 3,
                "app_name": "Stasis",
                "app_data": "ct112,call",
            },
            "creationtime": "2026-11-25T03:39:48.172+0000",
            "language": "id",
            "channelvars": {"CT112_LOCATION": "", "CT112_LEG": "caller"},
        },
        "asterisk_id": "02:fc:00:00:00:01",
        "application": application,
    }


def framed(text: bytes) -> bytes:
    """Return a text frame as a server sends it (RFC 6455, 5.2), of 126 bytes to 64 KiB."""
    return b"\x81\x7e" + struct.pack("!H", len(text)) + text


async def events(request: web.Request) -> web.WebSocketResponse:
    """Send them all, past the library, which would take longer than the clients do."""
    socket = web.WebSocketResponse()
    await socket.prepare(request)
    application = request.query["app"].partition(",")[0]
    frames = [framed(json.dumps(event(number, application)).encode()) for number in range(request.app[COUNT])]
    transport = request.transport
    assert isinstance(transport, asyncio.WriteTransport)
    for first in range(0, len(frames), CHUNK):
        while transport.get_write_buffer_size() > ENOUGH_WAITING:
            await asyncio.sleep(0.001)
        transport.write(b"".join(frames[first : first + CHUNK]))
    async for _ in socket:
        pass  # until the client goes
    return socket


async def anything_else(request: web.Request) -> web.Response:
    """Ask Asterisk: some clients read its API description first."""
    headers = {name: request.headers[name] for name in PASSED_ON if name in request.headers}
    headers["Host"] = request.host  # what the description says about where the API is
    async with (
        aiohttp.ClientSession() as session,
        session.request(
            request.method,
            f"{request.app[UPSTREAM].rstrip('/')}{request.rel_url}",
            headers=headers,
            data=await request.read(),
        ) as answer,
    ):
        return web.Response(status=answer.status, body=await answer.read(), content_type=answer.content_type)


async def main(upstream: str, count: int) -> None:
    """Serve until killed."""
    app = web.Application()
    app[UPSTREAM], app[COUNT] = upstream, count
    app.router.add_get("/ari/events", events)
    app.router.add_route("*", "/{rest:.*}", anything_else)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, LOOPBACK, 0).start()
    sys.stdout.write(f"{runner.addresses[0][1]}\n")
    sys.stdout.flush()
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2])))
