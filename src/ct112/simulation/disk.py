"""ct112's disk: the real spool and its real file, its thread's work done in the loop, a moment later."""

import contextlib
import queue
from collections import deque
from pathlib import Path
from typing import Any

from ct112.simulation.engine import Engine
from ct112.store.pending import Entry
from ct112.store.spool import Spool
from ct112.store.spool_work import Told

COMMIT = (0.0005, 0.005)  # seconds until what was put is on the disk


class _Nothing(Exception):
    """The thread would wait now."""


class _Queue:
    """A queue whose reader is called when there is something, instead of waiting for it."""

    def __init__(self, spool: "VirtualSpool") -> None:
        self._items: deque[Any] = deque()
        self._spool = spool

    def put(self, item: Any) -> None:
        """Have the item read soon."""
        self._items.append(item)
        self._spool.wake()

    def get(self) -> Any:
        """Return the next item, or say that the thread would wait."""
        if not self._items:
            raise _Nothing
        return self._items.popleft()

    def get_nowait(self) -> Any:
        """Return the next item, or say that there is none."""
        if not self._items:
            raise queue.Empty
        return self._items.popleft()

    def qsize(self) -> int:
        """Return how much waits."""
        return len(self._items)


class _Thread:
    """Stands where the thread was."""

    def start(self) -> None:
        """Nothing: the loop does the work."""

    def is_alive(self) -> bool:
        """As long as anybody asks."""
        return True

    def join(self, _timeout: float | None = None) -> None:
        """What was put is done by now."""


class VirtualSpool(Spool):
    """The spool of one process. `kill`: what is not on the disk yet never will be."""

    def __init__(self, engine: Engine, path: Path, *, committed: Told, failed: Told) -> None:
        super().__init__(path, committed=committed, failed=failed)
        self._engine = engine
        self._queue: Any = _Queue(self)
        self._thread: Any = _Thread()
        self._closing.set()  # nothing is gathered by waiting
        self._awake = False
        self._dead = False

    def wake(self) -> None:
        """Do what was put, soon."""
        if not self._awake:
            self._awake = True
            self._engine.after(self._engine.between(COMMIT), self._work)

    def _work(self) -> None:
        self._awake = False
        if self._dead:
            return
        with contextlib.suppress(_Nothing):
            self._run()

    def kill(self) -> None:
        """The process is dead."""
        self._dead = True
        self._holder.forget()
        if self._watch is not None:
            self._watch.cancel()

    def put(self, entry: Entry) -> None:
        """Have the entry on the disk soon, if the process lives that long."""
        if not self._dead:
            super().put(entry)
