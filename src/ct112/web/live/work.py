"""Follows what is under way in the database, and tells everybody who looks at it."""

import asyncio
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import partial
from typing import Any

import orjson

from ct112 import logs, metrics
from ct112.control.fanout import Fanout, Full
from ct112.control.outflow import Outflow
from ct112.store import Store, StoreUnavailable, work
from ct112.web.live.hub import MOST_CLIENTS, MOST_OF_ONE
from ct112.web.live.work_shown import NOTHING, Things, changes, shown, things

log = logs.get("work")

LOOK_SECONDS = 5.0  # read so often even if nothing wakes us
GAP_SECONDS = 0.05  # between two reads at least, and three times what a read takes
AGAIN_SECONDS = 1.0  # after the database was found away


class Looked:
    """One view of the work: what its readers have seen last, and the readers."""

    def __init__(self, feed: "WorkFeed", name: str) -> None:
        """Nobody looks yet."""
        self._name = name
        self.seen = shown(name, feed.whole)
        self.version = 0
        self.fanout = Fanout(partial(feed.snapshot, self), most=MOST_CLIENTS)

    def move(self, whole: Things) -> dict[str, dict[str, Any]] | None:
        """Take the newest in; return what differs, None when nothing does."""
        new = shown(self._name, whole)
        found = changes(self.seen, new)
        self.seen = new
        if not any(found.values()):
            return None
        self.version += 1
        return found


class WorkFeed:
    """What web knows of the work. It reads after each commit that PostgreSQL tells of, and now and then.

    What is sent is the difference to what was sent last, encoded once for all who see the same.
    """

    def __init__(self, store: Store) -> None:
        """Nothing is read yet; somebody else runs `run` and `listen`."""
        self._store = store
        self._woken = asyncio.Event()
        self._views: dict[str, Looked] = {}
        self._of: Counter[str] = Counter()
        self.whole: Things = NOTHING
        self.read_at: datetime | None = None
        self.cut = False
        self.away = True

    async def listen(self) -> None:
        """Be woken by the database until cancelled."""
        while True:
            try:
                await self._store.listen(self._woken.set)
            except StoreUnavailable:
                self._woken.set()  # see at once whether it is away
            await asyncio.sleep(AGAIN_SECONDS)

    async def run(self) -> None:
        """Read and tell until cancelled."""
        loop = asyncio.get_running_loop()
        while True:
            self._woken.clear()
            began = loop.time()
            await self._look()
            await asyncio.sleep(
                max(GAP_SECONDS, 3 * (loop.time() - began)) if not self.away else AGAIN_SECONDS
            )
            try:
                async with asyncio.timeout(LOOK_SECONDS):
                    await self._woken.wait()
            except TimeoutError:
                continue

    @property
    def clients(self) -> int:
        """How many look."""
        return sum(len(view.fanout) for view in self._views.values())

    def join(self, name: str, outflow: Outflow, account: str) -> None:
        """Let a client follow. Raises Full."""
        if self._of[account] >= MOST_OF_ONE:
            raise Full
        if name not in self._views:
            self._views[name] = Looked(self, name)
        self._views[name].fanout.join(outflow)
        self._of[account] += 1
        self._count()

    def leave(self, name: str, outflow: Outflow, account: str) -> None:
        """Forget a client."""
        view = self._views.get(name)
        if view is not None:
            view.fanout.leave(outflow)
            if not len(view.fanout):
                del self._views[name]
        self._of[account] -= 1
        if not self._of[account]:
            del self._of[account]
        self._count()
        if outflow.full:
            metrics.live_too_slow.inc()

    def snapshot(self, view: Looked) -> bytes:
        """Return all a view sees, or that nothing was read yet."""
        if self.read_at is None:
            return self._away()
        old_since = self.read_at if self.away else None
        parts = {part: list(found.values()) for part, found in view.seen.items()}
        return _message("snapshot", version=view.version, old_since=old_since, cut=self.cut, **parts)

    async def _look(self) -> None:
        try:
            async with self._store.transaction() as connection:
                found = await work.read(connection)
        except StoreUnavailable:
            self._lost()
            return
        self._tell(things(found), found.cut)

    def _tell(self, whole: Things, cut: bool) -> None:
        anew, self.away = self.away or cut is not self.cut, False
        self.whole, self.cut, self.read_at = whole, cut, datetime.now(UTC)
        for view in self._views.values():
            found = view.move(whole)
            if anew:
                view.fanout.begin_anew()
            elif found is not None:
                view.fanout.send(_message("change", version=view.version, **found))

    def _lost(self) -> None:
        if self.away:
            return
        self.away = True
        log.warning("the work shown is old: the database is away")
        for view in self._views.values():
            view.fanout.send(self._away())

    def _away(self) -> bytes:
        return _message("away", since=self.read_at)

    def _count(self) -> None:
        metrics.live_work_clients.set(self.clients)


def _message(kind: str, **fields: Any) -> bytes:
    said: Mapping[str, Any] = {"kind": kind, "at": datetime.now(UTC), **fields}
    return orjson.dumps(said, option=orjson.OPT_UTC_Z)
