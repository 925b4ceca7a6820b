"""A lane: some at a time, some wait, the rest come again."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

AT_ONCE = 1  # of a lane: the rest of the API needs the connections
MOST_QUEUED = 50


class Busy(Exception):
    """So many wait that this one does not: try again in a moment."""


class Lane:
    """Attempts ask the database a few at a time; who comes when many wait is told to come again."""

    def __init__(self, at_once: int = AT_ONCE) -> None:
        """Nobody waits."""
        self._turn = asyncio.Semaphore(at_once)
        self._queued = 0

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Wait for a turn. Raises Busy when too many do."""
        if self._queued >= MOST_QUEUED:
            raise Busy
        self._queued += 1
        try:
            async with self._turn:
                yield
        finally:
            self._queued -= 1
