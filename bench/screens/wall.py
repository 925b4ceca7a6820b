"""The wallboard while the floor changes many times a second: is every second drawn, and rightly?"""

import asyncio
import math
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from playwright.async_api import Browser

from bench.exchange import CT112_NUMBER, Exchange
from bench.load import SETTLE_SECONDS, play
from bench.screens.desk import WALL, Kept, desk
from bench.screens.follower import Follower, Moment, Shown

RATE = 10.0  # calls a second
STAY_MS = 600
DRAWN = "() => bench.frames.some(({shown}) => shown.seats?.some((count) => count > 0))"
ZONE = ZoneInfo("Asia/Jakarta")


@dataclass(frozen=True, slots=True, kw_only=True)
class WallFigures:
    """What a wall showed of so many seconds. Lags: from a message at the bare client to its frame."""

    seconds: int
    changes: int  # things of the floor that changed: calls, positions, operators
    messages: int
    frames: int
    dropped: int  # seconds at whose end the wall showed no state that was true within them
    clock_missed: int  # seconds the wall's own clock did not show
    wrong: int  # frames that show what was at no time true
    last_is_right: bool
    longest_gap_ms: float  # without a frame
    long_tasks: int
    longest_task_ms: float
    lag_ms: list[float] = field(repr=False)


async def watched(exchange: Exchange, browser: Browser, follower: Follower, seconds: int) -> WallFigures:
    """Let calls come and go for so long before a wallboard."""
    async with desk(browser, exchange.lab.description(), viewport=WALL) as page:
        await page.sign_in("sensor")
        await page.page.locator("main#main").wait_for()
        await page.open("/wallboard")
        await page.until(DRAWN)
        await asyncio.sleep(SETTLE_SECONDS)
        await page.forget()
        began = len(follower.moments)
        with tempfile.TemporaryDirectory(prefix="ct112-wall-") as folder:
            stats = Path(folder) / "stats.csv"
            calls = round(RATE * seconds)
            await asyncio.to_thread(play, exchange, CT112_NUMBER, RATE, calls, STAY_MS, stats)
            await asyncio.sleep(SETTLE_SECONDS)
        kept = await page.kept()
        return judged(follower.moments[began - 1 :], kept)


def judged(moments: Sequence[Moment], kept: Kept) -> WallFigures:
    """Compare what was drawn with what was true. `moments` begins with the state before the first change."""
    told = [one for one in moments[1:] if one.things]
    first, last = math.ceil(told[0].at), math.floor(told[-1].at)
    frames = [(frame["at"] / 1000, _shown(frame)) for frame in kept.frames]
    seconds = range(first, last)
    within = [one for one in told if first <= one.at < last]
    return WallFigures(
        seconds=len(seconds),
        changes=sum(one.things for one in within),
        messages=len(within),
        frames=sum(first <= at < last for at, _ in frames),
        dropped=sum(not _drawn(second, moments, frames) for second in seconds),
        clock_missed=len({_clock(second) for second in seconds} - {_told(one) for one in kept.frames}),
        wrong=_wrong(moments, frames),
        last_is_right=bool(frames) and frames[-1][1] == moments[-1].shown,
        longest_gap_ms=_longest_gap([first, *(at for at, _ in frames if first <= at < last), last]),
        long_tasks=len(kept.long),
        longest_task_ms=max((one["ms"] for one in kept.long), default=0.0),
        lag_ms=_lags(within, kept),
    )


def _drawn(second: int, moments: Sequence[Moment], frames: Sequence[tuple[float, Shown]]) -> bool:
    """Return whether what the wall shows as a second ends was true at some time within that second."""
    end = second + 1
    on_wall = next((shown for at, shown in reversed(frames) if at < end), moments[0].shown)
    before = next((one for one in reversed(moments) if one.at < second), moments[0])
    return on_wall in {before.shown, *(one.shown for one in moments if second <= one.at < end)}


def _wrong(moments: Sequence[Moment], frames: Sequence[tuple[float, Shown]]) -> int:
    true = {one.shown for one in moments}
    return sum(shown not in true for _, shown in frames)


def _lags(moments: Sequence[Moment], kept: Kept) -> list[float]:
    """Return, for each message that changes what the wall shows, how long until a frame had it."""
    found, frames, before = [], iter(kept.frames), None
    frame: dict[str, Any] | None = next(frames, None)
    for moment in moments:
        while frame is not None and frame["revision"] < moment.revision:
            frame = next(frames, None)
        if moment.shown != before and frame is not None:
            found.append(frame["at"] - 1000 * moment.at)
        before = moment.shown
    return found


def _longest_gap(times: Sequence[float]) -> float:
    gaps = [later - earlier for earlier, later in pairwise(times)]
    return 1000 * max(gaps, default=0.0)


def _shown(frame: dict[str, Any]) -> Shown:
    return tuple(frame["shown"]["waiting"]), tuple(frame["shown"]["seats"])


def _told(frame: dict[str, Any]) -> str:
    return str(frame["shown"]["clock"])


def _clock(second: int) -> str:
    return datetime.fromtimestamp(second, UTC).astimezone(ZONE).strftime("%H.%M.%S")
