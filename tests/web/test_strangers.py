"""What strangers may do to the web server: nothing that holds it, breaks it, or says what it is made of."""

import asyncio
import random
import time
import zlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from socket import SO_RCVBUF, SO_SNDBUF, SOL_SOCKET, socket

import pytest

from ct112.http.guesses import FREE, Guesses
from ct112.http.server import Handler, WebServer
from ct112.store import Store
from ct112.web import make_app
from ct112.web.routes import LARGEST_BODY
from tests.web.site import TOKEN, house

PATHS = (
    "/healthz", "/readyz", "/metrics", "/api/v1/openapi.json", "/api/v1/calls",
    "/api/v1/calls/x", "/api/v1/positions", "/api/v1/ivr", "/api/v1/callbacks", "/api/v1/callbacks/7/take",
)  # fmt: skip
AS = f"Authorization: Bearer {TOKEN}\r\nContent-Type: application/json\r\n".encode()
ODD = (
    b"\xff", b"\x00", b"%00", b"%ff%fe", b"%", b"9" * 5000, b"'\"<>;--", b"..%2f..%2fetc", "٣".encode(),
    b"%D9%A3", b"-1", b"1e999", b"nan", b"{}", b"\r", b"\xed\xa0\x80", b"%ED%A0%80", b"[]", b"a" * 7000, b"+",
)  # fmt: skip


class Wire:
    """Raw requests to a running server."""

    def __init__(self, address: tuple[str, int]) -> None:
        self._address = address

    async def say(self, data: bytes, *, close: bool = True) -> bytes:
        """Send bytes; return all that comes back until the server is done."""
        reader, writer = await asyncio.open_connection(*self._address)
        try:
            writer.write(
                data.replace(b"HTTP/1.1\r\n", b"HTTP/1.1\r\nConnection: close\r\n", 1) if close else data
            )
            async with asyncio.timeout(5):
                return await reader.read()
        except ConnectionResetError:
            return b""
        finally:
            writer.close()

    async def get(self, path: bytes, head: bytes = AS, method: bytes = b"GET", body: bytes = b"") -> bytes:
        """Send one request; return the whole answer."""
        length = f"Content-Length: {len(body)}\r\n".encode() if body else b""
        return await self.say(
            method + b" " + path + b" HTTP/1.1\r\nHost: x\r\n" + head + length + b"\r\n" + body
        )


@asynccontextmanager
async def running(store: Store, folder: Path) -> AsyncIterator[Wire]:
    """A server on a free port."""
    behind = house(store, folder)
    app = make_app(behind, behind.gate.access.authenticate)
    web = WebServer(app, "127.0.0.1", 0)
    task = asyncio.create_task(web.run(), name="web")
    try:
        await web.listening.wait()
        yield Wire(web.address)
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


@pytest.fixture
async def wire(store: Store, tmp_path: Path) -> AsyncIterator[Wire]:
    async with running(store, tmp_path) as found:
        yield found


def status_of(answer: bytes) -> int:
    """Return the status; 0 when the server only closed."""
    return int(answer.split(b" ", 2)[1]) if answer else 0


async def test_odd_bytes_anywhere_are_refused_and_never_our_mistake(wire: Wire) -> None:
    for path in PATHS:
        plain = path.encode()
        for odd in ODD:
            answers = [
                await wire.get(plain + b"?limit=" + odd),
                await wire.get(plain + b"?" + odd + b"=1"),
                await wire.get(plain.replace(b"x", odd).replace(b"7", odd)),
                await wire.get(plain, AS + b"X-Odd: " + odd + b"\r\n"),
                await wire.get(plain, AS, b"POST", odd),
                await wire.get(plain, AS, odd),
            ]
            for answer in answers:
                status = status_of(answer)
                assert status in {0, *range(200, 500)}, (path, odd, answer[:300])
                assert b"Traceback" not in answer
                assert b"aiohttp" not in answer.lower().replace(b"# ", b"")
                assert b"Python/" not in answer


@pytest.mark.parametrize("given", [b"\xff", b"\xc3\x28", b"\x80" * 900, "ü".encode(), b"x" * 8000])
async def test_a_token_of_odd_bytes_is_a_wrong_token(wire: Wire, given: bytes) -> None:
    answer = await wire.get(b"/api/v1/calls", b"Authorization: Bearer " + given + b"\r\n")
    assert status_of(answer) in (400, 401)
    assert status_of(await wire.get(b"/api/v1/calls", b"Authorization: " + given + b"\r\n")) in (400, 401)


async def test_who_we_are_stands_nowhere_for_strangers(wire: Wire) -> None:
    for path in ("/healthz", "/readyz", "/nowhere", "/api/v1/calls", "/api/v1/openapi.json", "/metrics"):
        answer = (await wire.get(path.encode(), b"")).lower()
        assert b"\r\nserver:" not in answer, path
        assert b"x-content-type-options: nosniff" in answer, path
        assert b"python_info" not in answer
    garbage = await wire.say(b"\x16\x03\x01 not HTTP at all\r\n\r\n", close=False)
    assert status_of(garbage) == 400
    assert b"aiohttp" not in garbage
    assert b"Python" not in garbage


async def test_another_method_is_told_which_may_be_used(wire: Wire) -> None:
    answer = await wire.get(b"/api/v1/calls", AS, b"DELETE")
    assert status_of(answer) == 405
    assert b"\r\nAllow: GET,HEAD\r\n" in answer
    assert b"use GET,HEAD" in answer


@pytest.mark.parametrize(
    "asked", [b"13\r\nSec-WebSocket-Key: \xff", b"13\r\nSec-WebSocket-Key: x", b"13", b"99"]
)
async def test_a_websocket_of_odd_bytes_is_none(wire: Wire, asked: bytes) -> None:
    head = AS + b"Upgrade: websocket\r\nSec-WebSocket-Version: " + asked + b"\r\n"
    answer = await wire.say(
        b"GET /api/v1/live HTTP/1.1\r\nHost: x\r\nConnection: Upgrade, close\r\n" + head + b"\r\n",
        close=False,
    )
    assert status_of(answer) == 400, answer


async def test_a_body_too_large_is_refused(wire: Wire) -> None:
    answer = await wire.get(b"/api/v1/callbacks/7/take", AS, b"POST", b"x" * (LARGEST_BODY + 1))
    assert status_of(answer) == 413


@pytest.mark.parametrize(
    ("path", "head"),
    [
        (b"/api/v1/calls?" + b"a" * 5000, AS),
        (b"/healthz", b"X-Long: " + b"a" * 9000 + b"\r\n"),
        (b"/healthz", b"".join(b"X-%d: 1\r\n" % number for number in range(100))),
    ],
)
async def test_a_head_too_large_is_refused_before_it_is_read(wire: Wire, path: bytes, head: bytes) -> None:
    assert status_of(await wire.get(path, head)) in (400, 414, 431)
    assert status_of(await wire.get(b"/healthz")) == 200


@pytest.mark.parametrize("packed", [b"gzip", b"deflate", b"br", b"gzip, gzip", b"GZIP"])
async def test_a_packed_body_is_not_unpacked(wire: Wire, packed: bytes) -> None:
    head = AS + b"Content-Encoding: " + packed + b"\r\n"
    answer = await wire.get(b"/api/v1/callbacks/7/take", head, b"POST", b"\x1f\x8bjunk")
    assert status_of(answer) == 415, answer
    assert b"not packed" in answer


@pytest.mark.parametrize("path", [b"/api/v1/session", b"/healthz", b"/nowhere"])
async def test_a_bomb_costs_no_more_than_its_bytes(wire: Wire, path: bytes) -> None:
    packing = zlib.compressobj(9, zlib.DEFLATED, 31)
    megabyte = bytes(1 << 20)
    bomb = b"".join(packing.compress(megabyte) for _ in range(200)) + packing.flush()
    head = b"Content-Type: application/json\r\nContent-Encoding: gzip\r\n"
    began = time.process_time()
    assert status_of(await wire.get(path, head, b"POST", bomb)) in (404, 405, 415)
    assert time.process_time() - began < 0.3  # unpacked it took more than a second


async def test_a_body_that_does_not_come_is_not_the_databases_fault(
    wire: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ct112.web.body.BODY_SECONDS", 0.2)
    reader, writer = await asyncio.open_connection(*wire._address)
    writer.write(
        b"POST /api/v1/callbacks/7/take HTTP/1.1\r\nHost: x\r\n" + AS + b"Content-Length: 9\r\n\r\n{"
    )
    async with asyncio.timeout(3):
        assert status_of(await reader.readline()) == 408
    writer.close()


async def test_who_sends_no_whole_request_is_closed(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ct112.http.server.IDLE_SECONDS", 0.3)
    async with running(store, tmp_path) as wire:
        reader, writer = await asyncio.open_connection(*wire._address)
        async with asyncio.timeout(3):  # silent from the beginning
            assert await reader.read() == b""
        writer.close()
        reader, writer = await asyncio.open_connection(*wire._address)
        closed = asyncio.create_task(reader.read())
        writer.write(b"GET /healthz HTTP/1.1\r\n")
        for number in range(40):  # a header now and then
            await asyncio.sleep(0.05)
            if closed.done():
                break
            writer.write(f"X-{number}: 1\r\n".encode())
        assert closed.done()
        writer.close()


@pytest.mark.parametrize(
    ("path", "times"), [("/metrics", 4), ("/api/v1/openapi.json", 50)], ids=["a little", "much"]
)
async def test_who_does_not_read_is_cut_off(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, path: str, times: int
) -> None:
    monkeypatch.setattr("ct112.http.server.UNREAD_SECONDS", 1.0)
    monkeypatch.setattr("ct112.http.server.IDLE_SECONDS", 0.3)
    made = Handler.connection_made

    def small(handler: Handler, transport: asyncio.BaseTransport) -> None:
        transport.get_extra_info("socket").setsockopt(SOL_SOCKET, SO_SNDBUF, 4096)
        made(handler, transport)

    monkeypatch.setattr(Handler, "connection_made", small)
    async with running(store, tmp_path) as wire:
        assert status_of(await wire.get(path.encode())) == 200  # whoever reads has it whole
        with socket() as stranger:
            stranger.setsockopt(SOL_SOCKET, SO_RCVBUF, 2048)
            stranger.connect(wire._address)
            stranger.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode() * times)
            await asyncio.sleep(2.5)
            stranger.settimeout(1)
            with pytest.raises(ConnectionResetError):
                _read_all(stranger)


def _read_all(stranger: socket) -> None:
    while stranger.recv(1 << 16):
        pass


async def test_strangers_leave_files_for_asterisk(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ct112.http.server.MOST_CONNECTIONS", 5)
    monkeypatch.setattr("ct112.http.server.IDLE_SECONDS", 0.5)
    async with running(store, tmp_path) as wire:
        idle = [await asyncio.open_connection(*wire._address) for _ in range(5)]
        assert await wire.get(b"/healthz") == b""  # one too many: closed at once
        await asyncio.gather(*(reader.read() for reader, _ in idle))  # silent too long: closed
        assert status_of(await wire.get(b"/healthz")) == 200
        for _, writer in idle:
            writer.close()


async def test_guessing_is_slowed_and_the_right_token_is_heard_again(wire: Wire) -> None:
    wrong = [
        status_of(await wire.get(b"/api/v1/calls", f"Authorization: Bearer {number}\r\n".encode()))
        for number in range(2 * FREE)
    ]
    assert wrong[:FREE] == [401] * FREE
    assert wrong.count(429) >= FREE - 3
    answer = await wire.get(b"/api/v1/calls", b"Authorization: Bearer wrong\r\n")
    assert b"\r\nRetry-After: 1\r\n" in answer
    await asyncio.sleep(1.1)
    assert status_of(await wire.get(b"/api/v1/calls")) == 200


def test_guesses_are_counted_by_source_and_forgotten() -> None:
    clock = [0.0]
    guesses = Guesses(lambda: clock[0])
    for _ in range(FREE):
        assert guesses.wait("192.0.2.1") == 0
        guesses.wrong("192.0.2.1")
    assert guesses.wait("192.0.2.1") == 1.0
    assert guesses.wait("192.0.2.2") == 0
    clock[0] = 1.0
    assert guesses.wait("192.0.2.1") == 0


async def test_garbage_of_any_kind_leaves_the_server_well(wire: Wire) -> None:
    draw = random.Random(112)
    for _ in range(150):
        data = draw.randbytes(draw.randint(1, 300)) + b"\r\n\r\n"
        answer = await wire.say(data, close=False)
        assert status_of(answer) in (0, 400) if answer.startswith(b"HTTP") or not answer else False
    assert status_of(await wire.get(b"/healthz")) == 200
