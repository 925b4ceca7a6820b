"""A call as the one who drives the phone sees it: what it does, what it hears, what happened to it."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, Protocol, Self

from lab.audio import Heard
from lab.diary import Span

State = Literal["dialling", "ringing", "established", "closed"]
Json = dict[str, Any]


class Process(Protocol):
    """The process in which the phones live."""

    bell: "Bell"
    gone: bool

    async def ask(self, what: str, **parameters: Any) -> Json:
        """Give it a command and wait for the answer."""
        ...


class PhoneError(Exception):
    """A phone could not do what was asked. `status`: the SIP answer, when there was one."""

    def __init__(self, message: str, status: int | None = None) -> None:
        super().__init__(message)
        self.status = status


class PhonesGone(PhoneError):
    """The phones' process ended."""


@dataclass(frozen=True, slots=True)
class Behaviour:
    """What a phone does when it rings, after so many seconds."""

    kind: Literal["answer", "decline", "ring"]
    after: float = 0.0

    def as_json(self) -> Json:
        """Return it as it travels to the phones' process."""
        return {"kind": self.kind, "after": self.after}


ANSWER = Behaviour("answer", 0.3)
DECLINE = Behaviour("decline", 0.3)
RING = Behaviour("ring")
"""Let it ring; answer by hand with `PhoneCall.answer`."""


@dataclass(frozen=True, slots=True)
class PhoneEvent:
    """Something that happened to a call, as its phone saw it. `at`: epoch seconds."""

    what: str
    at: float
    details: Json


class Bell:
    """Wakes whoever waits for something to become true."""

    def __init__(self) -> None:
        self._rung = asyncio.Event()

    def ring(self) -> None:
        """Something changed."""
        self._rung.set()
        self._rung = asyncio.Event()

    async def until(self, true: Callable[[], bool], seconds: float) -> None:
        """Wait for `true()`; raises TimeoutError after `seconds`."""
        async with asyncio.timeout(seconds):
            while not true():
                await self._rung.wait()


@dataclass
class PhoneCall:
    """One call as one phone has it."""

    phones: Process
    line: str
    state: State
    peer: str = ""
    caller: str = ""  # the From user this phone called as; empty: anonymous, or it was called
    sip_call_id: str = ""
    reason: str = ""  # why it closed, for example "486 Busy Here"
    digits: str = ""  # keys the other side pressed
    events: list[PhoneEvent] = field(default_factory=list)

    async def wait_for(self, state: State, within: float = 15.0) -> Self:
        """Wait for a state; raises PhoneError when it closes or takes too long instead."""
        try:
            await self.phones.bell.until(lambda: self.state in (state, "closed") or self.phones.gone, within)
        except TimeoutError:
            raise PhoneError(f"{self.line} is {self.state}, not {state}, after {within:g} s") from None
        if self.state != state:
            raise PhoneError(f"{self.line} closed instead of {state}: {self.reason or 'no reason given'}")
        return self

    async def hears(self, hz: float, seconds: float = 0.6, within: float = 15.0) -> Heard:
        """Listen from now on until a tone lasted `seconds`; the verdict also when it did not."""
        answer = await self.phones.ask("hear", line=self.line, hz=hz, seconds=seconds, within=within)
        return _heard(answer)

    async def hears_sound(self, level_dbfs: float = -40.0, within: float = 15.0) -> float:
        """Listen from now on until anything is as loud as that; return how loud it was in the end."""
        return await self._level(level_dbfs, within, quiet=False)

    async def hears_quiet(self, level_dbfs: float = -50.0, within: float = 20.0) -> float:
        """Listen from now on until it has been quiet for a second; return how loud it was in the end."""
        return await self._level(level_dbfs, within, quiet=True)

    async def _level(self, level: float, within: float, *, quiet: bool) -> float:
        answer = await self.phones.ask("sound", line=self.line, level=level, within=within, quiet=quiet)
        return float(answer["level"])

    async def heard(self, hz: float) -> Heard:
        """Return how long a tone lasted at most in all that was received so far (the last minute)."""
        return _heard(await self.phones.ask("heard", line=self.line, hz=hz))

    async def diary(self, tones: tuple[int, ...]) -> tuple[list[Span], float]:
        """Return which of these tones was heard when (epoch seconds) since this was first asked, or at most a
        minute before; and for how many seconds no sound has come at all.
        """
        answer = await self.phones.ask("diary", line=self.line, tones=list(tones))
        return [Span(*span) for span in answer["spans"]], float(answer["silent"])

    async def press(self, digits: str, gap_ms: int = 120) -> None:
        """Press keys; they travel as RFC 4733 events."""
        await self.phones.ask("dtmf", line=self.line, digits=digits, gap_ms=gap_ms)

    async def answer(self) -> None:
        """Pick up a ringing call."""
        await self.phones.ask("answer", line=self.line)

    async def hang_up(self) -> None:
        """End the call, or decline it while it rings."""
        await self.phones.ask("hang_up", line=self.line)

    async def hold(self, held: bool = True) -> None:
        """Put the call on hold, or take it back."""
        await self.phones.ask("hold", line=self.line, held=held)

    async def send_tone(self, hz: int) -> None:
        """Send another tone from now on; 0 is silence."""
        await self.phones.ask("tone", line=self.line, hz=hz)

    async def record(self, path: Path) -> None:
        """Write what was received to a file (8 kHz, 16 bit, mono, no header)."""
        await self.phones.ask("record", line=self.line, path=str(path))

    def when(self, what: str) -> float | None:
        """Return when something first happened, epoch seconds."""
        return next((event.at for event in self.events if event.what == what), None)


class Phone:
    """A registered softphone and the calls that reached it, oldest first.

    `exchanges`: where it is registered; one phone at two of them rings for either and has one call at most.
    """

    def __init__(self, phones: Process, user: str, tone_hz: int) -> None:
        self.user = user
        self.tone_hz = tone_hz
        self.calls: list[PhoneCall] = []
        self.exchanges: list[str] = []
        self.refused = 0  # calls that came while another one was here
        self._phones = phones

    @property
    def registered(self) -> bool:
        """Whether it is registered anywhere."""
        return bool(self.exchanges)

    async def behave(self, behaviour: Behaviour) -> None:
        """Change what it does when it rings."""
        await self._phones.ask("behave", user=self.user, behaviour=behaviour.as_json())

    async def unregister(self) -> None:
        """Take the registration back."""
        await self._phones.ask("unregister", user=self.user)
        self.exchanges = []

    async def next_call(self, after: int = 0, within: float = 15.0) -> PhoneCall:
        """Wait for the call number `after` (0 is the first one that ever came)."""
        try:
            await self._phones.bell.until(lambda: len(self.calls) > after, within)
        except TimeoutError:
            raise PhoneError(f"{self.user} did not ring within {within:g} s") from None
        return self.calls[after]


def _heard(answer: Json) -> Heard:
    return Heard(answer["tone_hz"], answer["seconds"], answer["level_dbfs"], answer["purity"])
