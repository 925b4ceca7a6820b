"""A caller who speaks SIP by hand: for locations, broken headers and nonsense no real phone would send."""

import asyncio
import re
import uuid
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import cast

TRUNK_ADDRESS = "127.0.0.2"
PIDF_LO = """<?xml version="1.0" encoding="UTF-8"?>
<presence xmlns="urn:ietf:params:xml:ns:pidf" xmlns:gp="urn:ietf:params:xml:ns:pidf:geopriv10"
 xmlns:gml="http://www.opengis.net/gml" entity="pres:caller@example.org">
 <tuple id="t1"><status><gp:geopriv><gp:location-info>
  <gml:Point srsName="urn:ogc:def:crs:EPSG::4326"><gml:pos>{latitude} {longitude}</gml:pos></gml:Point>
 </gp:location-info><gp:usage-rules/></gp:geopriv></status></tuple>
</presence>"""
SDP = """v=0
o=- 112 112 IN IP4 {address}
s=-
c=IN IP4 {address}
t=0 0
m=audio {port} RTP/AVP 8 101
a=rtpmap:8 PCMA/8000
a=rtpmap:101 telephone-event/8000
a=ptime:20
a=sendrecv
"""


def as_bytes(text: str) -> bytes:
    """Return what goes out; a byte that is no UTF-8 is written as surrogateescape gives it (\\udcff)."""
    return text.encode("utf-8", "surrogateescape")


@dataclass(frozen=True, slots=True)
class Message:
    """A SIP message that arrived. `start`: its first line; header names in lower case."""

    start: str
    headers: Mapping[str, str]
    body: str = ""

    @classmethod
    def parse(cls, data: bytes) -> "Message":
        """Read the head; of a repeated header the first is kept, Via and Record-Route never repeat here."""
        head, _, body = data.decode("utf-8", "surrogateescape").partition("\r\n\r\n")
        start, *lines = head.split("\r\n")
        pairs = (line.partition(":") for line in reversed(lines))
        return cls(start, {name.strip().lower(): value.strip() for name, _, value in pairs}, body)

    @property
    def media(self) -> tuple[str, int]:
        """Return where the other side wants sound, as its SDP says."""
        found = re.search(r"^c=IN IP4 (\S+).*?^m=audio (\d+) ", self.body, re.MULTILINE | re.DOTALL)
        assert found is not None, "no audio in this message"
        return found[1], int(found[2])

    @property
    def status(self) -> int:
        """Return the status of an answer, 0 for a request."""
        return int(self.start.split()[1]) if self.start.startswith("SIP/2.0 ") else 0


@dataclass
class RawCall:
    """One INVITE and what came of it."""

    call_id: str = field(default_factory=lambda: f"{uuid.uuid4().hex}@raw")
    tag: str = field(default_factory=lambda: uuid.uuid4().hex[:10])
    branch: str = field(default_factory=lambda: f"z9hG4bK{uuid.uuid4().hex[:12]}")
    from_header: str = ""
    dialled: str = "112"
    rtp_port: int = 0
    headers: tuple[str, ...] = ()  # more of them, in the INVITE alone
    events: bool = True  # telephone-event (RFC 4733) is offered
    answer: Message | None = None
    asked: int = 1  # the number of the last request of this dialogue


class RawCaller(asyncio.DatagramProtocol):
    """A UDP socket on the trunk's address. Requests that arrive are answered with 200."""

    def __init__(self, exchange: tuple[str, int]) -> None:
        self._exchange = exchange
        self._transport: asyncio.DatagramTransport | None = None
        self._arrived: asyncio.Queue[Message] = asyncio.Queue()
        self.hung_up = asyncio.Event()  # the other side sent BYE
        self.deaf = False  # says nothing to what arrives
        self.provisional = False  # something came back for the last INVITE

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the socket."""
        self._transport = cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:  # noqa: ARG002
        """Queue an answer; say yes to a request. Sound comes to this port too, and is nothing to answer."""
        message = Message.parse(data)
        if "via" not in message.headers:
            return
        if message.status:
            self.provisional = True
            self._arrived.put_nowait(message)
            return
        if message.start.startswith("BYE"):
            self.hung_up.set()
        if self.deaf:
            return
        copied = (f"{name}: {message.headers[name]}" for name in ("via", "from", "to", "call-id", "cseq"))
        if not message.start.startswith("ACK"):
            self.send("\r\n".join(["SIP/2.0 200 OK", *copied, "Content-Length: 0", "", ""]))

    def send(self, data: str | bytes) -> None:
        """Send anything at all."""
        assert self._transport is not None
        self._transport.sendto(as_bytes(data) if isinstance(data, str) else data, self._exchange)

    async def reply(self, within: float = 15.0) -> Message:
        """Return the next final answer; raises TimeoutError."""
        async with asyncio.timeout(within):
            while (message := await self._arrived.get()).status < 200:
                pass
        return message

    async def invite(
        self,
        from_header: str = "<sip:0811000112@127.0.0.2>",
        *,
        dialled: str = "112",
        rtp_port: int = 0,
        location: tuple[float, float | str] | None = None,
        call_id: str | None = None,
        headers: tuple[str, ...] = (),
        events: bool = True,
        within: float = 15.0,
    ) -> RawCall:
        """Call a number and acknowledge the answer. `from_header` goes out as it is, without a tag.

        `rtp_port`: where sound is to be sent; some port nobody listens at by default. `location`: latitude
        and longitude, sent as PIDF-LO in the body (RFC 6442). `headers`: more lines for the INVITE.
        `events`: whether keys are offered as telephone-event.
        """
        call = RawCall(
            from_header=from_header, dialled=dialled, rtp_port=rtp_port, headers=headers, events=events
        )
        call.call_id = call_id or call.call_id
        self.send(self._invite(call, location))
        call.answer = await self._reply_to("INVITE", within)
        self.send(self._request(call, "ACK", 1))
        return call

    def ring(self) -> RawCall:
        """Call 112 and care for nothing that comes back."""
        call = RawCall(from_header="<sip:0811000112@127.0.0.2>")
        self.send(self._invite(call, None))
        return call

    async def insist(self, within: float = 40.0) -> RawCall:
        """Call 112 as a carrier does: send the INVITE again until something comes back (RFC 3261, 17.1.1)."""
        call = RawCall(from_header="<sip:0811000113@127.0.0.2>")
        answer = asyncio.create_task(self.reply(within))
        pause = 0.5
        while not answer.done() and not self.provisional:
            self.send(self._invite(call, None))
            await asyncio.wait([answer], timeout=pause)
            pause *= 2
        call.answer = await answer
        self.send(self._request(call, "ACK", 1))
        return call

    async def press_by_info(self, call: RawCall, digit: str) -> Message:
        """Press a key by INFO (application/dtmf-relay), as equipment without RFC 4733 does."""
        call.asked += 1
        body = f"Signal={digit}\r\nDuration=160\r\n"
        self.send(self._request(call, "INFO", call.asked, ["Content-Type: application/dtmf-relay"], body))
        return await self._reply_to("INFO", 5.0)

    async def bye(self, call: RawCall, within: float = 15.0) -> Message:
        """Hang up: send it again until an answer comes, as UDP may lose either (RFC 3261, 17.1.2)."""
        answer = asyncio.create_task(self._reply_to("BYE", within))
        pause = 0.5
        while not answer.done():
            self.send(self._request(call, "BYE", call.asked + 1))
            await asyncio.wait([answer], timeout=pause)
            pause *= 2
        return await answer

    async def _reply_to(self, method: str, within: float) -> Message:
        async with asyncio.timeout(within):
            while (message := await self.reply(within)).headers["cseq"].split()[-1] != method:
                pass  # a BYE sent twice is answered twice
        return message

    def _invite(self, call: RawCall, location: tuple[float, float | str] | None) -> str:
        address, port = self._address()
        sdp = SDP.format(address=address, port=call.rtp_port or port + 2 & ~1).replace("\n", "\r\n")
        if not call.events:
            sdp = sdp.replace(" 8 101", " 8").replace("a=rtpmap:101 telephone-event/8000\r\n", "")
        head, body = _multipart(sdp, location) if location else (["Content-Type: application/sdp"], sdp)
        return self._request(call, "INVITE", 1, [*call.headers, *head], body)

    def _request(
        self, call: RawCall, method: str, number: int, more: list[str] | None = None, body: str = ""
    ) -> str:
        address, port = self._address()
        to = call.answer.headers["to"] if call.answer else f"<sip:{call.dialled}@{self._exchange[0]}>"
        branch = call.branch if method == "INVITE" else f"{call.branch}{method}"
        lines = [
            f"{method} sip:{call.dialled}@{self._exchange[0]}:{self._exchange[1]} SIP/2.0",
            f"Via: SIP/2.0/UDP {address}:{port};branch={branch};rport",
            f"From: {call.from_header};tag={call.tag}",
            f"To: {to}",
            f"Call-ID: {call.call_id}",
            f"CSeq: {number} {method}",
            f"Contact: <sip:caller@{address}:{port}>",
            "Max-Forwards: 70",
            *(more or []),
            f"Content-Length: {len(as_bytes(body))}",
        ]
        return "\r\n".join(lines) + "\r\n\r\n" + body

    def _address(self) -> tuple[str, int]:
        assert self._transport is not None
        address, port = self._transport.get_extra_info("sockname")
        return address, port

    def close(self) -> None:
        """Give the socket back."""
        if self._transport is not None:
            self._transport.close()


def _multipart(sdp: str, location: tuple[float, float | str]) -> tuple[list[str], str]:
    """Return headers and body of a request that carries SDP and a location (RFC 6442)."""
    pidf = PIDF_LO.format(latitude=location[0], longitude=location[1]).replace("\n", "\r\n")
    parts = [
        f"--edge\r\nContent-Type: application/sdp\r\n\r\n{sdp}\r\n",
        "--edge\r\nContent-Type: application/pidf+xml\r\nContent-ID: <place@raw>\r\n\r\n" + pidf + "\r\n",
        "--edge--\r\n",
    ]
    head = [
        "Geolocation: <cid:place@raw>",
        "Geolocation-Routing: no",
        'Content-Type: multipart/mixed;boundary="edge"',
    ]
    return head, "".join(parts)


@asynccontextmanager
async def raw_caller(exchange: str, source: str = TRUNK_ADDRESS) -> AsyncIterator[RawCaller]:
    """Open a caller on any free port of `source`; `exchange` is host:port."""
    host, _, port = exchange.rpartition(":")
    loop = asyncio.get_running_loop()
    _, caller = await loop.create_datagram_endpoint(
        lambda: RawCaller((host, int(port))), local_addr=(source, 0)
    )
    try:
        yield caller
    finally:
        caller.close()
