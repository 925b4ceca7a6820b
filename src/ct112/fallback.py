"""What the fallback did while we were away, taken in: files of the nodes become records, exactly once."""

import asyncio
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Protocol

from ct112 import logs, metrics
from ct112.asterisk import fallback_files
from ct112.asterisk.fallback_files import Looked, Ripening
from ct112.core.fallback import FallbackCall
from ct112.core.ids import NodeName
from ct112.store import StoreUnavailable

log = logs.get("fallback")

EVERY_SECONDS = 1.0


class Taker(Protocol):
    """Where the calls go."""

    async def take_fallback(self, found: FallbackCall) -> None:
        """Write the call, to no effect when it was written. Raises StoreUnavailable; ValueError for good."""
        ...


class FallbackReader:
    """Looks into the nodes' folders every second; a call's files go when the database has it."""

    def __init__(self, store: Taker, folders: Mapping[NodeName, Path], settled: Callable[[], bool]) -> None:
        """`settled`: whether all that was written down before is in the database, so that halves meet."""
        self._store = store
        self._folders = folders
        self._settled = settled
        self._up_since: dict[NodeName, float] = {}
        self._ripening = {node: Ripening() for node in folders}
        self.in_progress: dict[NodeName, int] = {}
        self._troubled: set[NodeName] = set()

    def started(self, node: NodeName, up_since: float | None) -> None:
        """Take in since when (epoch seconds) the node's Asterisk runs: older calls are over."""
        if up_since is not None:
            self._up_since[node] = up_since

    async def run(self) -> None:
        """Read until cancelled."""
        while True:
            for node, folder in self._folders.items():
                await self._read(node, folder)
            await asyncio.sleep(EVERY_SECONDS)

    async def _read(self, node: NodeName, folder: Path) -> None:
        try:
            found = await asyncio.to_thread(
                fallback_files.look,
                folder,
                node,
                up_since=self._up_since.get(node),
                ripening=self._ripening[node],
                now=time.monotonic(),
            )
            self._tell(node, found)
            await self._take_in(folder, found)
        except OSError as error:
            if node not in self._troubled:
                log.warning("the fallback's files cannot be used", node=node, reason=str(error))
            self._troubled.add(node)
            metrics.fallback_trouble.labels(node=node).set(1)
            return
        self._troubled.discard(node)
        metrics.fallback_trouble.labels(node=node).set(0)

    def _tell(self, node: NodeName, found: Looked) -> None:
        self.in_progress[node] = found.in_progress
        metrics.fallback_calls.labels(node=node).set(found.in_progress)

    async def _take_in(self, folder: Path, found: Looked) -> None:
        for path in found.bad:
            log.error("a file of the fallback cannot be read: set aside", file=path.name)
            metrics.fallback_bad.inc()
            await asyncio.to_thread(fallback_files.set_aside, path)
        for call in found.over:
            if not self._settled():
                return  # again in a second
            try:
                await self._store.take_fallback(call)
            except StoreUnavailable:
                return
            except ValueError as error:
                log.warning("a fallback call can never be written", leg=call.leg, reason=type(error).__name__)
                await self._give_up(folder, call)
                continue
            await asyncio.to_thread(fallback_files.done, folder, call.leg)
            log.info("a call of the fallback is taken in", leg=call.leg, outcome=call.outcome.value)
            metrics.calls_ended.labels(outcome=call.outcome.value).inc()

    async def _give_up(self, folder: Path, call: FallbackCall) -> None:
        """Set the call's files aside: somebody has to look at them."""
        metrics.fallback_bad.inc()
        for path in await asyncio.to_thread(lambda: list(folder.glob(f"{call.leg}.*"))):
            await asyncio.to_thread(fallback_files.set_aside, path)
