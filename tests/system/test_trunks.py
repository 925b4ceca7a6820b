"""Trunks as carriers give them: registered with a password, several, over TCP and TLS, lines kept."""

import asyncio
import json
import ssl
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any

import aiohttp
import pytest

from ct112.asterisk.trunks import Trunk
from lab.api import Lab
from lab.certificates import NodeCertificate
from lab.free_ports import free_base, free_port
from lab.outside import Outside, outside
from lab.raw_carrier import RawCarrier
from lab.raw_sip import Message, RawCaller, raw_caller
from lab.world import World, carrier, eventually
from tests.system.conftest import OVERRIDES
from tests.system.test_calls_back import given_up, take, task_of
from tests.system.test_running_centre import doctor

REGISTRAR, TCP, TLS = "127.0.0.3", "127.0.0.4", "127.0.0.5"
USER, PASSWORD = "62285112", "a;b [c] d"
FIRST = "trunk-telkom"
AGAIN_SECONDS = 25  # `pjsip send register` unregisters first, and registers 10 s later
SETTINGS = [
    {"endpoint": FIRST, "lines": 3, "kept_for_callers": 1, "registers": True},
    {"endpoint": "trunk-tcp", "outgoing": False},
    {"endpoint": "trunk-tls", "outgoing": False},
    {"endpoint": "trunk"},
]


@pytest.fixture(scope="module")
def telkom() -> Iterator[RawCarrier]:
    """A carrier that wants to be registered with."""
    with RawCarrier((REGISTRAR, free_port()), USER, PASSWORD) as found:
        yield found


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory, telkom: RawCarrier) -> Iterator[Lab]:
    """A lab with four trunks, whose Asterisk has a certificate."""
    trunks = [
        Trunk(
            name="telkom",
            servers=[f"{REGISTRAR}:{telkom.port}"],
            addresses=[REGISTRAR],
            user=USER,
            password=PASSWORD,
        ),
        Trunk(name="tcp", servers=[TCP], transport="tcp", outgoing=False),
        Trunk(name="tls", servers=[TLS], transport="tls", outgoing=False),
    ]
    overrides = OVERRIDES | {"CT112_TRUNKS": json.dumps(SETTINGS)}
    folder, base = tmp_path_factory.mktemp("trunks"), free_base()
    NodeCertificate(Lab(folder, base).nodes()[0])
    lab = Lab(folder, base, overrides=overrides, trunks=trunks)
    with lab.running():
        yield lab


@pytest.fixture
async def network(world: World) -> AsyncIterator[Outside]:
    """The citizens behind the lab's own trunk, the last in the order."""
    async with outside(world.lab.places.ports.carrier) as found:
        await carrier(world, there=True)
        yield found


async def registered(world: World) -> float:
    return await world.metric("ct112_trunk_registered", node="a", trunk=FIRST)


async def register_again(world: World) -> None:
    """Have Asterisk register now, not when the last registration ends."""
    await asyncio.to_thread(world.lab.nodes()[0].cli, f"pjsip send register {FIRST}")


async def test_a_trunk_is_registered_by_password_and_calls_come_by_it(
    world: World, telkom: RawCarrier
) -> None:
    assert await asyncio.to_thread(telkom.registered.wait, 30)
    await eventually(lambda: registered(world), lambda now: now == 1.0, 30, "known to be registered")
    async with raw_caller(world.exchange, REGISTRAR) as caller:
        call = await caller.invite()
        assert call.answer is not None
        assert call.answer.status == 200
        await world.row(call.call_id, lambda row: row["picked_up_at"] is not None)
        await caller.bye(call)


async def test_a_registration_that_is_refused_is_said_and_comes_back(
    world: World, telkom: RawCarrier
) -> None:
    await asyncio.to_thread(telkom.registered.wait, 30)
    telkom.password, telkom.nonce = "another", "another"
    await register_again(world)
    await eventually(lambda: registered(world), lambda now: now == 0.0, AGAIN_SECONDS, "refused")
    async with aiohttp.ClientSession() as session:
        ready = await (await session.get(f"{world.info['serve']}/readyz")).text()
    assert f"a: {FIRST} answers, not registered" in ready
    code, found = await doctor(world)
    assert code
    assert (found["a: registrations"]["ok"], found["a: registrations"]["detail"]) == (
        False,
        f"{FIRST}: Rejected",
    )
    assert "a: trunk telkom" in found
    log = world.lab.places.log / "ct112.log"
    assert PASSWORD not in await asyncio.to_thread(log.read_text, "utf-8")
    telkom.password, telkom.nonce = PASSWORD, "a third"
    await register_again(world)
    await eventually(lambda: registered(world), lambda now: now == 1.0, AGAIN_SECONDS, "corrected over there")


@pytest.mark.parametrize("refusal", ["503 Service Unavailable", "403 Forbidden", ""])
async def test_a_call_back_goes_by_the_next_trunk_when_the_first_fails(
    world: World, telkom: RawCarrier, network: Outside, refusal: str
) -> None:
    citizen = network.citizen(f"0812111300{len(refusal):02d}")
    task = await given_up(world, citizen.number)
    (desk,) = await world.sit_down("pos-1")
    tried = len(telkom.invited)
    telkom.refusal = refusal
    try:
        assert (await take(world, task))[0] == 202
        at_desk = await (await desk.next_call()).wait_for("established")
        await eventually(lambda: now(citizen.talking), bool, 20, "the citizen picks up")
        assert (await at_desk.hears(desk.tone_hz)).seconds >= 0.6, "both hear each other"
    finally:
        telkom.refusal = "503 Service Unavailable"
    assert len(telkom.invited) == tried + 1, "the first was tried, and once"
    network.hang_up(citizen)
    await at_desk.wait_for("closed", within=20)
    done = await task_of(world, citizen.number, "closed")
    assert (done["result"], done["attempts"]) == ("reached", 1)


async def test_the_last_line_but_one_is_not_dialled_by(
    world: World, telkom: RawCarrier, network: Outside
) -> None:
    """Of the first trunk's three lines two have callers: the third is for one more of them."""
    citizen = network.citizen("081211139999")
    task = await given_up(world, citizen.number)
    (desk,) = await world.sit_down("pos-1")
    tried = len(telkom.invited)
    async with callers(world, 2):
        assert (await take(world, task))[0] == 202
        at_desk = await (await desk.next_call()).wait_for("established")
        await eventually(lambda: now(citizen.talking), bool, 20, "the citizen picks up")
        assert (await at_desk.hears(desk.tone_hz)).seconds >= 0.6, "both hear each other"
        assert len(telkom.invited) == tried, "not by the first"
        network.hang_up(citizen)
        await at_desk.wait_for("closed", within=20)


@asynccontextmanager
async def callers(world: World, number: int) -> AsyncIterator[None]:
    """Have so many citizens on the lines of the first trunk."""
    async with AsyncExitStack() as stack:
        found: list[tuple[RawCaller, Any]] = []
        for _ in range(number):
            caller = await stack.enter_async_context(raw_caller(world.exchange, REGISTRAR))
            found.append((caller, await caller.invite()))
        yield
        for caller, call in found:
            await caller.bye(call)


async def now(value: bool) -> bool:
    return value


@pytest.mark.parametrize(("transport", "address"), [("tcp", TCP), ("tls", TLS)])
async def test_a_call_comes_over_a_connection(world: World, transport: str, address: str) -> None:
    host, _, port = world.exchange.rpartition(":")
    encrypted = None
    if transport == "tls":
        port, encrypted = str(world.lab.nodes()[0].ports.sip_tls), trusting(world)
    reader, writer = await asyncio.open_connection(
        host, int(port), local_addr=(address, 0), ssl=encrypted, server_hostname=host if encrypted else None
    )
    call = Connected(transport, address, f"{host}:{port}")
    writer.write(call.request("INVITE", 1).encode())
    answer = await final(reader)
    assert answer.status == 200
    row = await world.row(call.call_id, lambda row: row["picked_up_at"] is not None)
    assert row["ani"] == "0811000114"
    for number, method in ((1, "ACK"), (2, "BYE")):
        writer.write(call.request(method, number, answer.headers["to"]).encode())
    assert (await final(reader)).status == 200
    writer.transport.abort()
    with suppress(OSError):
        await writer.wait_closed()


def trusting(world: World) -> ssl.SSLContext:
    """Return a context that believes the authority of the lab's Asterisk, and nobody else."""
    return ssl.create_default_context(cafile=str(world.lab.nodes()[0].tls.authority))


async def test_keys_by_info_reach_the_menu(world: World) -> None:
    async with raw_caller(world.exchange, REGISTRAR) as caller:
        call = await caller.invite()
        assert (await caller.press_by_info(call, "2")).status == 200
        row = await world.row(call.call_id, lambda row: row["queued_at"] is not None)
        await caller.bye(call)
    assert (row["service_class"], row["class_source"]) == ("urgent", "digit")


@dataclass(frozen=True)
class Connected:
    """A call over a connection."""

    transport: str
    address: str
    exchange: str

    @property
    def call_id(self) -> str:
        return f"over-{self.transport}@raw"

    def request(self, method: str, number: int, to: str = "") -> str:
        """Return a request of the call."""
        at, body = self.address, ""
        if method == "INVITE":
            body = (
                f"v=0\r\no=- 1 1 IN IP4 {at}\r\ns=-\r\nc=IN IP4 {at}\r\nt=0 0\r\nm=audio 40000 RTP/AVP 8\r\n"
            )
        lines = [
            f"{method} sip:112@{self.exchange};transport={self.transport} SIP/2.0",
            f"Via: SIP/2.0/{self.transport.upper()} {at}:5060;branch=z9hG4bK{method}{number};rport",
            f"From: <sip:0811000114@{at}>;tag={self.transport}",
            f"To: {to or f'<sip:112@{self.exchange}>'}",
            f"Call-ID: {self.call_id}",
            f"CSeq: {number} {method}",
            f"Contact: <sip:caller@{at}:5060;transport={self.transport}>",
            "Max-Forwards: 70",
            *(["Content-Type: application/sdp"] if body else []),
            f"Content-Length: {len(body)}",
        ]
        return "\r\n".join(lines) + "\r\n\r\n" + body


async def final(reader: asyncio.StreamReader) -> Message:
    """Return the next final answer of the connection."""
    async with asyncio.timeout(30):
        while True:
            head = await reader.readuntil(b"\r\n\r\n")
            message = Message.parse(head)
            await reader.readexactly(int(message.headers.get("content-length", 0)))
            if message.status >= 200:
                return message
