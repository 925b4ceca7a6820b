"""The world behind the trunk: citizens who can be called. Answers OPTIONS, and INVITE as it is told to.

Speaks just enough SIP by hand (RFC 3261); whoever picks up sends back what they hear, so that a caller who
hears the own voice knows that sound travels both ways.
"""

import asyncio
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Literal, cast

from lab.raw_sip import SDP, TRUNK_ADDRESS, Message

Address = tuple[str, int]
Habit = Literal["answers", "busy", "never answers"]
COPIED = ("via", "from", "call-id", "cseq")


@dataclass(slots=True)
class Citizen:
    """Somebody with a telephone. `rung`: how often it rang; `talking`: picked up and not over."""

    number: str
    habit: Habit = "answers"
    rung: int = 0
    talking: bool = False
    invite: Message | None = None
    tag: str = field(default_factory=lambda: uuid.uuid4().hex[:8])


class Echo(asyncio.DatagramProtocol):
    """Sends every RTP packet back to where it came from."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the socket."""
        self._transport = cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, addr: Address) -> None:
        """One packet."""
        self._transport.sendto(data, addr)


class Outside(asyncio.DatagramProtocol):
    """The carrier's SIP address and the citizens behind it."""

    def __init__(self, rtp_port: int) -> None:
        self._rtp_port = rtp_port
        self._citizens: dict[str, Citizen] = {}
        self._exchange: Address | None = None
        self._transport: asyncio.DatagramTransport | None = None
        self.dialled: list[str] = []  # every number that was asked for, whether somebody has it or not

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the socket."""
        self._transport = cast(asyncio.DatagramTransport, transport)

    def citizen(self, number: str, habit: Habit = "answers") -> Citizen:
        """Give somebody a telephone; whoever has none is not there (404)."""
        found = self._citizens[number] = Citizen(number, habit)
        return found

    def pick_up(self, citizen: Citizen) -> None:
        """Let somebody whose telephone rings answer it."""
        assert citizen.invite is not None
        assert self._exchange is not None
        citizen.talking = True
        self._reply(citizen.invite, "200 OK", self._exchange, citizen.tag, with_sound=True)

    def hang_up(self, citizen: Citizen) -> None:
        """Let somebody end the talk."""
        assert citizen.invite is not None
        assert self._exchange is not None
        headers = citizen.invite.headers
        contact = headers["contact"].partition("<")[2].partition(">")[0]
        lines = [
            f"BYE {contact} SIP/2.0",
            f"Via: SIP/2.0/UDP {self._here()};branch=z9hG4bK{uuid.uuid4().hex};rport",
            f"From: {headers['to']};tag={citizen.tag}",
            f"To: {headers['from']}",
            f"Call-ID: {headers['call-id']}",
            "CSeq: 1 BYE",
            "Max-Forwards: 70",
        ]
        citizen.talking = False
        self._send([*lines, "Content-Length: 0", "", ""], self._exchange)

    def datagram_received(self, data: bytes, addr: Address) -> None:
        """Answer a request; answers to ours need nothing."""
        message = Message.parse(data)
        if message.status:
            return
        self._exchange = addr
        match message.start.partition(" ")[0]:
            case "INVITE":
                self._called(message, addr)
            case "CANCEL":
                self._reply(message, "200 OK", addr)
                self._over(message, addr)
            case "BYE":
                self._reply(message, "200 OK", addr)
                for citizen in self._of(message):
                    citizen.talking = False
            case "ACK":
                pass
            case _:
                self._reply(message, "200 OK", addr)

    def _called(self, message: Message, addr: Address) -> None:
        number = message.start.partition("sip:")[2].partition("@")[0]
        self.dialled.append(number)
        citizen = self._citizens.get(number)
        if citizen is None:
            self._reply(message, "404 Not Found", addr)
            return
        if citizen.invite is None or citizen.invite.headers["call-id"] != message.headers["call-id"]:
            citizen.rung += 1
        citizen.invite = message
        if citizen.habit == "busy":
            self._reply(message, "486 Busy Here", addr, citizen.tag)
            return
        self._reply(message, "180 Ringing", addr, citizen.tag)
        if citizen.habit == "answers":
            citizen.talking = True
            self._reply(message, "200 OK", addr, citizen.tag, with_sound=True)

    def _over(self, message: Message, addr: Address) -> None:
        """The caller gave up while it rang."""
        for citizen in self._of(message):
            assert citizen.invite is not None
            self._reply(citizen.invite, "487 Request Terminated", addr, citizen.tag)

    def _of(self, message: Message) -> list[Citizen]:
        name = message.headers["call-id"]
        return [
            one for one in self._citizens.values() if one.invite and one.invite.headers["call-id"] == name
        ]

    def _reply(
        self, message: Message, status: str, addr: Address, tag: str = "", *, with_sound: bool = False
    ) -> None:
        to = message.headers["to"] + (f";tag={tag}" if tag and "tag=" not in message.headers["to"] else "")
        copied = [f"{name}: {message.headers[name]}" for name in COPIED]
        body = (
            SDP.format(address=TRUNK_ADDRESS, port=self._rtp_port).replace("\n", "\r\n") if with_sound else ""
        )
        kind = ["Content-Type: application/sdp"] if body else []
        contact = f"Contact: <sip:{self._here()}>"
        lines = [f"SIP/2.0 {status}", *copied, f"to: {to}", contact, *kind, f"Content-Length: {len(body)}"]
        self._send([*lines, "", body], addr)

    def _send(self, lines: list[str], addr: Address) -> None:
        assert self._transport is not None
        self._transport.sendto("\r\n".join(lines).encode(), addr)

    def _here(self) -> str:
        assert self._transport is not None
        host, port = self._transport.get_extra_info("sockname")[:2]
        return f"{host}:{port}"


@asynccontextmanager
async def outside(port: int) -> AsyncIterator[Outside]:
    """Open the carrier's side of the trunk at `port` of its address."""
    loop = asyncio.get_running_loop()
    echo, _ = await loop.create_datagram_endpoint(Echo, local_addr=(TRUNK_ADDRESS, 0))
    rtp_port = echo.get_extra_info("sockname")[1]
    sip, found = await loop.create_datagram_endpoint(
        lambda: Outside(rtp_port), local_addr=(TRUNK_ADDRESS, port)
    )
    try:
        yield found
    finally:
        sip.close()
        echo.close()
