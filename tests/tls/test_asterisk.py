"""Asterisk's TLS: softphones over TLS, browser phones over WSS, and ARI in the control network alone."""

import asyncio
import contextlib
import hashlib
import re
import secrets
import ssl
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from ct112.asterisk import accounts
from ct112.asterisk.ami_nodes import AmiNode, AmiNodes
from ct112.asterisk.ari import Connection, connect
from ct112.core.ids import NodeName
from ct112.serve.certificate import CertificateWatch
from ct112.tls.bundle import Bundle
from lab.api import Lab
from lab.asterisk import AsteriskNode
from lab.certificates import NodeCertificate
from lab.free_ports import free_base
from lab.phones import PhoneError, Phones
from tests.tls.made import AUTHORITY

pytestmark = pytest.mark.real
ACCOUNT = accounts.SipAccount("pos-1", "a-phone-for-tests", "required")
STRANGER = "127.0.0.9"
ARI_BY_OTHER_NAMES = (
    *(
        "/ari/asterisk/info",
        "/ARI/asterisk/info",
        "/ari",
        "/ari?x",
        "/ari/events",
        "/ari/api-docs/resources.json",
    ),
    *("//ari/asterisk/info", "/./ari/asterisk/info", "/%61ri/asterisk/info", "/ari%2fasterisk/info"),
    *("/ws/../ari/asterisk/info", "/ws/ari/asterisk/info", "/aRi/channels", "/ari/../ari/channels"),
)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[AsteriskNode, NodeCertificate]]:
    """One Asterisk with a certificate of its own authority."""
    lab = Lab(tmp_path_factory.mktemp("asterisk"), free_base())
    try:
        node = lab.nodes()[0]
        certificate = NodeCertificate(node)
        lab.start("asterisk-a")
        yield node, certificate
    finally:
        lab.remove()


@pytest.fixture
def node(made: tuple[AsteriskNode, NodeCertificate]) -> AsteriskNode:
    return made[0]


@pytest.fixture
def certificate(made: tuple[AsteriskNode, NodeCertificate]) -> NodeCertificate:
    return made[1]


@pytest.fixture
async def ari(node: AsteriskNode) -> AsyncIterator[Connection]:
    """A connection as ct112 has it, with the account of a position."""
    found: dict[str, Any] = dict(node.values().connection())
    async with aiohttp.ClientSession() as session:
        connection = await connect(
            session,
            found["ari_url"],
            application="tls",
            user=found["ari_user"],
            password=found["ari_password"],
            on_event=lambda _event: None,
            observe=lambda _seconds: None,
        )
        reader = asyncio.create_task(connection.run())
        await accounts.push(connection, [ACCOUNT], keep="trunk")
        yield connection
        await connection.close()
        await asyncio.wait_for(reader, 20)


def trust(certificate: NodeCertificate) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(certificate.authority))


async def shown(port: int, certificate: NodeCertificate) -> int:
    """Return the serial number of the certificate that is served there."""
    _, writer = await asyncio.open_connection("127.0.0.1", port, ssl=trust(certificate))
    found = writer.get_extra_info("ssl_object").getpeercert()["serialNumber"]
    await closed(writer)
    return int(found, 16)


async def closed(writer: asyncio.StreamWriter) -> None:
    """Close a connection whatever the other side does."""
    writer.transport.abort()
    with contextlib.suppress(OSError):
        await writer.wait_closed()


async def asked(node: AsteriskNode, certificate: NodeCertificate, source: str, path: str) -> int:
    """Return the status of a GET of exactly this path over HTTPS from an address; 0: closed."""
    reader, writer = await asyncio.open_connection(
        "127.0.0.1", node.ports.wss, ssl=trust(certificate), local_addr=(source, 0)
    )
    found: dict[str, Any] = dict(node.values().connection())
    proof = aiohttp.encode_basic_auth(found["ari_user"], found["ari_password"])
    writer.write(f"GET {path} HTTP/1.1\r\nHost: a\r\nAuthorization: {proof}\r\n\r\n".encode())
    line = await asyncio.wait_for(reader.readline(), 20)
    await closed(writer)
    return int(line.split()[1]) if line else 0


@pytest.mark.parametrize("encryption", ["off", "offered", "required"])
async def test_accounts_are_right_after_one_push(ari: Connection, encryption: accounts.Encryption) -> None:
    """The softphone's and the page's: a second push of the same writes nothing, and phones stay."""
    both = accounts.accounts_of("pos-1", "a-phone-for-tests", encryption, browser=True)
    await accounts.push(ari, both, keep="trunk")
    assert await accounts.push(ari, both, keep="trunk") == 0
    assert await accounts.push(ari, both[:1], keep="trunk") == 1, "no browsers any more: the page's goes"


async def test_a_softphone_that_trusts_the_authority_registers_over_tls(
    ari: Connection, node: AsteriskNode, certificate: NodeCertificate
) -> None:
    async with Phones("127.0.0.1", certificate.authority) as desks:
        exchange = f"127.0.0.1:{node.ports.sip_tls}"
        phone = await desks.register("pos-1", ACCOUNT.password, exchange, encrypted=True)
        assert phone.registered
        assert "transport=TLS" in node.cli("pjsip show contacts").stdout


async def test_a_softphone_that_trusts_another_authority_does_not(
    ari: Connection, node: AsteriskNode, tmp_path: Path
) -> None:
    another = tmp_path / "another.crt"
    another.write_bytes(AUTHORITY.chain_pem())
    async with Phones("127.0.0.1", another) as desks:
        exchange = f"127.0.0.1:{node.ports.sip_tls}"
        with pytest.raises(PhoneError):
            await desks.register("pos-1", ACCOUNT.password, exchange, encrypted=True)


async def test_a_browser_phone_registers_over_wss(
    ari: Connection, node: AsteriskNode, certificate: NodeCertificate
) -> None:
    """From anywhere: the restriction is of /ari alone."""
    connector = aiohttp.TCPConnector(ssl=trust(certificate), local_addr=(STRANGER, 0))
    async with (
        aiohttp.ClientSession(connector=connector) as session,
        session.ws_connect(f"https://127.0.0.1:{node.ports.wss}/ws", protocols=["sip"]) as socket,
    ):
        await socket.send_str(register(node, 1))
        challenge = await answer(socket)
        assert challenge.startswith("SIP/2.0 401")
        await socket.send_str(register(node, 2, proof(challenge, node)))
        assert (await answer(socket)).startswith("SIP/2.0 200")


async def answer(socket: aiohttp.ClientWebSocketResponse) -> str:
    """Return the next answer; requests of Asterisk's own are passed over."""
    while True:
        message = await socket.receive(20)
        text = message.data if isinstance(message.data, str) else message.data.decode()
        if text.startswith("SIP/2.0"):
            return str(text)


def register(node: AsteriskNode, number: int, authorization: str = "") -> str:
    """Return a REGISTER as JsSIP sends it (RFC 7118)."""
    lines = [
        f"REGISTER sip:127.0.0.1:{node.ports.wss} SIP/2.0",
        f"Via: SIP/2.0/WSS browser.invalid;branch=z9hG4bK{secrets.token_hex(6)}",
        "Max-Forwards: 69",
        "To: <sip:pos-1@127.0.0.1>",
        "From: <sip:pos-1@127.0.0.1>;tag=browser",
        "Call-ID: browser",
        f"CSeq: {number} REGISTER",
        *([f"Authorization: {authorization}"] if authorization else []),
        "Contact: <sip:pos-1@browser.invalid;transport=ws>;expires=60",
        "Content-Length: 0",
    ]
    return "\r\n".join(lines) + "\r\n\r\n"


def digest(*parts: str) -> str:
    return hashlib.md5(":".join(parts).encode()).hexdigest()


def proof(challenge: str, node: AsteriskNode) -> str:
    """Return the answer to a challenge (RFC 2617, with qop)."""
    said = dict(re.findall(r'(\w+)="?([^",\r\n]+)"?', challenge.partition("WWW-Authenticate:")[2]))
    uri, count, own = f"sip:127.0.0.1:{node.ports.wss}", "00000001", "browser"
    first = digest("pos-1", said["realm"], ACCOUNT.password)
    response = digest(first, said["nonce"], count, own, "auth", digest("REGISTER", uri))
    return (
        f'Digest username="pos-1", realm="{said["realm"]}", nonce="{said["nonce"]}", uri="{uri}", '
        f'response="{response}", algorithm=MD5, qop=auth, nc={count}, cnonce="{own}", '
        f'opaque="{said.get("opaque", "")}"'
    )


async def test_ari_is_answered_in_the_control_network_alone(
    node: AsteriskNode, certificate: NodeCertificate
) -> None:
    """With the right password: it is the address that does not pass, however the path is written."""
    assert await asked(node, certificate, "127.0.0.1", "/ari/asterisk/info") == 200, "the check can fail"
    for path in ARI_BY_OTHER_NAMES:
        assert await asked(node, certificate, STRANGER, path) in (0, 403, 404), path
    assert await asked(node, certificate, STRANGER, "/ari/asterisk/info") == 403
    assert await asked(node, certificate, STRANGER, "/ws") == 426, "which is: a WebSocket is wanted"


async def test_nothing_else_of_asterisk_is_served(node: AsteriskNode, certificate: NodeCertificate) -> None:
    for path in ("/", "/httpstatus", "/static/x", "/rawman", "/manager", "/metrics", "/media"):
        assert await asked(node, certificate, "127.0.0.1", path) == 404, path


async def test_a_renewed_certificate_is_taken_up_and_phones_stay(
    ari: Connection, node: AsteriskNode, certificate: NodeCertificate, tmp_path: Path
) -> None:
    """As `ct112 serve` does it: it sees the changed file, and asks over AMI."""
    ports = (node.ports.sip_tls, node.ports.wss)
    found: dict[str, Any] = dict(node.values().connection())
    reached = AmiNode(
        NodeName("a"), found["ami_host"], found["ami_port"], found["ami_user"], found["ami_password"]
    )
    nodes = AmiNodes([reached], post=lambda _event: None)
    watch = CertificateWatch(
        certificate.file, nodes.renewed, nodes.taken_up, tmp_path / "taken-up", every=0.2
    )
    async with Phones("127.0.0.1", certificate.authority) as desks:
        exchange = f"127.0.0.1:{node.ports.sip_tls}"
        await desks.register("pos-1", ACCOUNT.password, exchange, encrypted=True)
        before = contact(node)
        tasks = [asyncio.create_task(nodes.run()), asyncio.create_task(watch.run())]
        await until_ready(nodes)
        renewed = certificate.renew()
        await until_shown(ports, certificate, renewed)
        assert contact(node) == before, "the same connection, not a new one"
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def contact(node: AsteriskNode) -> list[str]:
    return re.findall(r"pos-1/sip:\S+transport=TLS", node.cli("pjsip show contacts").stdout)


async def until_ready(nodes: AmiNodes) -> None:
    async with asyncio.timeout(30):
        while not all(nodes.ready().values()):  # noqa: ASYNC110
            await asyncio.sleep(0.05)


async def until_shown(ports: tuple[int, ...], certificate: NodeCertificate, renewed: Bundle) -> None:
    async with asyncio.timeout(30):
        for port in ports:
            while await shown(port, certificate) != renewed.leaf.serial_number:  # noqa: ASYNC110
                await asyncio.sleep(0.1)
