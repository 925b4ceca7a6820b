"""The imports this web has begun: each runs in a process of its own and writes down how far it is."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

from ct112.places.job import LONGEST_SECONDS
from ct112.store import Store, StoreUnavailable, place_jobs
from ct112.store.place_jobs import BROKEN_OFF
from ct112.web import command

BESIDE_SECONDS = 30.0  # to start, and to say how it ended


@dataclass(slots=True)
class Imports:
    """The imports this process has begun, until each has ended."""

    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    def start(self, store: Store, id_: UUID, file: Path) -> None:
        """Do one; it writes down itself how far it is."""
        task = asyncio.create_task(self._run(store, id_, file), name="import")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _run(self, store: Store, id_: UUID, file: Path) -> None:
        try:
            with suppress(TimeoutError, OSError):
                seconds = LONGEST_SECONDS + BESIDE_SECONDS
                await command.run("places", "run-import", str(id_), str(file), seconds=seconds)
        finally:
            remove(file)
        with suppress(StoreUnavailable):  # the job says by itself that nobody is at it any more
            async with store.transaction() as connection:
                await place_jobs.end(connection, id_, "broken", said=BROKEN_OFF)


def remove(file: Path) -> None:
    """Remove a file that was sent."""
    file.unlink(missing_ok=True)
