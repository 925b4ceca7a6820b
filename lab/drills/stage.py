"""The stage of a drill: four callers, one in each state, and operators who go on working."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from lab.drills.judging import Seen, Verdict, judge
from lab.operators import OPERATOR_TONES, register_position
from lab.phones import ANSWER, RING, Phone, PhoneCall, PhoneError, Phones
from lab.world import World, eventually

LIMIT_SECONDS = 50.0  # from the fault until everybody has reached a person
TALK_SECONDS = 4.0  # longer than anything stands still: an operator does not hang up on silence
HEARD_SECONDS = 0.6
ROW_SECONDS = 25.0
LOOK_SECONDS = 0.2
LISTEN_SECONDS = 1.0  # to look through a minute of sound takes its time

Fault = Callable[["Stage"], Coroutine[Any, Any, None]]


@dataclass
class Stage:
    """Who is on it. Desk 1 talks, desk 2 is rung; two more callers wait and hear the menu."""

    world: World
    desks: list[Phone] = field(default_factory=list)
    talker: PhoneCall | None = None
    others: list[PhoneCall] = field(default_factory=list)
    late: list[tuple[PhoneCall, asyncio.Task[float | None]]] = field(default_factory=list)
    note: str = ""
    broken: list[str] = field(default_factory=list)  # promises of the drill's own that did not hold
    apart: Phones | None = None  # where the phone of desk 1 lives, when it is to die alone
    unanswered: bool = False  # nobody takes the first call that rings at desk 2

    async def fill(self) -> None:
        """Bring a caller into each state: talking, ringing, waiting, in the menu."""
        self.desks = await self._first_desk()
        self.talker = await self.world.dial_and_press("1")
        at_desk = await (await self.desks[0].next_call()).wait_for("established")
        await self.world.talk(self.talker, self.desks[0], at_desk)
        self.desks += await self.world.sit_down("pos-2", behaviour=RING)
        ringing = await self.world.dial_and_press("1")
        await self.desks[1].next_call()
        waiting = await self.world.dial_and_press("2")
        menu = await self.world.dial()
        self.others = [ringing, waiting, menu]

    async def _first_desk(self) -> list[Phone]:
        if self.apart is None:
            return await self.world.sit_down("pos-1")
        row = next(one for one in self.world.info["positions"] if one["name"] == "pos-1")
        self.world.elsewhere = 1
        desk = await register_position(self.apart, self.world.info, row, ANSWER, OPERATOR_TONES[0])
        await asyncio.sleep(1)
        return [desk]

    async def play(self, drill: str, fault: Fault) -> Verdict:
        """Let it break while the operators go on; return what became of everybody."""
        await self.fill()
        began = time.monotonic()
        async with working(self):
            breaking = asyncio.create_task(fault(self), name=drill)
            reached = [asyncio.create_task(self._reached(call, began)) for call in self.others]
            await breaking
            seen = [await self._after_the_talk(began)]
            for call, task in [*zip(self.others, reached, strict=True), *self.late]:
                seen.append(Seen(sip_call_id=call.sip_call_id, reached_after=await task))
        return await self.judged(drill, seen)

    async def comes(self, digit: str) -> None:
        """Let one more citizen call while something is broken; they are judged as the others are."""
        began = time.monotonic()
        call = await self.world.dial()
        self.late.append((call, asyncio.create_task(self._reached(call, began))))
        await call.hears_sound()
        await call.press(digit)

    def spared(self) -> set[str]:
        """Return the operators' lines whose talk nobody ends: the first one."""
        return {self.desks[0].calls[0].line} if self.talker is not None else set()

    async def judged(self, drill: str, seen: list[Seen]) -> Verdict:
        """End what is left, wait for the rows, and judge."""
        for call in self.world.calls:
            if call.state != "closed":
                with contextlib.suppress(PhoneError):
                    await call.hang_up()
        await self.world.nothing_left()
        rows = await self._rows(seen)
        tasks = await self.world.query(
            "SELECT r.sip_call_id FROM callback_call c JOIN call_record r ON r.id = c.call_id"
        )
        called = {str(row["sip_call_id"]) for row in tasks}
        judged = [
            Seen(
                sip_call_id=one.sip_call_id,
                talked=one.talked,
                kept=one.kept,
                reached_after=one.reached_after,
                left=one.left,
                called_back=one.sip_call_id in called and not one.kept and one.reached_after is None,
            )
            for one in seen
        ]
        return judge(drill, judged, rows, self.note, self.broken)

    async def _rows(self, seen: list[Seen]) -> list[dict[str, object]]:
        wanted = [one.sip_call_id for one in seen]

        async def look() -> list[dict[str, object]]:
            rows = await self.world.query("SELECT * FROM call_record WHERE sip_call_id = ANY($1)", wanted)
            return [dict(row) for row in rows]

        def complete(rows: list[dict[str, object]]) -> bool:
            return len(rows) >= len(wanted) and all(row["ended_at"] for row in rows)

        with contextlib.suppress(AssertionError):  # what is missing is counted
            await eventually(look, complete, ROW_SECONDS, "the rows")
        return await look()

    async def _after_the_talk(self, began: float) -> Seen:
        """Return what became of the caller who talked: the same voice, another one, or none."""
        talker = self.talker
        assert talker is not None
        if talker.state == "established":
            heard = await talker.hears(self.desks[0].tone_hz, within=3)
            if heard.seconds >= HEARD_SECONDS:
                await talker.hang_up()
                return Seen(sip_call_id=talker.sip_call_id, talked=True, kept=True)
            after = await self._reached(talker, began, self.desks[1:])
            return Seen(sip_call_id=talker.sip_call_id, talked=True, reached_after=after)
        return Seen(sip_call_id=talker.sip_call_id, talked=True)

    async def _reached(self, call: PhoneCall, began: float, desks: list[Phone] | None = None) -> float | None:
        """Return after how many seconds the caller heard an operator; None: never."""
        while time.monotonic() - began < LIMIT_SECONDS:
            for desk in desks or self.desks:
                with contextlib.suppress(PhoneError):
                    if (await call.heard(desk.tone_hz)).seconds >= HEARD_SECONDS:
                        return time.monotonic() - began
            if call.state == "closed":
                return None
            await asyncio.sleep(LISTEN_SECONDS)
        return None


@asynccontextmanager
async def working(stage: Stage) -> AsyncIterator[None]:
    """Let the operators answer what rings and end each talk after a while, but for the first one."""
    task = asyncio.create_task(_work(stage), name="operators")
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def _work(stage: Stage) -> None:
    """The operators' evening."""
    spared = stage.spared()
    left = {stage.desks[1].calls[0].line} if stage.unanswered else set()
    ending: set[str] = set()
    loop = asyncio.get_running_loop()
    while True:
        for call in [call for desk in stage.desks for call in desk.calls]:
            if call.state == "ringing" and call.line not in left:
                await _picks_up(call)
            if call.state == "established" and call.line not in spared and call.line not in ending:
                ending.add(call.line)
                loop.call_later(TALK_SECONDS, lambda call=call: asyncio.ensure_future(_ends(call)))  # type: ignore[misc]
        await asyncio.sleep(LOOK_SECONDS)


async def _picks_up(call: PhoneCall) -> None:
    with contextlib.suppress(PhoneError):
        await call.answer()


async def _ends(call: PhoneCall) -> None:
    with contextlib.suppress(PhoneError):
        if call.state == "established":
            await call.hang_up()
