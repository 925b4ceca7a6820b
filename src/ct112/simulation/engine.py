"""Virtual time: things happen in the order of their times, and in no other. One seed decides everything."""

import heapq
import random
from collections import deque
from collections.abc import Callable
from typing import Any

START = 1_790_000_000.0
REMEMBERED = 60  # how much of the past is told when something is wrong


class Broken(AssertionError):
    """An invariant does not hold; the text names it."""


class Engine:
    """A clock and what will happen. `now` is epoch seconds; it only goes on."""

    def __init__(self, seed: int) -> None:
        """All chance comes from `seed`."""
        self.random = random.Random(seed)  # noqa: S311 - it has to be the same every time
        self.time = START
        self.past: deque[tuple[float, str, Any]] = deque(maxlen=REMEMBERED)
        self.steps = 0
        self._heap: list[tuple[float, int, Callable[[], None]]] = []
        self._count = 0

    def now(self) -> float:
        """Return the time."""
        return self.time

    def at(self, time: float, happens: Callable[[], None]) -> None:
        """Let something happen at `time`, or now if that is over."""
        self._count += 1
        heapq.heappush(self._heap, (max(time, self.time), self._count, happens))

    def after(self, seconds: float, happens: Callable[[], None]) -> None:
        """Let something happen in `seconds`."""
        self.at(self.time + seconds, happens)

    def next(self) -> float | None:
        """Return when the next thing happens; None when nothing will."""
        return self._heap[0][0] if self._heap else None

    def happen(self) -> None:
        """Let the next thing happen."""
        self.time, _, happens = heapq.heappop(self._heap)
        self.steps += 1
        happens()

    def note(self, what: str, about: Any) -> None:
        """Remember what happened, for the report of a broken invariant."""
        self.past.append((self.time, what, about))

    def chance(self, probability: float) -> bool:
        """Return True with this probability."""
        return self.random.random() < probability

    def told(self) -> str:
        """Return the last of the past as text."""
        return "\n".join(f"  {time - START:12.4f}  {what:9} {about}" for time, what, about in self.past)
