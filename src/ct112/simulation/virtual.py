"""An event loop on virtual time: it jumps to the next timer instead of waiting. No sockets, no threads.

All that asyncio offers works (tasks, timeouts, queues); `asyncio.to_thread` runs in the loop itself, a moment
later. Two runs of the same program are the same run.
"""

import asyncio
import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

MOST_TURNS = 20_000  # of the loop at one moment
THREAD_SECONDS = 0.0005  # what a thread is given for its work


class Stuck(RuntimeError):
    """Everybody waits, and nothing will ever happen."""


class VirtualLoop(asyncio.BaseEventLoop):
    """`passing` is called whenever all is done that is due, before time goes on."""

    def __init__(self, passing: Callable[[], None] = lambda: None) -> None:
        """Start at 0 seconds."""
        super().__init__()
        self.passing = passing
        self._now, self._turns = 0.0, 0
        self._clock_resolution = 1e-9
        self._scheduled: list[asyncio.TimerHandle]  # asyncio's own
        self._selector = self  # asyncio asks it for what the outside has sent: see `select`

    def time(self) -> float:
        """Return the seconds since the beginning."""
        return self._now

    def select(self, timeout: float | None) -> list[Any]:
        """Let time pass until the next timer is due, instead of waiting for it. Raises Stuck."""
        if timeout is None:
            raise Stuck("everybody waits for ever")
        if timeout > 0:
            self.passing()
            self._now, self._turns = max(self._now, self._scheduled[0].when()), 0
        else:
            self._turns += 1
            if self._turns > MOST_TURNS:
                raise Stuck("so much happens at once that time stands still")
        return []

    def run_in_executor(  # type: ignore[override]
        self, _executor: Any, function: Callable[..., Any], *arguments: Any
    ) -> "asyncio.Future[Any]":
        """Do the work here, in a moment: it has its effect even if nobody waits for it any more."""
        future = self.create_future()

        def work() -> None:
            try:
                result = function(*arguments)
            except Exception as error:  # noqa: BLE001 - whoever waits is told
                if not future.done():
                    future.set_exception(error)
            else:
                if not future.done():
                    future.set_result(result)

        self.call_later(THREAD_SECONDS, work)
        return future

    def _process_events(self, _events: list[Any]) -> None:
        """Nothing comes from outside."""

    def _write_to_self(self) -> None:
        """Nobody calls from another thread."""


@contextmanager
def as_if(wall: Callable[[], float], monotonic: Callable[[], float], seed: int) -> Iterator[None]:
    """Have `time` and `random` say what a simulated machine would see; given back in the end."""
    real, state = (time.time, time.monotonic), random.getstate()
    time.time, time.monotonic = wall, monotonic
    random.seed(seed)
    try:
        yield
    finally:
        time.time, time.monotonic = real
        random.setstate(state)
