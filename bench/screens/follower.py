"""A bare WebSocket client beside the browser: the same events, without a screen."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import aiohttp
import orjson

from ct112.control.feed import PARTS
from ct112.control.mirror import Mirror
from lab.live import PATH

WAIT_SECONDS = 30.0
CLASSES = ("emergency", "urgent", "information")
STATES = ("ready", "ringing", "on_call", "wrap_up", "paused", "resting")
Shown = tuple[tuple[int, ...], tuple[int, ...]]


@dataclass(frozen=True, slots=True)
class Moment:
    """What was told in one message. `things`: how many things it changed; `shown`: what a wall shows."""

    at: float
    revision: int
    things: int
    shown: Shown


class Follower:
    """Follows the floor as a page does, and keeps when it was told of what."""

    def __init__(self) -> None:
        self.floor: Mirror | None = None
        self.moments: list[Moment] = []
        self.states: dict[tuple[str, str], float] = {}
        """(number, state of its call) → when that was told first (epoch seconds)."""
        self._told = asyncio.Condition()

    async def follow(self, url: str, token: str) -> None:
        """Take in what comes until cancelled. An end is an error: nobody ends it here."""
        headers = {"Authorization": f"Bearer {token}"}
        async with (
            aiohttp.ClientSession(headers=headers) as session,
            session.ws_connect(url + PATH, max_msg_size=0) as feed,
        ):
            async for message in feed:
                self._take(time.time(), orjson.loads(message.data))
                async with self._told:
                    self._told.notify_all()
        raise RuntimeError("web ended the live line")

    async def until(self, holds: Callable[[Mirror], bool], what: str) -> None:
        """Wait until the floor is so. Raises RuntimeError."""
        try:
            async with asyncio.timeout(WAIT_SECONDS), self._told:
                await self._told.wait_for(lambda: self.floor is not None and holds(self.floor))
        except TimeoutError:
            raise RuntimeError(f"not within {WAIT_SECONDS:.0f} s: {what}") from None

    def _take(self, at: float, message: Mapping[str, Any]) -> None:
        if message["kind"] == "snapshot":
            self.floor = Mirror(message)
            things = 0
        else:
            assert self.floor is not None, message["kind"]
            before = self.floor.parts["calls"].copy()
            self.floor.take(message)
            things = sum(len(message.get(part, ())) for part in PARTS)
            self._note(at, message, before)
        self.moments.append(Moment(at, self.floor.revision, things, shown(self.floor)))

    def _note(self, at: float, message: Mapping[str, Any], before: Mapping[str, Any]) -> None:
        for name, call in message.get("calls", {}).items():
            number = (call or before.get(name, {})).get("ani")
            if number is not None:
                self.states.setdefault((number, call["state"] if call else "gone"), at)


def shown(floor: Mirror) -> Shown:
    """Return what a wall shows of the floor: who waits, by class, and positions by state."""
    classes = [
        call["service_class"] or "emergency"
        for call in floor.parts["calls"].values()
        if call["queued_at"] is not None and call["answered_at"] is None
    ]
    states = [
        "paused" if position["state"] == "off_duty" else position["state"]
        for position in floor.parts["positions"].values()
        if position["operator"] is not None
    ]
    return tuple(map(classes.count, CLASSES)), tuple(map(states.count, STATES))


@asynccontextmanager
async def following(info: Mapping[str, Any]) -> AsyncIterator[Follower]:
    """Follow the lab's floor while the block runs."""
    follower = Follower()
    task = asyncio.create_task(follower.follow(info["web"], info["users"]["supervisor"]["token"]))
    try:
        await follower.until(lambda _: True, "a snapshot")
        yield follower
        if task.done():
            await task
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
