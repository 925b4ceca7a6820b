"""Everything about the screens in one run: one exchange, one browser, one part after the other."""

import asyncio
import os
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Self

import aiohttp
from playwright.async_api import async_playwright

from bench.exchange import Exchange
from bench.load import operators
from bench.screens.calls import EVENTS, Seen, at_the_desk, at_the_page
from bench.screens.follower import following
from bench.screens.opening import OPERATOR, opened, without_softphone
from bench.screens.wall import WallFigures, watched
from frontend import build as frontend
from lab.chromium import launch
from lab.places import REPOSITORY

POSITIONS = 12
RING_MS = 250  # then the operator answers
CONSOLE = "src/console/Console.tsx"


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How much of each part is measured."""

    calls: int = 40  # answered at the desk
    rings: int = 20  # in the page
    openings: int = 8
    seconds: int = 20  # of the wallboard


WHOLE = Size()
QUICK = Size(calls=8, rings=4, openings=2, seconds=6)


@dataclass(frozen=True, slots=True, kw_only=True)
class EventFigures:
    """One kind of event, in ms from its packet: at a bare client, at the page's line, drawn."""

    event: str
    missed: int
    bare_ms: list[float]
    socket_ms: list[float]
    drawn_ms: list[float]


@dataclass(frozen=True, slots=True, kw_only=True)
class ScreensFigure:
    """What one run found. `commit`: with a plus when the sources differ from it."""

    commit: str
    at: str
    browser: str
    load: float  # processes that waited for a core as it began: above the cores, the machine was busy
    events: list[EventFigures]
    rung_ms: dict[str, list[float]] = field(default_factory=dict)
    unseen_rings: int = 0
    sign_in_ms: list[float]
    session_ms: list[float]
    wall: WallFigures
    bytes: int

    @classmethod
    def from_json(cls, **told: Any) -> Self:
        """Return what an earlier run kept."""
        events = [EventFigures(**one) for one in told["events"]]
        return cls(**told | {"events": events, "wall": WallFigures(**told["wall"])})


def measured(exchange: Exchange, size: Size) -> ScreensFigure:
    """Measure all parts. The screens are built; the exchange has phones in pages."""
    exchange.lab.start("web")
    asyncio.run(without_softphone(exchange))
    with operators(exchange, RING_MS):  # all the time: a phone that answers nothing is taken for gone
        return asyncio.run(_measured(exchange, size))


async def _measured(exchange: Exchange, size: Size) -> ScreensFigure:
    waiting = _load()
    async with async_playwright() as playwright, following(exchange.lab.description()) as follower:
        browser = await launch(playwright, maps=False)
        try:
            await _ready(exchange, only="operator-1")
            seen = await at_the_desk(exchange, browser, follower, size.calls)
            seen += await at_the_page(exchange, browser, size.rings)
            await _ready(exchange, only=OPERATOR)
            sign_in, session = await opened(exchange, browser, follower, size.openings)
            await _ready(exchange)
            wall = await watched(exchange, browser, follower, size.seconds)
            version = browser.version
        finally:
            await browser.close()
    rings = [one for one in seen if one.event not in EVENTS]
    return ScreensFigure(
        commit=commit(),
        at=datetime.now(UTC).isoformat(timespec="minutes"),
        browser=f"Chromium {version}",
        load=waiting,
        events=[_event(name, [one for one in seen if one.event == name]) for name in EVENTS],
        rung_ms={
            name: [one.drawn for one in rings if one.event == name and one.drawn is not None]
            for name in dict.fromkeys(one.event for one in rings)
        },
        unseen_rings=sum(one.drawn is None for one in rings),
        sign_in_ms=sign_in,
        session_ms=session,
        wall=wall,
        bytes=frontend.sizes(frontend.DIST)[CONSOLE],
    )


def _event(name: str, seen: Iterable[Seen]) -> EventFigures:
    whole = list(seen)
    return EventFigures(
        event=name,
        missed=sum(one.drawn is None for one in whole),
        bare_ms=[one.bare for one in whole if one.bare is not None],
        socket_ms=[one.socket for one in whole if one.socket is not None],
        drawn_ms=[one.drawn for one in whole if one.drawn is not None],
    )


async def _ready(exchange: Exchange, only: str | None = None) -> None:
    """Let this operator alone take calls, or all."""
    info = exchange.lab.description()
    headers = {"Authorization": f"Bearer {info['users']['supervisor']['token']}"}
    async with aiohttp.ClientSession(headers=headers) as session:
        for number in range(1, exchange.positions + 1):
            name = f"operator-{number}"
            body = {"ready": True} if only in (None, name) else {"ready": False, "reason": "toilet"}
            url = f"{info['web']}/api/v1/operators/{name}/state"
            async with session.post(url, json=body) as answer:
                if answer.status != 202:
                    raise RuntimeError(f"{name}: {answer.status} {await answer.text()}")


def commit() -> str:
    """Return which commit this is."""
    command = ("git", "describe", "--always", "--dirty=+", "--exclude=*")
    done = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=False)
    return done.stdout.strip() or "unknown"


def _load() -> float:
    return round(os.getloadavg()[0], 1)
