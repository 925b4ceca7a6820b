"""A phone as a page in a browser is one: SIP over WSS (RFC 7118), sound by ICE, DTLS and SRTP, G.711.

It answers every call by itself with a tone, and keeps what it hears.
"""

import asyncio
import hashlib
import re
import secrets
import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from fractions import Fraction

import aiohttp
import numpy as np
from aiortc import RTCPeerConnection, RTCSessionDescription
from aiortc.mediastreams import AudioStreamTrack, MediaStreamError, MediaStreamTrack
from av import AudioFrame
from av.audio.resampler import AudioResampler

from lab.audio import RATE, Heard, listen_for, tone

FRAME = RATE // 50
SECONDS = 20.0
"""For an answer of Asterisk: a safety net."""


class BrowserPhoneError(Exception):
    """The page's phone could not do what was asked; the text says what Asterisk said."""


class Tone(AudioStreamTrack):
    """What the page's microphone hears: one tone."""

    def __init__(self, hz: int) -> None:
        super().__init__()
        self._samples = np.frombuffer(tone(hz), dtype="<i2")
        self._sent = 0
        self._began = 0.0

    async def recv(self) -> AudioFrame:
        """Return the next 20 ms, at their time."""
        loop = asyncio.get_running_loop()
        self._began = self._began or loop.time()
        await asyncio.sleep(max(0.0, self._began + self._sent / RATE - loop.time()))
        at = self._sent % RATE
        frame = AudioFrame.from_ndarray(self._samples[None, at : at + FRAME], format="s16", layout="mono")
        frame.sample_rate, frame.pts, frame.time_base = RATE, self._sent, Fraction(1, RATE)
        self._sent += FRAME
        return frame


@dataclass
class BrowserCall:
    """A call at the page: its sound, and whether it has ended."""

    peer: RTCPeerConnection
    heard: bytearray = field(default_factory=bytearray)
    ended: asyncio.Event = field(default_factory=asyncio.Event)
    listening: asyncio.Task[None] | None = None

    async def hears(self, hz: float, seconds: float = 1.0) -> Heard:
        """Return what is heard of a tone from now on."""
        self.heard.clear()
        async with asyncio.timeout(SECONDS):
            while len(self.heard) < 2 * RATE * seconds:  # noqa: ASYNC110
                await asyncio.sleep(0.05)
        return listen_for(bytes(self.heard), hz)

    async def listen(self, track: MediaStreamTrack) -> None:
        """Keep what comes, as a telephone carries it, until it ends."""
        resampler = AudioResampler(format="s16", layout="mono", rate=RATE)
        try:
            while True:
                frame = await track.recv()
                assert isinstance(frame, AudioFrame)
                for part in resampler.resample(frame):
                    self.heard += part.to_ndarray().astype("<i2").tobytes()
        except MediaStreamError:
            return


class BrowserPhone:
    """A page's phone at one node, registered."""

    def __init__(
        self, socket: aiohttp.ClientWebSocketResponse, user: str, password: str, tone_hz: int
    ) -> None:
        self.calls: list[BrowserCall] = []
        self.tone_hz = tone_hz
        self._socket, self._user, self._password = socket, user, password
        self._answers: asyncio.Queue[str] = asyncio.Queue()
        self._call_id, self._count = secrets.token_hex(8), 0

    async def register(self, expires: int = 60) -> None:
        """Register, or with 0 take it back. Raises BrowserPhoneError."""
        challenge = await self._ask(expires)
        answer = await self._ask(expires, self._proof(challenge))
        if not answer.startswith("SIP/2.0 200"):
            raise BrowserPhoneError(answer.partition("\r\n")[0])

    async def run(self) -> None:
        """Take in what Asterisk sends, until the socket closes."""
        async for message in self._socket:
            data = message.data
            text = data if isinstance(data, str) else bytes(data).decode()
            if text.startswith("SIP/2.0"):
                self._answers.put_nowait(text)
            else:
                await self._asked(text)

    async def close(self) -> None:
        """End every call's sound."""
        for call in self.calls:
            if call.listening is not None:
                call.listening.cancel()
            await call.peer.close()

    async def first_call(self) -> BrowserCall:
        """Wait for a call."""
        async with asyncio.timeout(SECONDS):
            while not self.calls:  # noqa: ASYNC110
                await asyncio.sleep(0.05)
        return self.calls[-1]

    async def _ask(self, expires: int, authorization: str = "") -> str:
        self._count += 1
        lines = [
            "REGISTER sip:127.0.0.1 SIP/2.0",
            f"Via: SIP/2.0/WSS browser.invalid;branch=z9hG4bK{secrets.token_hex(6)}",
            "Max-Forwards: 69",
            f"To: <sip:{self._user}@127.0.0.1>",
            f"From: <sip:{self._user}@127.0.0.1>;tag=browser",
            f"Call-ID: {self._call_id}",
            f"CSeq: {self._count} REGISTER",
            *([f"Authorization: {authorization}"] if authorization else []),
            f"Contact: <sip:{self._user}@browser.invalid;transport=ws>;expires={expires}",
            "Content-Length: 0",
        ]
        await self._socket.send_str("\r\n".join(lines) + "\r\n\r\n")
        async with asyncio.timeout(SECONDS):
            return await self._answers.get()

    def _proof(self, challenge: str) -> str:
        """Return the answer to a challenge (RFC 2617, with qop)."""
        said = dict(re.findall(r'(\w+)="?([^",\r\n]+)"?', challenge.partition("WWW-Authenticate:")[2]))
        if "nonce" not in said:
            raise BrowserPhoneError(challenge.partition("\r\n")[0])
        uri, count, own = "sip:127.0.0.1", "00000001", "browser"
        first = _digest(self._user, said["realm"], self._password)
        response = _digest(first, said["nonce"], count, own, "auth", _digest("REGISTER", uri))
        return (
            f'Digest username="{self._user}", realm="{said["realm"]}", nonce="{said["nonce"]}", '
            f'uri="{uri}", response="{response}", algorithm=MD5, qop=auth, nc={count}, cnonce="{own}", '
            f'opaque="{said.get("opaque", "")}"'
        )

    async def _asked(self, text: str) -> None:
        method = text.partition(" ")[0]
        if method == "INVITE":
            await self._answer_call(text)
        elif method in ("BYE", "CANCEL") and self.calls:
            self.calls[-1].ended.set()
        if method not in ("INVITE", "ACK"):
            await self._socket.send_str(_reply(text))

    async def _answer_call(self, invite: str) -> None:
        """Pick up: what ICE finds is in the answer, nothing trickles."""
        await self._socket.send_str(_reply(invite, "180 Ringing"))
        peer = RTCPeerConnection()
        call = BrowserCall(peer)
        peer.on("track", lambda track: setattr(call, "listening", asyncio.create_task(call.listen(track))))
        await peer.setRemoteDescription(RTCSessionDescription(invite.partition("\r\n\r\n")[2], "offer"))
        peer.addTrack(Tone(self.tone_hz))
        await peer.setLocalDescription(await peer.createAnswer())
        contact = {
            "Contact": f"<sip:{self._user}@browser.invalid;transport=ws>",
            "Content-Type": "application/sdp",
        }
        await self._socket.send_str(_reply(invite, "200 OK", contact, peer.localDescription.sdp))
        self.calls.append(call)


def _reply(
    request: str, status: str = "200 OK", more: Mapping[str, str] | None = None, body: str = ""
) -> str:
    """Return an answer to a request of Asterisk's."""
    copied = [
        line + (";tag=page" if line.startswith("To:") and "tag=" not in line else "")
        for line in request.partition("\r\n\r\n")[0].split("\r\n")
        if line.partition(":")[0] in ("Via", "From", "To", "Call-ID", "CSeq", "Record-Route")
    ]
    added = [f"{name}: {value}" for name, value in (more or {}).items()]
    head = [f"SIP/2.0 {status}", *copied, *added, f"Content-Length: {len(body.encode())}"]
    return "\r\n".join(head) + "\r\n\r\n" + body


def _digest(*parts: str) -> str:
    return hashlib.md5(":".join(parts).encode()).hexdigest()


@asynccontextmanager
async def opened(
    url: str, authority: ssl.SSLContext, user: str, password: str, tone_hz: int
) -> AsyncIterator[BrowserPhone]:
    """Open a page with a phone, registered; it closes without a word, as a tab does."""
    connector = aiohttp.TCPConnector(ssl=authority)
    async with (
        aiohttp.ClientSession(connector=connector) as session,
        session.ws_connect(url, protocols=["sip"]) as socket,
    ):
        phone = BrowserPhone(socket, user, password, tone_hz)
        running = asyncio.create_task(phone.run(), name=f"page of {user}")
        try:
            await phone.register()
            yield phone
        finally:
            await phone.close()
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
