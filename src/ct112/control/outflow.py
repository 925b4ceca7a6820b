"""What waits to be sent to one reader: bounded, and never waited for."""

import asyncio
from collections import deque
from collections.abc import Callable

GOING_AWAY = 1001
MOST_MESSAGES = 512
MOST_BYTES = 8 * 1024 * 1024  # counted for each reader, though readers share the messages


class Outflow:
    """A queue for one reader. A full one is closed: its reader is too slow, and has to begin anew."""

    def __init__(self, most_messages: int | None = None, most_bytes: int | None = None) -> None:
        """Nothing waits. `on_full` is called once, when the reader was too slow.

        `direct` sends a message at once if it can, and says whether it did: it is asked while nothing waits.
        """
        self._most_messages = MOST_MESSAGES if most_messages is None else most_messages
        self._most_bytes = MOST_BYTES if most_bytes is None else most_bytes
        self._waiting: deque[bytes] = deque()
        self._bytes = 0
        self._woken = asyncio.Event()
        self.closed = False
        self.code = GOING_AWAY
        self.full = False  # its reader was too slow
        self.on_full: Callable[[], None] | None = None
        self.direct: Callable[[bytes], bool] | None = None
        self._sending = False  # what `next` returned last is not through yet

    def put(self, message: bytes) -> None:
        """Add a message; returns at once. One alone may be larger than the limit: a snapshot."""
        if self.closed:
            return
        idle = not self._waiting and not self._sending
        if idle and self.direct is not None and self.direct(message):
            return
        too_many = len(self._waiting) >= self._most_messages
        if self._waiting and (too_many or self._bytes + len(message) > self._most_bytes):
            self.too_slow()
            return
        self._waiting.append(message)
        self._bytes += len(message)
        self._woken.set()

    def too_slow(self) -> None:
        """Give the reader up."""
        self.full = True
        self.close()
        if self.on_full is not None:
            self.on_full()

    def close(self, code: int = GOING_AWAY) -> None:
        """Take nothing more and forget what waits; `code` says why (WebSocket close code)."""
        if not self.closed:
            self.closed, self.code = True, code
        self._waiting.clear()
        self._bytes = 0
        self._woken.set()

    async def next(self) -> bytes | None:
        """Return the next message, the one before being through; None when closed."""
        self._sending = False
        while not self._waiting:
            if self.closed:
                return None
            self._woken.clear()
            await self._woken.wait()
        message = self._waiting.popleft()
        self._bytes -= len(message)
        self._sending = True
        return message
