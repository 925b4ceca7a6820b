"""`./run call`: a citizen calls 112 in the lab that runs; what happens is told until it is over."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from random import SystemRandom
from typing import Any

from rich.console import Console

from ct112.store import Store
from lab.operators import CITIZEN_TONES
from lab.phones import PhoneCall, PhoneError, Phones
from lab.timeline import COLOURS, Citizen, Timeline, follow

LISTENS_SECONDS = 20.0  # to the menu, before keys are pressed


async def call(console: Console, info: Mapping[str, Any], *, keys: str, seconds: float) -> None:
    """Call 112 once, press `keys` when the menu has spoken, hang up after `seconds`. Raises PhoneError."""
    citizen = Citizen("Warga", f"0812{SystemRandom().randrange(10**7, 10**8)}", COLOURS[0])
    timeline = Timeline(console)
    timeline.start()
    async with Phones(info["trunk_source"]) as citizens, _told(info, citizen, timeline):
        timeline.tell(citizen, f"dials 112 from {citizen.ani}")
        citizen.call = await citizens.call(
            f"sip:112@{info['sip'][0]}", citizen.ani, name=citizen.name, tone_hz=CITIZEN_TONES[0]
        )
        await citizen.call.wait_for("established")
        await _press(citizen.call, keys)
        timeline.tell(citizen, await _until_over(citizen.call, seconds))


@asynccontextmanager
async def _told(info: Mapping[str, Any], citizen: Citizen, timeline: Timeline) -> AsyncIterator[None]:
    """Tell what is written down of the call meanwhile."""
    store = await Store.create(info["database_url"])
    following = asyncio.create_task(follow(store, [citizen], timeline), name="timeline")
    try:
        yield
    finally:
        following.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await following
        await store.close()


async def _press(made: PhoneCall, keys: str) -> None:
    await made.hears_sound()
    if keys:
        await made.hears_quiet(within=LISTENS_SECONDS)
        await made.press(keys)


async def _until_over(made: PhoneCall, seconds: float) -> str:
    with contextlib.suppress(PhoneError):
        await made.wait_for("closed", within=seconds)
        return "hears that the other side has hung up"
    await made.hang_up()
    return "hangs up"
