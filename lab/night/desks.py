"""A night's operators: each answers as planned; a phone may die and come back from another port."""

import asyncio
import contextlib
import itertools
import time
from collections.abc import Callable
from typing import Any

from lab.night.evidence import DeskCall, DeskEnd
from lab.night.log import Log
from lab.night.plan import PlannedAnswer
from lab.operators import CITIZEN_TONES
from lab.phones import RING, PhoneCall, PhoneError, Phones

LOOK_SECONDS = 0.25
SILENCE_SECONDS = 4.0  # so long an operator listens to nothing
ESTABLISHED_SECONDS = 3.0
RING_AT_MOST_SECONDS = 20.0  # then a phone stops by itself, whoever rang it
REGISTER_AGAIN_SECONDS = 2.0


class Desk:
    """One position through the night. `row`: its account; `exchanges`: where SIP is spoken."""

    def __init__(
        self,
        row: dict[str, Any],
        tone_hz: int,
        answers: tuple[PlannedAnswer, ...],
        exchanges: Callable[[], list[str]],
        log: Log,
    ) -> None:
        self.position: str = row["name"]
        self.calls: list[DeskCall] = []
        self.refused = 0  # calls that came while another one was here
        self.registered = asyncio.Event()
        self._row = row
        self._tone = tone_hz
        self._answers = itertools.cycle(answers)
        self._exchanges = exchanges
        self._log = log
        self._dies = asyncio.Event()

    def said_goodbye(self, since: float, before: float) -> bool:
        """Return whether the operator ended a talk between these moments."""
        ends = [call.over_at for call in self.calls if call.end == "goodbye"]
        return any(since < end <= before for end in ends if end is not None)

    def die(self) -> None:
        """Let the phone die now."""
        self._dies.set()

    async def work(self) -> None:
        """Sit down, answer, and come back whenever the phone has died; until cancelled."""
        while True:
            self._dies.clear()
            async with Phones("127.0.0.1") as phones:
                away = await self._shift(phones)
                await phones.die()
            self._tell("the phone has died")
            await asyncio.sleep(away)

    async def _shift(self, phones: Phones) -> float:
        """Answer what rings until the phone dies; return for how long it is away."""
        registering = asyncio.create_task(self._register(phones), name=f"register {self.position}")
        answering = asyncio.create_task(self._answer_all(phones), name=f"answer {self.position}")
        dying = asyncio.create_task(self._dies.wait(), name=f"die {self.position}")
        try:
            await asyncio.wait((answering, dying), return_when=asyncio.FIRST_COMPLETED)
            return answering.result() if answering.done() else 4.0
        finally:
            for task in (registering, answering, dying):
                task.cancel()
            await asyncio.gather(registering, answering, dying, return_exceptions=True)
            phone = phones.phone(self._row["sip_user"])
            self.refused += phone.refused if phone is not None else 0
            for call in [call for call in self.calls if call.end is None]:
                call.over_at, call.end = time.time(), "died"

    async def _register(self, phones: Phones) -> None:
        """Register at every exchange; one that is away is tried again and again."""
        left = self._exchanges()
        also = False
        while left:
            exchange = left.pop(0)
            try:
                await phones.register(
                    self._row["sip_user"],
                    self._row["sip_password"],
                    exchange,
                    behaviour=RING,
                    tone_hz=self._tone,
                    also=also,
                )
            except PhoneError:
                left.append(exchange)
                await asyncio.sleep(REGISTER_AGAIN_SECONDS)
            else:
                also = True
                self.registered.set()
                self._tell(f"registered at {exchange}")

    async def _answer_all(self, phones: Phones) -> float:
        """Deal with each call that rings; return how long the phone is away when it has to die."""
        for number in itertools.count():
            call = await self._next(phones, number)
            planned = next(self._answers)
            self._tell(f"rings, and will {planned.kind}")
            with contextlib.suppress(PhoneError):
                await self._deal_with(call, planned)
            if planned.kind == "vanish":
                return planned.away
        raise AssertionError("a count without an end")

    async def _next(self, phones: Phones, number: int) -> PhoneCall:
        while True:
            phone = phones.phone(self._row["sip_user"])
            if phone is not None and len(phone.calls) > number:
                return phone.calls[number]
            await asyncio.sleep(LOOK_SECONDS)

    async def _deal_with(self, call: PhoneCall, planned: PlannedAnswer) -> None:
        if planned.kind == "ignore":
            with contextlib.suppress(PhoneError):
                await call.wait_for("closed", RING_AT_MOST_SECONDS)
            await call.hang_up()
            return
        await asyncio.sleep(planned.after)
        if planned.kind == "decline":
            await call.hang_up()
        elif call.state == "ringing":
            await self._talk(call, planned)

    async def _talk(self, call: PhoneCall, planned: PlannedAnswer) -> None:
        await call.answer()
        try:
            await call.wait_for("established", ESTABLISHED_SECONDS)
        except PhoneError:
            await call.hang_up()
            return
        seen = DeskCall(position=self.position, up_at=call.when("established") or time.time())
        self.calls.append(seen)
        end = await self._until_over(call, planned, seen)
        seen.over_at, seen.end = call.when("closed") or time.time(), end
        self._tell(f"talk over: {end}", seen.over_at)
        if end != "died":
            await call.hang_up()

    async def _until_over(self, call: PhoneCall, planned: PlannedAnswer, seen: DeskCall) -> DeskEnd:
        """Talk for as long as planned, unless there is nothing to be heard; return why it is over."""
        held = False
        while call.state == "established":
            _, silent = await call.diary(CITIZEN_TONES)
            talked = time.time() - seen.up_at
            if planned.hold and not held and talked > 1:
                held = True
                await self._holds(call, planned.hold)
            elif planned.kind == "vanish" and talked > planned.talk_seconds / 2:
                return "died"
            elif talked >= planned.talk_seconds + planned.hold:
                return "goodbye"
            elif silent > SILENCE_SECONDS:
                return "silence"
            await asyncio.sleep(LOOK_SECONDS)
        return "other side"

    async def _holds(self, call: PhoneCall, seconds: float) -> None:
        self._tell(f"holds for {seconds:.1f} s")
        await call.hold()
        await asyncio.sleep(seconds)
        if call.state == "established":
            await call.hold(False)

    def _tell(self, what: str, at: float | None = None) -> None:
        self._log.tell(self.position, what, at)
