"""Drills that are a whole evening of their own: hang-ups in every state, and thirty callers at once."""

import asyncio
import time

from lab.drills.judging import Seen, Verdict
from lab.drills.stage import Stage, working
from lab.phones import PhoneCall, PhoneError

RUSH = 30
RUSH_SECONDS = 90.0
AT_ONCE_SECONDS = 1.0


async def hang_ups(stage: Stage, drill: str) -> Verdict:
    """Every caller hangs up at the same moment, each in another state."""
    await stage.fill()
    assert stage.talker is not None
    callers = [stage.talker, *stage.others]
    await asyncio.gather(*(call.hang_up() for call in callers))
    seen = [Seen(sip_call_id=call.sip_call_id, talked=call is stage.talker, left=True) for call in callers]
    return await stage.judged(drill, seen)


async def rush(stage: Stage, drill: str) -> Verdict:
    """Thirty callers within a second, three operators who talk for two seconds each."""
    stage.desks = await stage.world.sit_down("pos-1", "pos-2", "pos-3")
    began = time.monotonic()
    async with working(stage):
        calls = await asyncio.gather(*(_comes(stage, number) for number in range(RUSH)))
        reached = await asyncio.gather(*(_answered(stage, call, began) for call in calls))
    seen = [
        Seen(sip_call_id=call.sip_call_id, reached_after=after)
        for call, after in zip(calls, reached, strict=True)
    ]
    longest = max((after for after in reached if after is not None), default=0.0)
    stage.note = f"the last one waited {longest:.0f} s"
    return await stage.judged(drill, seen)


async def _comes(stage: Stage, number: int) -> PhoneCall:
    await asyncio.sleep(number * AT_ONCE_SECONDS / RUSH)
    return await stage.world.dial()


async def _answered(stage: Stage, call: PhoneCall, began: float) -> float | None:
    """Return after how many seconds the operator's end says that both talked; None: never."""
    while time.monotonic() - began < RUSH_SECONDS:
        if call.state == "closed":
            break  # the operator ends each talk
        await asyncio.sleep(0.2)
    rows = await _row(stage, call)
    return time.monotonic() - began if rows else None


async def _row(stage: Stage, call: PhoneCall) -> bool:
    try:
        row = await stage.world.row(call, lambda found: found["ended_at"] is not None, within=10)
    except (AssertionError, PhoneError):
        return False
    return bool(row["outcome"] == "answered")
