"""The job that seals the audit, and writes the chain's head to a file every day."""

import asyncio
import time
from collections.abc import Callable
from pathlib import Path

from ct112 import logs, metrics
from ct112.store import Store
from ct112.store.audit_seal import MOST_AT_ONCE, Head, head, seal_some, unsealed
from ct112.worker.audit_heads import add_head, read_heads
from ct112.worker.audit_key import KeyTrouble, make_key, read_key

log = logs.get("audit")

EVERY_SECONDS = 1.0
EXPORT_SECONDS = 86_400.0
LATE_SECONDS = 5.0  # within which a row is to be sealed


class Sealer:
    """Seals what can be sealed. Many may run: the database lets one work at a time."""

    def __init__(
        self, store: Store, key_file: Path, heads_file: Path, now: Callable[[], float] = time.monotonic
    ) -> None:
        """Nothing is read yet."""
        self._store = store
        self._key_file = key_file
        self._heads_file = heads_file
        self._now = now
        self._exported_at: float | None = None
        self._last: Head | None = None

    async def work(self) -> None:
        """Seal once. Raises StoreUnavailable, KeyTrouble, WrongKey, HeadsTrouble."""
        async with self._store.transaction() as connection:
            end = await head(connection)
        await self._look_at_the_end(end)
        key = await asyncio.to_thread(self._key, may_make=end is None)
        while await self._sealed(key) == MOST_AT_ONCE:
            pass
        await self._watch()

    async def _sealed(self, key: bytes) -> int:
        async with self._store.transaction() as connection:
            rows = await seal_some(connection, key)
            self._last = await head(connection)
        metrics.audit_sealed.inc(rows or 0)
        return rows or 0

    async def _watch(self) -> None:
        """Say how long rows wait, and export the head when it is time."""
        async with self._store.transaction() as connection:
            waiting = await unsealed(connection)
        metrics.audit_unsealed_seconds.set(waiting.oldest_seconds)
        due = self._exported_at is None or self._now() - self._exported_at >= EXPORT_SECONDS
        if due and self._last is not None:
            await asyncio.to_thread(add_head, self._heads_file, self._last)
            self._exported_at = self._now()

    async def _look_at_the_end(self, end: Head | None) -> None:
        """Say so when the chain is shorter than it was: somebody cut it, or an old backup was restored."""
        if self._exported_at is None and self._last is None:
            heads = await asyncio.to_thread(read_heads, self._heads_file)
            known = max((each.seq for each in heads), default=0)
        else:
            known = 0 if self._last is None else self._last.seq
        if known > (0 if end is None else end.seq):
            metrics.audit_cut.inc()
            log.error("the audit's end was cut off: see ct112 audit verify", reached=known)

    def _key(self, *, may_make: bool) -> bytes:
        key = read_key(self._key_file)
        if key is None and not may_make:
            raise KeyTrouble(
                f"{self._key_file} is not there, and the audit is chained already: restore the file, or copy "
                "it from another worker"
            )
        return make_key(self._key_file) if key is None else key
