"""Retention: personal data of a class that is older than its setting is erased, a part at a time."""

import asyncio
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

from ct112 import logs, metrics
from ct112.store import Store, clock, erasing
from ct112.store import erasure_requests as requests
from ct112.store.personal_data import DataClass
from ct112.worker.audit_key import read_key

log = logs.get("privacy")

ACTOR = "ct112 worker"
RETENTION_SECONDS = 3600.0
REQUESTS_SECONDS = 5.0
MOST_PARTS = 50
"""In one turn of the job: the next goes on."""


CLOCKS_AGREE = timedelta(hours=1)
"""What is erased is gone: nothing is while this machine's clock and the database's differ by more."""


def _wall() -> datetime:
    return datetime.now(UTC)


class ClocksDiffer(RuntimeError):
    """One of two clocks is wrong, and nobody can say which: nothing is erased until they agree."""


class Retention:
    """Erases what is too old. What is on legal hold, or in use, stays."""

    def __init__(
        self,
        store: Store,
        key_file: Path,
        days: Mapping[str, int],
        wall: Callable[[], datetime] = _wall,
    ) -> None:
        """`days`: how long a class is kept; one not named is kept. `wall`: what this machine's clock says."""
        self._wall = wall
        self._store = store
        self._key_file = key_file
        self._days = {DataClass(name): count for name, count in days.items()}

    async def work(self) -> None:
        """Erase what is too old by the database's clock.

        Raises StoreUnavailable, KeyTrouble, ClocksDiffer.
        """
        key = await asyncio.to_thread(read_key, self._key_file)
        if key is None:  # the sealer makes it
            return
        now = await self._agreed()
        for data_class, days in self._days.items():
            rows = await self._erase(data_class, now - timedelta(days=days), key)
            if rows:
                metrics.personal_rows_erased.labels(data_class=data_class).inc(rows)
                log.info("old personal data is erased", data_class=data_class, rows=rows)

    async def _agreed(self) -> datetime:
        """Return the time of the database's clock, to which this machine's agrees. Raises ClocksDiffer."""
        async with self._store.transaction() as connection:
            now = await clock.now(connection)
        if abs(now - self._wall()) > CLOCKS_AGREE:
            log.error("nothing is erased: this machine's clock and the database's differ: set them right")
            raise ClocksDiffer("this machine's clock and the database's differ by more than an hour")
        return now

    async def _erase(self, data_class: DataClass, before: datetime, key: bytes) -> int:
        rows = 0
        for _ in range(MOST_PARTS):
            async with self._store.transaction() as connection:
                done = await erasing.erase_old(connection, data_class, before, key, actor=ACTOR)
            if not done:
                break
            rows += done
        return rows


async def carry_out_requests(store: Store, key_file: Path) -> None:
    """Do what erasures were asked for; those that wait for a call's end are looked at again."""
    key = await asyncio.to_thread(read_key, key_file)
    if key is None:
        return
    async with store.transaction() as connection:
        waiting = await requests.open_(connection)
    for id_ in waiting:
        await requests.carry_out(store, id_, key, actor=ACTOR)
