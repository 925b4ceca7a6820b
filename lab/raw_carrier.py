"""A carrier that speaks SIP by hand: it has us registered by password, and fails calls as it is told to.

In a thread of its own, so that it is there before Asterisk first asks it.
"""

import re
import secrets
import socket
import threading
from types import TracebackType
from typing import Self

from lab.raw_phone import proof_of
from lab.raw_sip import Message

REALM = "carrier"
COPIED = ("via", "from", "call-id", "cseq")
Address = tuple[str, int]


class RawCarrier:
    """One trunk's other end. `refusal`: what INVITEs are answered with; "" says nothing to anybody."""

    def __init__(self, address: Address, user: str, password: str) -> None:
        self.password = password
        self.refusal = "503 Service Unavailable"
        self.registered = threading.Event()
        self.refused = threading.Event()  # a registration whose password was another
        self.invited: list[str] = []  # the calls that were tried here, by Call-ID
        self._user = user
        self.nonce = secrets.token_hex(8)  # another one makes the other side prove itself again
        self._over = threading.Event()
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(address)
        self.port = address[1]
        self._socket.settimeout(0.1)
        self._thread = threading.Thread(target=self._serve, name="carrier")

    def __enter__(self) -> Self:
        """Begin to answer."""
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Give the socket back."""
        self._over.set()
        self._thread.join()
        self._socket.close()

    def _serve(self) -> None:
        while not self._over.is_set():
            try:
                data, source = self._socket.recvfrom(65536)
            except TimeoutError:
                continue
            message = Message.parse(data)
            if message.start and not message.status:
                self._take(message, source)

    def _take(self, message: Message, source: Address) -> None:
        method = message.start.split()[0]
        if method == "INVITE" and message.headers["call-id"] not in self.invited:
            self.invited.append(message.headers["call-id"])
        if method == "ACK" or not self.refusal:
            return
        if method == "REGISTER":
            self._register(message, source)
        else:
            self._answer(message, source, self.refusal if method == "INVITE" else "200 OK")

    def _register(self, message: Message, source: Address) -> None:
        """Challenge whoever proves nothing; refuse another password."""
        shown = message.headers.get("authorization", "")
        if f'nonce="{self.nonce}"' not in shown:
            challenge = f'Digest realm="{REALM}", nonce="{self.nonce}", algorithm=MD5, qop="auth"'
            self._answer(message, source, "401 Unauthorized", f"WWW-Authenticate: {challenge}")
        elif proof_of(shown, self._user, self.password, "REGISTER"):
            self._answer(message, source, "200 OK", f"Contact: {message.headers['contact']};expires=300")
            self.registered.set()
        else:
            self._answer(message, source, "403 Forbidden")
            self.refused.set()

    def _answer(self, message: Message, source: Address, status: str, *more: str) -> None:
        copied = [f"{name}: {message.headers[name]}" for name in COPIED]
        to = message.headers["to"]
        tagged = to if re.search(r";tag=", to) else f"{to};tag=carrier"
        lines = [f"SIP/2.0 {status}", *copied, f"To: {tagged}", *more, "Content-Length: 0", "", ""]
        self._socket.sendto("\r\n".join(lines).encode(), source)
