"""The mirror of web and worker: right after every loss, with nothing missed and nothing twice."""

import asyncio
import base64
import hashlib
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import orjson
import pytest
from aiohttp import WSMsgType, web
from aiohttp.test_utils import TestServer

from ct112.control import client as client_module
from ct112.control.mirror import Gap, Mirror
from tests.control.centre import client_of, known, serving, until


class Follower:
    """Remembers what it hears, and keeps a mirror of its own from the messages alone."""

    def __init__(self) -> None:
        self.heard: list[str] = []
        self.facts: list[tuple[str, int]] = []
        self.mirror: Mirror | None = None

    def begun(self, mirror: Mirror) -> None:
        """A snapshot."""
        self.heard.append("begun")
        self.mirror = Mirror(orjson.loads(orjson.dumps(mirror.snapshot())))

    def changed(self, change: Mapping[str, Any], message: bytes) -> None:
        """A change."""
        assert orjson.loads(message) == change
        assert self.mirror is not None
        self.mirror.take(change)
        self.facts += [(fact["call"], fact["seq"]) for fact in change["facts"]]

    def away(self) -> None:
        """Serve is away."""
        self.heard.append("away")
        self.mirror = None


async def test_serve_dies_and_comes_back_and_the_mirror_is_right_again(tmp_path: Path) -> None:
    async with serving(tmp_path) as first:
        port = int(first.server.address[1])
        url, boot = first.url, first.feed._boot
        follower = Follower()
        async with client_of(url) as client:
            client.follow(follower)
            first.staff("pos-1")
            first.calls(5)
            await until(lambda: client.floor and known(client.floor) == first.truth())
            await first.dies()
            await until(lambda: client.floor is None)
            async with serving(tmp_path, port=port) as second:
                assert second.feed._boot != boot
                second.staff("pos-1", "pos-2")
                calls = second.calls(7)
                await until(lambda: client.floor and len(client.floor.parts["calls"]) == 7)
                second.hang_up(calls[0])
                await until(lambda: client.floor and known(client.floor) == second.truth())
                assert client.floor is not None
                assert follower.mirror is not None
                assert known(follower.mirror) == second.truth()
                assert client.floor.boot == second.feed._boot
            await until(lambda: follower.heard == ["begun", "away", "begun", "away"])
        assert len(follower.facts) == len(set(follower.facts)), "no fact came twice"


@asynccontextmanager
async def playing(*messages: object) -> AsyncIterator[str]:
    """A serve that says these things to each reader, and then nothing more."""

    async def feed(request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        for message in messages:
            if isinstance(message, bytes):
                await socket.send_frame(message, WSMsgType.TEXT)
            else:
                await socket.send_bytes(b"x") if message is None else await socket.send_json(message)
        await socket.receive()
        return socket

    app = web.Application()
    app.router.add_get("/control/feed", feed)
    async with TestServer(app) as server:
        yield str(server.make_url("")).rstrip("/")


def snapshot(revision: int = 1, boot: str = "one") -> dict[str, Any]:
    """A floor with one call."""
    return {
        "kind": "snapshot", "revision": revision, "at": "2026-11-25T00:00:00Z", "boot": boot, "health": {},
        "calls": [{"id": "c", "revision": 1}], "positions": [], "operators": [], "callbacks": [], "nodes": [],
    }  # fmt: skip


def change(revision: int, **more: Any) -> dict[str, Any]:
    """A change."""
    return {"kind": "change", "revision": revision, "at": "2026-11-25T00:00:01Z", "facts": []} | more


@pytest.mark.parametrize(
    "odd",
    [change(3), change(1), change(2) | {"kind": "nonsense"}, b"{", b"[]", b"\xff", b"", None,
     {"kind": "change"}, change(2, calls=[1])],
)  # fmt: skip
async def test_after_a_gap_or_nonsense_it_begins_anew(odd: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client_module, "FIRST_PAUSE_SECONDS", 0.01)
    follower = Follower()
    async with playing(snapshot(), odd) as url, client_of(url) as client:
        client.follow(follower)
        await until(lambda: follower.heard.count("begun") >= 3)
        assert follower.heard[:4] == ["begun", "away", "begun", "away"]


async def test_a_second_snapshot_on_the_same_connection_replaces_the_first() -> None:
    async with (
        playing(snapshot(), change(2), snapshot(9, "two"), change(10)) as url,
        client_of(url) as client,
    ):
        await until(lambda: client.floor and client.floor.revision == 10)
        assert client.floor is not None
        assert client.floor.boot == "two"


async def test_a_serve_that_hangs_is_away(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its kernel still takes what is sent: only the missing pong tells."""
    monkeypatch.setattr(client_module, "HEARTBEAT_SECONDS", 0.2)

    async def hang(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        key = next(line for line in head.split(b"\r\n") if line.lower().startswith(b"sec-websocket-key"))
        digest = hashlib.sha1(key.split(b": ")[1] + b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11").digest()
        writer.write(
            b"HTTP/1.1 101 x\r\nUpgrade: websocket\r\nConnection: upgrade\r\nSec-WebSocket-Accept: "
            + base64.b64encode(digest) + b"\r\n\r\n"
        )  # fmt: skip
        body = orjson.dumps(snapshot())
        writer.write(b"\x81\x7e" + len(body).to_bytes(2, "big") + body)
        await reader.read()  # until the client has given up
        writer.close()

    server = await asyncio.start_server(hang, "127.0.0.1", 0)
    address = "http://{}:{}".format(*server.sockets[0].getsockname()[:2])
    async with server, client_of(address) as client:
        await until(lambda: client.floor)
        await until(lambda: client.floor is None, within=3)


def test_a_mirror_takes_changes_in_order_only() -> None:
    mirror = Mirror(snapshot())
    mirror.take(change(2, calls={"c": None, "d": {"id": "d", "revision": 1}}))
    assert list(mirror.parts["calls"]) == ["d"]
    for revision in (2, 4, 1):
        with pytest.raises(Gap):
            mirror.take(change(revision))
    assert mirror.revision == 2
    with pytest.raises(Gap):
        Mirror(change(1))
