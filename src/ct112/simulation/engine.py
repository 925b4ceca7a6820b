"""The world's time, chance and memory: one seed decides everything that happens."""

import random
from collections import deque
from collections.abc import Callable
from contextvars import Context
from typing import Any, NoReturn

from ct112.simulation.virtual import VirtualLoop

START = 1_790_000_000.0
REMEMBERED = 80  # how much of the past is told when something is wrong


class Broken(AssertionError):
    """An invariant does not hold; the text names it."""


def broken(name: str, why: str) -> NoReturn:
    """Say that an invariant does not hold."""
    raise Broken(f"{name}: {why}")


class Engine:
    """True time in seconds since the night began, chance, and what happened last."""

    def __init__(self, seed: int) -> None:
        """All chance comes from `seed`."""
        self.seed = seed
        self.random = random.Random(seed)  # noqa: S311 - it has to be the same every time
        self.loop = VirtualLoop()
        self.past: deque[tuple[float, str, Any]] = deque(maxlen=REMEMBERED)
        self.steps = 0
        self.failed: BaseException | None = None
        self.loop.set_exception_handler(self._fail)
        self._outside = Context()  # what happens here is nobody's task

    @property
    def time(self) -> float:
        """The time; it only goes on."""
        return self.loop.time()

    def after(self, seconds: float, happens: Callable[[], object]) -> None:
        """Let something happen in `seconds`."""
        self.loop.call_later(max(0.0, seconds), self._happen, happens, context=self._outside)

    def at(self, time: float, happens: Callable[[], object]) -> None:
        """Let something happen at `time`, or now if that is over."""
        self.after(time - self.time, happens)

    def _happen(self, happens: Callable[[], object]) -> None:
        self.steps += 1
        happens()

    def _fail(self, _loop: Any, context: dict[str, Any]) -> None:
        """Keep the first error nobody caught: a night in which there is one has failed."""
        error = context.get("exception") or Broken(f"no loose ends: {context.get('message')}")
        self.failed = self.failed or error

    def note(self, what: str, about: Any) -> None:
        """Remember what happened, for the report of a broken invariant."""
        self.past.append((self.time, what, about))

    def chance(self, probability: float) -> bool:
        """Return True with this probability."""
        return probability > 0 and self.random.random() < probability

    def between(self, limits: tuple[float, float]) -> float:
        """Draw a number between the two."""
        return self.random.uniform(*limits)

    def told(self) -> str:
        """Return the last of the past as text."""
        return "\n".join(f"  {time:12.4f}  {what:9} {about}" for time, what, about in self.past)


class MachineClock:
    """The wall clock of one machine: it may be wrong, and be set right."""

    def __init__(self, engine: Engine, wrong_by: float = 0.0) -> None:
        """`wrong_by`: seconds ahead of the true time."""
        self._engine = engine
        self.wrong_by = wrong_by

    def now(self) -> float:
        """Return epoch seconds as this machine sees them."""
        return START + self._engine.time + self.wrong_by
