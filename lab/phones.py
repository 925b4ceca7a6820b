"""Real phones for the demo and the tests: citizens' behind the trunk, operators' at the positions.

async with Phones("127.0.0.1") as desks, Phones("127.0.0.2") as citizens:
    desk = await desks.register("pos-1", "secret", "127.0.0.1:5060", behaviour=ANSWER, tone_hz=523)
    call = await citizens.call("sip:112@127.0.0.1:5060", caller="0811223344", tone_hz=1400)
    await call.wait_for("established")
    await call.press("1")
    heard = await call.hears(523)
"""

import asyncio
import contextlib
import itertools
import json
import sys
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from lab.phone_call import (
    ANSWER,
    DECLINE,
    RING,
    Behaviour,
    Bell,
    Json,
    Phone,
    PhoneCall,
    PhoneError,
    PhoneEvent,
    PhonesGone,
)

__all__ = [
    "ANSWER",
    "DECLINE",
    "RING",
    "Behaviour",
    "Phone",
    "PhoneCall",
    "PhoneError",
    "PhoneEvent",
    "Phones",
    "PhonesGone",
]
ROOT = Path(__file__).resolve().parent.parent


class Phones:
    """A process of phones that speak SIP from one address; ends with the context."""

    def __init__(self, address: str, authority: Path | None = None) -> None:
        """`authority`: whom the phones believe a server's certificate from; needed for encrypted ones."""
        self.address = address
        self._authority = authority
        self.bell = Bell()
        self.gone = False
        self.port = 0  # where the phones themselves listen, on 127.0.0.1
        self.on_event: Callable[[PhoneCall, PhoneEvent], None] | None = None
        self._process: asyncio.subprocess.Process | None = None
        self._reader: asyncio.Task[None] | None = None
        self._waiting: dict[int, asyncio.Future[Json]] = {}
        self._numbers = itertools.count(1)
        self._phones: dict[str, Phone] = {}
        self._calls: dict[str, PhoneCall] = {}

    async def __aenter__(self) -> Self:
        """Start the process; raises PhonesGone when it does not come up."""
        self._process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "lab.phone_process", "--address", self.address),
            *("--authority", "" if self._authority is None else str(self._authority)),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            cwd=ROOT,
            start_new_session=True,  # Ctrl-C is for us; the phones end when we close their input
        )
        self._reader = asyncio.create_task(self._read(), name=f"phones-{self.address}")
        await self.bell.until(lambda: self.port > 0 or self.gone, 20)
        if self.gone:
            raise PhonesGone("the phones' process did not start")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Hang everything up and end the process; it is killed when it does not end by itself."""
        assert self._process is not None
        assert self._process.stdin is not None
        self._process.stdin.close()
        try:
            await asyncio.wait_for(self._process.wait(), 6)
        except TimeoutError:
            self._process.kill()
            await self._process.wait()
        if self._reader is not None:
            await self._reader

    async def die(self) -> None:
        """End the process as a crash would: nobody is told."""
        assert self._process is not None
        self._process.kill()
        await self._process.wait()

    async def register(
        self,
        user: str,
        password: str,
        domain: str,
        *,
        behaviour: Behaviour = ANSWER,
        tone_hz: int = 523,
        also: bool = False,
        encrypted: bool = False,
    ) -> Phone:
        """Register a softphone at `domain` (host:port); raises PhoneError with the SIP status.

        `also`: the phone is registered at another exchange already, and from now on at this one too.
        `encrypted`: over TLS, its sound over SRTP or not at all.
        """
        phone = self._phones.setdefault(user, Phone(self, user, tone_hz))
        await self.ask(
            "register",
            user=user,
            password=password,
            domain=domain,
            behaviour=behaviour.as_json(),
            tone_hz=tone_hz,
            also=also,
            encrypted=encrypted,
        )
        phone.exchanges = [*(phone.exchanges if also else ()), domain]
        return phone

    async def call(
        self,
        uri: str,
        caller: str = "",
        *,
        name: str = "",
        tone_hz: int = 1400,
        headers: dict[str, str] | None = None,
    ) -> PhoneCall:
        """Call `uri` (sip:112@host:port). `caller` is the From user or a whole SIP URI; empty: anonymous."""
        exchange = uri.rpartition("@")[2]
        call = PhoneCall(self, f"out-{next(self._numbers)}", "dialling", peer=uri, caller=caller)
        self._calls[call.line] = call
        await self.ask(
            "call",
            line=call.line,
            uri=uri,
            exchange=exchange,
            caller=_from_address(caller, name, exchange),
            tone_hz=tone_hz,
            headers=headers or {},
        )
        return call

    async def ask(self, what: str, **parameters: Any) -> Json:
        """Give the process a command and wait for its answer; raises PhoneError or PhonesGone."""
        if self.gone or self._process is None or self._process.stdin is None:
            raise PhonesGone(f"{what}: the phones' process has ended")
        number = next(self._numbers)
        future: asyncio.Future[Json] = asyncio.get_running_loop().create_future()
        self._waiting[number] = future
        try:
            self._process.stdin.write(json.dumps({"id": number, "do": what, **parameters}).encode() + b"\n")
            self.bell.ring()
            answer = await asyncio.wait_for(future, 30 + float(parameters.get("within", 0)))
        finally:
            self._waiting.pop(number, None)
        if "error" in answer:
            raise PhoneError(answer["error"], answer.get("status"))
        return answer

    @property
    def pid(self) -> int:
        """The process itself, for tests that end it."""
        assert self._process is not None
        return self._process.pid

    def registered(self, exchange: str | None = None) -> tuple[str, ...]:
        """Return the phones that are registered: anywhere, or at this exchange."""
        phones = self._phones.items()
        return tuple(
            user for user, phone in phones if phone.registered and exchange in (None, *phone.exchanges)
        )

    def phone(self, user: str) -> Phone | None:
        """Return a phone that is, or was, registered here."""
        return self._phones.get(user)

    async def wait_gone(self) -> None:
        """Wait until the process has ended."""
        if self._reader is not None:
            await asyncio.shield(self._reader)

    def asked(self) -> tuple[int, ...]:
        """Return the commands that wait for their answer."""
        return tuple(self._waiting)

    async def _read(self) -> None:
        assert self._process is not None
        assert self._process.stdout is not None
        while text := await self._process.stdout.readline():
            with contextlib.suppress(json.JSONDecodeError):  # a library that prints is no reason to stop
                self._take(json.loads(text))
        self.gone = True
        for future in self._waiting.values():
            if not future.done():
                future.set_exception(PhonesGone("the phones' process ended"))
        self.bell.ring()

    def _take(self, message: Json) -> None:
        if "id" in message:
            future = self._waiting.get(message.pop("id"))
            if future is not None and not future.done():
                future.set_result(message)
        elif message["event"] == "started":
            self.port = message["port"]
        else:
            self._on_event(message.pop("event"), message.pop("line"), message)
        self.bell.ring()

    def _on_event(self, what: str, line: str, message: Json) -> None:
        event = PhoneEvent(what, message.pop("at"), message)
        call = self._calls.get(line)
        if call is None:
            call = self._calls[line] = PhoneCall(self, line, "ringing", peer=message.get("peer", ""))
        self._file(what, message, call)
        call.events.append(event)
        call.sip_call_id = message.get("sip_call_id") or call.sip_call_id
        if what == "digit":
            call.digits += message["digit"]
        elif what in ("ringing", "established", "closed"):
            call.state = what  # type: ignore[assignment]
            call.reason = message.get("text", "") if what == "closed" else ""
        if self.on_event is not None:
            self.on_event(call, event)

    def _file(self, what: str, message: Json, call: PhoneCall) -> None:
        """Give an incoming call to its phone."""
        phone = self._phones.get(message.get("phone", ""))
        if phone is not None and what == "incoming":
            phone.calls.append(call)
        elif phone is not None and what == "busy":
            phone.refused += 1


def _from_address(caller: str, name: str, exchange: str) -> str:
    """Return a From address; without a caller the one RFC 3323 gives the anonymous."""
    if not caller:
        return '"Anonymous" <sip:anonymous@anonymous.invalid>'
    uri = caller if caller.startswith("sip:") else f"sip:{caller}@{exchange}"
    return f'"{name}" <{uri}>' if name else f"<{uri}>"


if __name__ == "__main__":
    from lab.operators import main

    main()
