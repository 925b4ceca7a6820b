"""Whether the database is there, for the health of a process: asked now and then, with back-off."""

import asyncio
import random

from ct112 import logs
from ct112.store import schema
from ct112.store.database import Store
from ct112.store.faults import StoreUnavailable

log = logs.get("presence")

EVERY_SECONDS = 2.0
LONGEST_PAUSE_SECONDS = 30.0
UNMIGRATED = "not migrated: run `ct112 db upgrade`"


class Presence:
    """Asks the database whether it is there. `there` is None until it has been asked once."""

    def __init__(self, store: Store) -> None:
        """Nothing is asked yet."""
        self._store = store
        self._pause = EVERY_SECONDS
        self.detail = "not asked yet"
        self.there: bool | None = None

    async def run(self) -> None:
        """Ask until cancelled: every two seconds while it is there, less often the longer it is away."""
        while True:
            await self._ask()
            await asyncio.sleep(self._pause * random.uniform(0.75, 1.0))  # noqa: S311 (jitter, no secret)
            self._pause = EVERY_SECONDS if self.there else min(self._pause * 2, LONGEST_PAUSE_SECONDS)

    async def _ask(self) -> None:
        try:
            async with self._store.transaction() as connection:
                version = await schema.version(connection)
        except StoreUnavailable as error:
            self._say(False, f"away, asked again soon: {error}")
            return
        if version is None:
            self._say(False, UNMIGRATED)
        else:
            self._say(True, "there")  # which version is nothing for the strangers who may read /readyz

    def _say(self, there: bool, detail: str) -> None:
        if there is not self.there:
            (log.info if there else log.warning)("the database is there" if there else "the database is away")
        self.there, self.detail = there, detail
