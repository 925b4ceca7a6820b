"""One stream of messages to many readers: each begins with a snapshot, and none is waited for."""

import asyncio
from collections.abc import Callable

from ct112.control.outflow import Outflow

OUR_MISTAKE = 1011  # close code
SNAPSHOT_SECONDS = 0.1  # at most one in this time, however many readers come


class Full(RuntimeError):
    """There are as many readers as there may be."""


class Fanout:
    """Sends what is encoded once to every reader.

    Whoever joins waits for the next snapshot, the same for all who joined meanwhile. `snapshot` makes one
    that holds everything sent so far.
    """

    def __init__(self, snapshot: Callable[[], bytes], *, most: int) -> None:
        """`most`: how many readers there may be."""
        self._snapshot = snapshot
        self._most = most
        self._readers: set[Outflow] = set()
        self._joining: set[Outflow] = set()
        self._timer: asyncio.TimerHandle | None = None
        self._last = float("-inf")  # when the last snapshot was made (the loop's time)

    def __len__(self) -> int:
        """Return how many readers there are, those who wait for their snapshot included."""
        return len(self._readers) + len(self._joining)

    @property
    def following(self) -> bool:
        """Whether anybody has a snapshot and has to hear of changes."""
        return bool(self._readers)

    def join(self, outflow: Outflow) -> None:
        """Let a reader have a snapshot soon, and every message after it. Raises Full."""
        if len(self) >= self._most:
            raise Full
        self._joining.add(outflow)
        self._plan()

    def leave(self, outflow: Outflow) -> None:
        """Forget a reader."""
        self._readers.discard(outflow)
        self._joining.discard(outflow)

    def send(self, message: bytes) -> None:
        """Give a message to every reader that has its snapshot."""
        for outflow in tuple(self._readers):
            outflow.put(message)

    def begin_anew(self) -> None:
        """Send every reader another snapshot: what they have is no more to be built on."""
        self._joining |= self._readers
        self._readers.clear()
        self._plan()

    def close(self) -> None:
        """Send everybody away."""
        for outflow in (*self._readers, *self._joining):
            outflow.close()
        self._readers.clear()
        self._joining.clear()

    def _plan(self) -> None:
        loop = asyncio.get_running_loop()
        if self._timer is None and self._joining:
            delay = max(0.0, self._last + SNAPSHOT_SECONDS - loop.time())
            self._timer = loop.call_later(delay, self._begin)

    def _begin(self) -> None:
        """Send the snapshot to all who wait for it."""
        self._timer = None
        joining, self._joining = self._joining, set()
        if not joining:
            return
        self._last = asyncio.get_running_loop().time()
        try:
            message = self._snapshot()
        except Exception:
            for outflow in joining:
                outflow.close(OUR_MISTAKE)  # they come back, and wait a little longer each time
            raise
        for outflow in joining:
            outflow.put(message)
        self._readers |= joining
