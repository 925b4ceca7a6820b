"""The feed beside the floor: what it costs with no reader, and how long it stops the loop with one."""

import asyncio
import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from bench.core import NODE, NOTHING, Stage, filled
from ct112.control.outflow import Outflow
from ct112.http.health import Health
from ct112.serve.feed import Feed

WAITING = (10, 1000)
OPERATORS = 30
CHANGED = 10  # things, in one message
SLICES = 7  # of each kind, in turn


@dataclass(frozen=True, slots=True)
class FeedFigure:
    """With so many callers waiting, in one round: µs an event without a feed and with one nobody reads.

    How long the loop does nothing else, in ms: `change_ms` for one message of ten changed calls, `cold_ms` at
    most while the first snapshot is made, `warm_ms` for a further one.
    """

    waiting: int
    alone_us: float
    unread_us: float
    change_ms: float
    cold_ms: float
    warm_ms: float


def rounds(lives: int, count: int) -> Iterator[FeedFigure]:
    """Measure every size in turn, `count` times over."""
    for _ in range(count):
        for waiting in WAITING:
            yield asyncio.run(_measure(waiting, lives))


async def _measure(waiting: int, lives: int) -> FeedFigure:
    stage = filled(waiting, OPERATORS)
    feed = Feed(
        stage.floor, nodes=lambda: {NODE: True}, refused=dict, health=lambda: Health(ready=True, parts=())
    )
    pairs = [(_events(stage, lives, None), _events(stage, lives, feed)) for _ in range(SLICES)]
    alone, unread = (statistics.median(pair[which] for pair in pairs) for which in (0, 1))
    cold = await _longest_stop(feed)
    warm = min(_timed(feed._snapshot) for _ in range(10))
    change = min(_one_change(stage, feed) for _ in range(20))
    return FeedFigure(waiting, alone, unread, change, cold, warm)


async def _longest_stop(feed: Feed) -> float:
    """Let a first reader join; return for how long the loop stood still at most meanwhile, in ms."""
    joining, longest, last = asyncio.create_task(feed.join(Outflow())), 0.0, time.perf_counter()
    while not feed._fanout.following:
        await asyncio.sleep(0)
        longest, last = max(longest, time.perf_counter() - last), time.perf_counter()
    await joining
    return longest * 1000


def _events(stage: Stage, lives: int, feed: Feed | None) -> float:
    """Return µs an event; `feed` is told of every step."""
    stage.told = (lambda _: None) if feed is None else feed.stepped
    before, began = stage.events, time.process_time()
    for _ in range(lives):
        stage.comes("1")
        stage.ends()
        stage.tell(NOTHING)
        stage.answers()
    return (time.process_time() - began) / (stage.events - before) * 1e6


def _one_change(stage: Stage, feed: Feed) -> float:
    """Return how long the message takes that tells of some calls more, in ms."""
    for _ in range(CHANGED // 2):
        stage.comes("1")
        stage.ends()
        stage.tell(NOTHING)
        stage.answers()
    return _timed(feed._publish)


def _timed(action: Callable[[], object]) -> float:
    """Return how long it takes, in ms."""
    began = time.perf_counter()
    action()
    return (time.perf_counter() - began) * 1000
