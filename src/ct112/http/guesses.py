"""Slows whoever guesses tokens: each source has a few wrong ones, and another one a second."""

import time
from collections.abc import Callable

FREE = 10  # wrong tokens before a source has to wait
EVERY_SECONDS = 1.0  # until a source may be wrong once more
MOST_SOURCES = 10_000


class Guesses:
    """Counts wrong tokens by source; what it knows is bounded, and forgotten when it is old."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        """No one has guessed yet."""
        self._now = now
        self._free_at: dict[str, float] = {}  # when all the wrong tokens of a source are forgotten

    def wait(self, source: str) -> float:
        """Return how many seconds this source has to wait before it is listened to; 0 for none."""
        owed = self._free_at.get(source, 0.0) - self._now()
        return max(0.0, owed - (FREE - 1) * EVERY_SECONDS)

    def wrong(self, source: str) -> None:
        """Note a wrong token."""
        now = self._now()
        if len(self._free_at) >= MOST_SOURCES:
            self._free_at = {name: at for name, at in self._free_at.items() if at > now}
        if len(self._free_at) < MOST_SOURCES or source in self._free_at:
            self._free_at[source] = max(self._free_at.get(source, 0.0), now) + EVERY_SECONDS
