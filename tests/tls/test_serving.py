"""HTTPS: a renewed certificate is for the connections to come, one that will not do for none."""

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web
from prometheus_client import REGISTRY

from ct112.http.server import HttpServer
from ct112.tls import serving
from ct112.tls.pinning import client_context
from ct112.tls.problems import TlsError
from ct112.tls.serving import ServerTls
from tests.tls.made import AUTHORITY, server, trusting, written

SOON = 0.05
HANDSHAKE = b"\x16"  # the first byte of a server's hello (RFC 8446, 5.1)


async def until(holds: Callable[[], Awaitable[bool]]) -> None:
    """Wait until it holds."""
    async with asyncio.timeout(20):
        while not await holds():  # noqa: ASYNC110
            await asyncio.sleep(SOON)


class Site:
    """A server with TLS whose certificate is a file, and a client that trusts the authority."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.file = written(folder / "web.pem", server())
        self.tls = ServerTls(self.file, None, "web")
        app = web.Application()
        app.router.add_get("/", self._hello)
        self.server = HttpServer(app, "127.0.0.1", 0, most_connections=8, tls=self.tls.context)
        self.trust = trusting(AUTHORITY, folder)

    async def _hello(self, _request: web.Request) -> web.Response:
        return web.Response(text="hello")

    @property
    def url(self) -> str:
        return f"https://127.0.0.1:{self.server.address[1]}/"

    async def shown(self) -> int:
        """Return the serial number of the certificate a new connection is shown."""
        _, writer = await asyncio.open_connection("127.0.0.1", self.server.address[1], ssl=self.trust)
        found = writer.get_extra_info("ssl_object").getpeercert()["serialNumber"]
        writer.close()
        return int(found, 16)

    async def until_shown(self, serial: int) -> None:
        await until(lambda: self._shows(serial))

    async def _shows(self, serial: int) -> bool:
        return await self.shown() == serial


@asynccontextmanager
async def running(site: Site) -> AsyncIterator[None]:
    tasks = [asyncio.create_task(run()) for run in (site.server.run, site.tls.run)]
    await asyncio.wait_for(site.server.listening.wait(), 5)
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


@pytest.fixture
async def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Site]:
    monkeypatch.setattr(serving, "LOOK_SECONDS", SOON)
    found = Site(tmp_path)
    async with running(found):
        yield found


async def test_who_trusts_the_authority_is_answered_and_nobody_else(site: Site) -> None:
    async with aiohttp.ClientSession() as session:
        async with session.get(site.url, ssl=site.trust) as answer:
            assert await answer.text() == "hello"
        with pytest.raises(aiohttp.ClientConnectorCertificateError):
            await session.get(site.url)


async def test_a_renewed_certificate_is_shown_and_open_connections_go_on(site: Site) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", site.server.address[1], ssl=site.trust)
    renewed = server(days=60)
    written(site.file, renewed)
    await site.until_shown(renewed.leaf.serial_number)
    writer.write(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
    assert (await asyncio.wait_for(reader.readline(), 5)).startswith(b"HTTP/1.1 200")
    writer.close()
    end = REGISTRY.get_sample_value("ct112_certificate_end_timestamp_seconds", {"certificate": "web"})
    assert end == renewed.end.timestamp()


@pytest.mark.parametrize("damage", ["another key", "cut off", "empty", "nonsense"])
async def test_a_certificate_that_will_not_do_is_an_alarm_and_the_old_one_stays(
    site: Site, damage: str
) -> None:
    before, good = await site.shown(), server(days=90)
    texts = {
        "another key": server().key_pem() + good.chain_pem(),
        "cut off": good.pem()[:-100],
        "empty": b"",
        "nonsense": b"\xff" * 900,
    }
    site.file.write_bytes(texts[damage])

    async def refused() -> bool:
        return not site.tls.state()[0]

    await until(refused)
    assert await site.shown() == before
    trouble = "ct112_certificate_trouble"
    assert REGISTRY.get_sample_value(trouble, {"certificate": "web"}) == 1
    written(site.file, good)
    await site.until_shown(good.leaf.serial_number)
    assert site.tls.state()[0]
    assert REGISTRY.get_sample_value(trouble, {"certificate": "web"}) == 0


async def test_a_file_that_is_gone_changes_nothing(site: Site) -> None:
    before = await site.shown()
    site.file.unlink()
    await asyncio.sleep(4 * SOON)
    assert await site.shown() == before
    written(site.file, renewed := server())
    await site.until_shown(renewed.leaf.serial_number)


async def test_an_ended_certificate_is_still_shown_and_said_to_have_ended(tmp_path: Path) -> None:
    old = ServerTls(written(tmp_path / "old.pem", server(ago=40)), None, "web")
    good, said = old.state()
    assert not good
    assert said.startswith("ended on")


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion:DeprecationWarning")
@pytest.mark.parametrize(("newest", "answered"), [("TLSv1_1", False), ("TLSv1_2", True), ("TLSv1_3", True)])
async def test_old_tls_is_refused(site: Site, newest: str, answered: bool) -> None:
    """The client offers this version and older ones; a handshake begins only with TLS 1.2 or later."""
    client = trusting(AUTHORITY, site.folder)
    client.minimum_version = ssl.TLSVersion.TLSv1
    client.maximum_version = ssl.TLSVersion[newest]
    client.set_ciphers("ALL:@SECLEVEL=0")
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    with pytest.raises(ssl.SSLWantReadError):
        client.wrap_bio(incoming, outgoing, server_hostname="127.0.0.1").do_handshake()
    reader, writer = await asyncio.open_connection("127.0.0.1", site.server.address[1])
    writer.write(outgoing.read())
    answer = await asyncio.wait_for(reader.read(1), 20)
    assert (answer == HANDSHAKE) is answered
    writer.close()


async def test_silent_strangers_have_a_limit_and_an_end(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """Eight may connect; silent ones count before their handshake, and are closed after its time."""
    monkeypatch.setattr("ct112.http.handshakes.HANDSHAKE_SECONDS", 4.0)
    port = site.server.address[1]
    silent = [await asyncio.open_connection("127.0.0.1", port) for _ in range(8)]
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    assert await asyncio.wait_for(reader.read(), 3.5) == b"", "the ninth is closed at once"
    writer.close()
    for closed, _ in silent:
        assert await asyncio.wait_for(closed.read(), 30) == b""
    assert await site.shown(), "there is room again"
    for _, each in silent:
        each.close()


@pytest.mark.parametrize("sent", [b"GET / HTTP/1.0\r\n\r\n", b"\x16\x03\x01\xff\xff" + b"x" * 600, b"\x00"])
async def test_what_is_no_tls_is_closed_and_the_others_go_on(
    site: Site, sent: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    loop = asyncio.get_running_loop()
    with socket.create_connection(("127.0.0.1", site.server.address[1])) as stranger:
        stranger.setblocking(False)
        await loop.sock_sendall(stranger, sent)
        stranger.shutdown(socket.SHUT_WR)
        async with asyncio.timeout(20):
            while await loop.sock_recv(stranger, 4096):
                pass
    assert await site.shown()
    assert caplog.text == ""


async def test_the_machines_own_commands_take_this_certificate_and_no_other(
    site: Site, tmp_path: Path
) -> None:
    async with aiohttp.ClientSession() as session:
        async with session.get(site.url, ssl=client_context(site.file)) as answer:
            assert answer.status == 200
        another = client_context(written(tmp_path / "another.pem", server()))
        with pytest.raises(aiohttp.ClientConnectorCertificateError):
            await session.get(site.url, ssl=another)


def test_a_key_of_another_certificate_is_no_start(tmp_path: Path) -> None:
    certificate = written(tmp_path / "a.pem", server())
    key = written(tmp_path / "b.pem", server())
    with pytest.raises(TlsError, match="the key is not that of"):
        ServerTls(certificate, key, "web")


async def test_a_port_that_is_taken_is_said(site: Site) -> None:
    again = HttpServer(web.Application(), "127.0.0.1", site.server.address[1], tls=site.tls.context)
    with pytest.raises(OSError, match="in use"):
        await again.run()
