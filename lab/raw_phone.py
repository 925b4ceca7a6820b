"""A softphone that speaks SIP by hand: it registers with digest, and refuses calls with any status wanted."""

import asyncio
import hashlib
import re
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, cast

from lab.raw_sip import Message

EXPIRES_SECONDS = 600


class RawPhone(asyncio.DatagramProtocol):
    """A UDP socket that registers one account.

    `refusal`: the status line's end for each INVITE; `forward_to`: the answer's Contact, for a 302.
    """

    def __init__(self, exchange: tuple[str, int], refusal: str, forward_to: str = "") -> None:
        self._exchange = exchange
        self._refusal = refusal
        self._forward = (f"Contact: {forward_to}",) if forward_to else ()
        self._transport: asyncio.DatagramTransport | None = None
        self._arrived: asyncio.Queue[Message] = asyncio.Queue()
        self.refused = 0  # how many INVITEs
        self.shown: list[str] = []  # who calls, as each INVITE says it

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the socket."""
        self._transport = cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:  # noqa: ARG002
        """Queue an answer; refuse an INVITE, say yes to any other request."""
        message = Message.parse(data)
        if message.status:
            self._arrived.put_nowait(message)
        elif message.start.startswith("INVITE"):
            self.refused += 1
            self.shown.append(message.headers["from"])
            self._reply(message, self._refusal, *self._forward)
        elif not message.start.startswith("ACK"):
            self._reply(message, "200 OK")

    async def register(
        self, user: str, password: str, contact: str = "", expires: int = EXPIRES_SECONDS
    ) -> None:
        """Register `contact` (this socket by default; "host:port"); 0 seconds removes it again.

        Raises RuntimeError with what Asterisk said, TimeoutError.
        """
        host, port = self._address()
        known = {"user": user, "contact": contact or f"{host}:{port}", "expires": expires}
        call_id = uuid.uuid4().hex
        self._send(self._registration(call_id, 1, known))
        challenge = await self._answer(call_id, 1)
        header = challenge.headers.get("www-authenticate", "")
        if challenge.status != 401:
            raise RuntimeError(f"registering {user}: {challenge.start}")
        proof = digest(header, user, password, "REGISTER", f"sip:{self._exchange[0]}")
        self._send(self._registration(call_id, 2, known, f"Authorization: {proof}"))
        answer = await self._answer(call_id, 2)
        if answer.status != 200:
            raise RuntimeError(f"registering {user}: {answer.start}")

    def close(self) -> None:
        """Give the socket back."""
        if self._transport is not None:
            self._transport.close()

    async def _answer(self, call_id: str, number: int) -> Message:
        """Return the final answer to this request; late ones to earlier requests are left aside."""
        async with asyncio.timeout(5):
            while True:
                message = await self._arrived.get()
                ours = message.headers.get("call-id") == call_id and message.headers.get(
                    "cseq", ""
                ).startswith(f"{number} ")
                if ours and message.status >= 200:
                    return message

    def _registration(self, call_id: str, number: int, known: dict[str, Any], *more: str) -> str:
        host, port = self._address()
        address = f"<sip:{known['user']}@{self._exchange[0]}>"
        lines = [
            f"REGISTER sip:{self._exchange[0]} SIP/2.0",
            f"Via: SIP/2.0/UDP {host}:{port};branch=z9hG4bK{uuid.uuid4().hex[:12]};rport",
            f"From: {address};tag={call_id[:8]}",
            f"To: {address}",
            f"Call-ID: {call_id}",
            f"CSeq: {number} REGISTER",
            f"Contact: <sip:{known['user']}@{known['contact']}>",
            f"Expires: {known['expires']}",
            "Max-Forwards: 70",
            *more,
            "Content-Length: 0",
        ]
        return "\r\n".join(lines) + "\r\n\r\n"

    def _reply(self, message: Message, status: str, *more: str) -> None:
        copied = [f"{name}: {message.headers[name]}" for name in ("via", "from", "call-id", "cseq")]
        to = message.headers["to"]
        tagged = to if "tag=" in to else f"{to};tag=raw"
        self._send(
            "\r\n".join([f"SIP/2.0 {status}", *copied, f"To: {tagged}", *more, "Content-Length: 0", "", ""])
        )

    def _send(self, text: str) -> None:
        assert self._transport is not None
        self._transport.sendto(text.encode(), self._exchange)

    def _address(self) -> tuple[str, int]:
        assert self._transport is not None
        host, port = self._transport.get_extra_info("sockname")
        return host, port


def digest(challenge: str, user: str, password: str, method: str, uri: str) -> str:
    """Return the Authorization header's value for a Digest challenge with MD5 and qop=auth (RFC 2617)."""
    asked = _values(challenge)
    cnonce, count = uuid.uuid4().hex[:16], "00000001"
    secret = _md5(f"{user}:{asked['realm']}:{password}")
    proof = _md5(f"{secret}:{asked['nonce']}:{count}:{cnonce}:auth:{_md5(f'{method}:{uri}')}")
    values = {"username": user, "realm": asked["realm"], "nonce": asked["nonce"], "uri": uri}
    values |= {"response": proof, "cnonce": cnonce} | (
        {"opaque": asked["opaque"]} if "opaque" in asked else {}
    )
    quoted = ", ".join(f'{name}="{value}"' for name, value in values.items())
    return f"Digest {quoted}, algorithm=MD5, qop=auth, nc={count}"


def proof_of(shown: str, user: str, password: str, method: str) -> bool:
    """Return whether an Authorization header proves that its sender knows the password."""
    said = _values(shown)
    secret, what = _md5(f"{user}:{said['realm']}:{password}"), _md5(f"{method}:{said['uri']}")
    middle = ":".join(said[name] for name in ("nonce", "nc", "cnonce", "qop") if name in said)
    return said.get("username") == user and said.get("response") == _md5(f"{secret}:{middle}:{what}")


def _values(header: str) -> dict[str, str]:
    found = re.findall(r'(\w+)=(?:"([^"]*)"|([^,\s]+))', header)
    return {name: quoted or bare for name, quoted, bare in found}


@asynccontextmanager
async def raw_phone(
    exchange: str,
    refusal: str = "603 Decline",
    host: str = "127.0.0.1",
    port: int = 0,
    forward_to: str = "",
) -> AsyncIterator[RawPhone]:
    """Open a phone, on any free port of `host` unless one is named; `exchange` is host:port."""
    address, _, exchange_port = exchange.rpartition(":")
    loop = asyncio.get_running_loop()
    _, phone = await loop.create_datagram_endpoint(
        lambda: RawPhone((address, int(exchange_port)), refusal, forward_to), local_addr=(host, port)
    )
    try:
        yield phone
    finally:
        phone.close()


def _md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()
