"""One call as a phone has it: it sends its tone without a pause and keeps what it hears."""

import asyncio
import contextlib
import time
from collections.abc import Callable
from typing import Any

from baresip import AudioNotActive, AudioRestarted, BaresipError, Call, Event, StackEvent

from lab.audio import RATE, Heard, level_dbfs, listen_for, tone
from lab.diary import Diary, Span

TICK_SECONDS = 0.04
AHEAD_BYTES = RATE * 2 // 5  # 0.2 s: more would delay a change of tone, less could run dry
KEPT_SECONDS = 60
KEPT_WITH_DIARY_SECONDS = 3
SOUND_BYTES = RATE * 2 // 5  # 0.2 s: long enough not to be a click
QUIET_BYTES = RATE * 2  # a second: longer than the pause between two sentences
QUIET_SECONDS = 1.0
WHAT = {
    Event.CALL_RINGING: "ringing",
    Event.CALL_PROGRESS: "progress",
    Event.CALL_ESTABLISHED: "established",
    Event.CALL_CLOSED: "closed",
}

Tell = Callable[..., None]
"""Report an event: `tell(what, **details)`."""


class Line:
    """A call of a phone, with its own sound in both directions."""

    def __init__(self, call: Call, tone_hz: int, tell: Tell) -> None:
        self.call = call
        self.closed = False
        self._tell = tell
        self._sound = _Sound(tone_hz)
        self._last_piece = asyncio.get_running_loop().time()
        self._received = bytearray()
        self._forgotten = 0  # bytes received and no longer kept
        self._diary: Diary | None = None
        self._pump: asyncio.Task[None] | None = None
        call.on(self.take)
        call.on_dtmf(lambda digit: tell("digit", digit=digit.digit, milliseconds=digit.duration_ms))

    def set_tone(self, hz: int) -> None:
        """Send another tone from now on; 0 is silence."""
        self._sound = _Sound(hz)

    async def hear(self, hz: float, seconds: float, within: float) -> Heard:
        """Listen to what comes in from now on until `hz` lasted `seconds`, or `within` seconds are over."""
        start = self._forgotten + len(self._received)
        end = asyncio.get_running_loop().time() + within
        while True:
            heard = listen_for(self._since(start), hz)
            late = asyncio.get_running_loop().time() >= end
            if heard.for_at_least(seconds) or late or self.closed:
                return heard
            await asyncio.sleep(TICK_SECONDS)

    async def sound(self, level: float, within: float, quiet: bool) -> float:
        """Listen from now on until it is louder than `level` dBFS, or has been quieter for a while.

        Returns the level at the end.
        """
        start = self._forgotten + len(self._received)
        end = asyncio.get_running_loop().time() + within
        length = QUIET_BYTES if quiet else SOUND_BYTES
        while True:
            part = self._since(start)[-length:]
            now = level_dbfs(part)
            silent = self._silent_for() >= QUIET_SECONDS  # nobody sends anything: quiet, too
            done = silent or (now < level and len(part) == length) if quiet else now >= level
            if done or self.closed or asyncio.get_running_loop().time() >= end:
                return now
            await asyncio.sleep(TICK_SECONDS)

    def diary(self, tones: tuple[int, ...]) -> tuple[list[Span], float]:
        """Keep a diary of these tones from now on; return it, and for how long nothing has come."""
        if self._diary is None:
            self._diary = Diary(tones)
            self._diary.feed(bytes(self._received), time.time())
        return self._diary.spans, self._silent_for()

    def _silent_for(self) -> float:
        """Return for how long nothing has come, in seconds."""
        return asyncio.get_running_loop().time() - self._last_piece

    def heard(self, hz: float) -> Heard:
        """Look for a tone in all that was kept."""
        return listen_for(bytes(self._received), hz)

    def recording(self) -> bytes:
        """Return what was received and is still kept, at most KEPT_SECONDS."""
        return bytes(self._received)

    async def end(self) -> None:
        """Hang up, decline or give up; a call that is over already is no error."""
        with contextlib.suppress(BaresipError):
            await self.call.hangup()

    def _since(self, position: int) -> bytes:
        return bytes(self._received[max(0, position - self._forgotten) :])

    def take(self, event: StackEvent) -> None:
        """Take what happened to the call."""
        what = WHAT.get(event.event)
        if what == "established" and self._pump is None:
            self._pump = asyncio.create_task(self._exchange_sound(), name="phone-sound")
        if what == "closed":
            self._take()
            self.closed = True
        if what:
            self._tell(what, text=event.text or "", sip_call_id=event.call_id or self.call.call_id or "")

    async def _exchange_sound(self) -> None:
        while not self.closed:
            self._give()
            self._take()
            await asyncio.sleep(TICK_SECONDS)

    def _give(self) -> None:
        with contextlib.suppress(AudioNotActive, AudioRestarted):
            info = self.call.audio.info()
            if info.tx_ready and info.tx_buffered < AHEAD_BYTES:
                self.call.audio.write(self._sound.next(AHEAD_BYTES))

    def _take(self) -> None:
        with contextlib.suppress(AudioNotActive, AudioRestarted):
            while piece := self.call.audio.read(RATE):
                self._received += piece
                self._last_piece = asyncio.get_running_loop().time()
                if self._diary is not None:
                    self._diary.feed(bytes(piece), time.time())
        kept = KEPT_SECONDS if self._diary is None else KEPT_WITH_DIARY_SECONDS
        surplus = len(self._received) - kept * RATE * 2
        if surplus > 0:
            del self._received[:surplus]
            self._forgotten += surplus


class _Sound:
    """A tone without an end."""

    def __init__(self, hz: int) -> None:
        self._second = tone(hz) if hz else bytes(RATE * 2)
        self._at = 0

    def next(self, count: int) -> bytes:
        """Return the next `count` bytes, at most a second."""
        piece = (self._second + self._second)[self._at : self._at + count]
        self._at = (self._at + count) % len(self._second)
        return piece


def as_json(heard: Heard) -> dict[str, Any]:
    """Return a verdict as it travels to the parent; JSON knows no infinity."""
    return {
        "tone_hz": heard.tone_hz,
        "seconds": heard.seconds,
        "level_dbfs": max(heard.level_dbfs, -120.0),
        "purity": heard.purity,
    }
