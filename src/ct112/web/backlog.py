"""Rows of the audit that no request's transaction holds: written beside the answer, or when they can be."""

import asyncio
from collections import deque
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from itertools import islice
from typing import Any

from ct112 import logs, metrics
from ct112.store import RowRefused, Store, StoreUnavailable, audit

log = logs.get("web")

PATIENCE_SECONDS = 0.5  # an answer waits so long for its row
MOST_WAITING = 20_000  # rows, about 1 kB each, while the database is away
AT_ONCE = 200  # rows in one transaction
FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 0.5, 5.0
LEAVING_SECONDS = 1.0  # for what still waits when the process leaves

Row = dict[str, Any]


class Backlog:
    """Rows in the order they came. A crash of this process loses those that wait."""

    def __init__(self) -> None:
        """Nothing waits."""
        self._rows: deque[tuple[Row, asyncio.Future[None]]] = deque()
        self._woken = asyncio.Event()
        self._away = False

    def __len__(self) -> int:
        """Return how many rows wait."""
        return len(self._rows)

    async def put(self, row: Mapping[str, Any]) -> None:
        """Add a row of now; return when it is written, or after a moment, or at once without a database."""
        if len(self._rows) >= MOST_WAITING:
            self._drop(row["action"], "too many wait for the database")
            return
        written: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._rows.append(({**row, "at": datetime.now(UTC)}, written))
        metrics.audit_waiting.set(len(self._rows))
        self._woken.set()
        if not self._away:
            _, late = await asyncio.wait({written}, timeout=PATIENCE_SECONDS)
            if late:
                self._is_away()

    async def run(self, store: Store) -> None:
        """Write what comes until cancelled; then what waits still, if the database is there."""
        try:
            while True:
                await self._wait()
                await self._write_all(store)
        finally:
            if self._rows and not self._away:
                with suppress(StoreUnavailable, RowRefused, TimeoutError):
                    async with asyncio.timeout(LEAVING_SECONDS):
                        await self._write(store, len(self._rows))
            for row, _ in self._rows:
                self._drop(row["action"], "the process leaves, and the database is away")

    async def _wait(self) -> None:
        while not self._rows:
            self._woken.clear()
            await self._woken.wait()

    async def _write_all(self, store: Store) -> None:
        """Write until nothing waits; a database that is away is asked again and again."""
        pause = FIRST_PAUSE_SECONDS
        while self._rows:
            try:
                await self._write_some(store)
                self._away, pause = False, FIRST_PAUSE_SECONDS
            except StoreUnavailable:
                self._is_away()
                await asyncio.sleep(pause)
                pause = min(2 * pause, LONGEST_PAUSE_SECONDS)

    async def _write_some(self, store: Store) -> None:
        """Write the first rows; one that is refused keeps no other. Raises StoreUnavailable."""
        try:
            await self._write(store, AT_ONCE)
        except RowRefused:
            try:
                await self._write(store, 1)
            except RowRefused as error:
                row, _ = self._rows.popleft()
                self._drop(row["action"], str(error))

    async def _write(self, store: Store, most: int) -> None:
        some = list(islice(self._rows, most))
        async with store.transaction() as connection:
            for row, _ in some:
                await audit.note(connection, **row)
        for _, written in some:
            self._rows.popleft()
            if not written.done():
                written.set_result(None)
        metrics.audit_waiting.set(len(self._rows))

    def _is_away(self) -> None:
        """Let no answer wait for its row until one is written again."""
        if not self._away:
            log.warning("rows of the audit wait for the database")
        self._away = True

    def _drop(self, action: str, reason: str) -> None:
        metrics.audit_dropped.inc()
        log.error("an action is not in the audit", action=action, reason=reason)
