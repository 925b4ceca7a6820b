"""A night's callers: each dials, presses, waits and talks as planned, and writes down what the phone had."""

import asyncio
import contextlib
import time
from collections.abc import Callable, Mapping

from lab.diary import Span
from lab.night.desks import Desk
from lab.night.evidence import SURE_SECONDS, CallerSeen, End, Heard
from lab.night.log import Log
from lab.night.plan import PlannedCall
from lab.operators import CITIZEN_TONES, OPERATOR_TONES
from lab.phones import PhoneCall, PhoneError, Phones

IN_SECONDS = 20.0  # longer than the dead-man's switch: a node cut off from ct112 picks up only then
LOOK_SECONDS = 0.4
NOTICE_SECONDS = 2.0  # until one notices that the line is dead, or the talk over


class Callers:
    """All of a night's callers. `exchanges`: node → host:port; `dead_since`: when a node last died."""

    def __init__(
        self,
        phones: Phones,
        desks: Mapping[str, Desk],
        log: Log,
        exchange_of: Callable[[str], str],
    ) -> None:
        self._phones = phones
        self._desks = desks
        self._log = log
        self._exchange_of = exchange_of
        self.dead_since: dict[str, float] = {}
        self.all_hang_up_at = 0.0
        self.over = asyncio.Event()  # nobody stays any longer
        self.seen: list[CallerSeen] = []

    async def call(self, planned: PlannedCall) -> None:
        """Let one caller's evening happen."""
        seen = CallerSeen(
            number=planned.number,
            node=planned.node,
            ani=planned.ani,
            keys=planned.keys,
            dialled_at=time.time(),
        )
        self.seen.append(seen)
        self._tell(seen, f"dials node {seen.node}")
        call = await self._gets_in(planned, seen)
        if call is not None:
            await self._presses(planned, seen, call)
            await self._stays(planned, seen, call)
        self._tell(seen, f"over: {seen.end} {seen.reason}", seen.over_at)

    def live(self) -> list[CallerSeen]:
        """Return the callers who are on the line now."""
        return [seen for seen in self.seen if seen.in_at is not None and seen.end is None]

    async def _gets_in(self, planned: PlannedCall, seen: CallerSeen) -> PhoneCall | None:
        exchange = self._exchange_of(planned.node)
        tone = CITIZEN_TONES[planned.number % len(CITIZEN_TONES)]
        call = None
        try:
            call = await self._phones.call(f"sip:112@{exchange}", planned.ani, tone_hz=tone)
            await call.wait_for("established", IN_SECONDS)
        except PhoneError as error:
            seen.end, seen.over_at, seen.reason = "turned away", time.time(), str(error)
            if call is not None:
                await _hang_up(call)
            return None
        seen.in_at, seen.sip_call_id = call.when("established") or time.time(), call.sip_call_id
        await self._listen(seen, call)
        return call

    async def _presses(self, planned: PlannedCall, seen: CallerSeen, call: PhoneCall) -> None:
        if planned.keys and (planned.patience is None or planned.patience > planned.press_after):
            await asyncio.sleep(planned.press_after)
            if call.state == "established":
                with contextlib.suppress(PhoneError):
                    await call.press(planned.keys)
                    seen.pressed = True
                    self._tell(seen, f"presses {planned.keys}")

    async def _stays(self, planned: PlannedCall, seen: CallerSeen, call: PhoneCall) -> None:
        while seen.end is None:
            await self._listen(seen, call)
            if call.state == "closed":
                self._closed(seen, call)
            elif end := self._leaves(planned, seen):
                seen.end, seen.over_at = end, time.time()
                await _hang_up(call)
            else:
                await asyncio.sleep(LOOK_SECONDS)

    async def _listen(self, seen: CallerSeen, call: PhoneCall) -> None:
        """Bring up to date who was heard."""
        before = len(seen.heard)
        with contextlib.suppress(PhoneError):
            spans, _ = await call.diary(OPERATOR_TONES[: len(self._desks)])
            seen.heard = [self._heard(span) for span in spans if span.seconds >= SURE_SECONDS]
        for one in seen.heard[before:]:
            self._tell(seen, f"hears {one.position}", one.start)

    def _heard(self, span: Span) -> Heard:
        position = list(self._desks)[OPERATOR_TONES.index(span.hz)]
        return Heard(position=position, start=span.start, end=span.end, seconds=span.seconds)

    def _closed(self, seen: CallerSeen, call: PhoneCall) -> None:
        seen.over_at, seen.reason = call.when("closed") or time.time(), call.reason
        seen.end = "cut off" if self._dead(seen) else "other side"

    def _leaves(self, planned: PlannedCall, seen: CallerSeen) -> End | None:
        """Return why the caller hangs up now; None: stays."""
        now, last = time.time(), seen.heard[-1] if seen.heard else None
        if self._dead(seen):
            return "cut off" if now - self.dead_since[seen.node] > NOTICE_SECONDS else None
        assert seen.in_at is not None
        if self.all_hang_up_at > seen.in_at:
            return "done" if last else "gave up"
        if last and self._desks[last.position].said_goodbye(last.start, now - NOTICE_SECONDS):
            return "goodbye"
        if last and sum(one.seconds for one in seen.heard) >= planned.talk_seconds:
            return "done"
        if not last and planned.patience is not None and now - seen.in_at > planned.patience:
            return "gave up"
        return "stayed" if self.over.is_set() else None

    def _dead(self, seen: CallerSeen) -> bool:
        """Return whether the caller's exchange died under the call."""
        return seen.in_at is not None and self.dead_since.get(seen.node, 0.0) > seen.in_at

    def _tell(self, seen: CallerSeen, what: str, at: float | None = None) -> None:
        self._log.tell(f"caller {seen.number}", what, at)


async def _hang_up(call: PhoneCall) -> None:
    with contextlib.suppress(PhoneError):
        await call.hang_up()
