"""What the fallback did while we were away, taken in: files of the nodes become records, exactly once."""

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path

from ct112 import logs, metrics
from ct112.asterisk import fallback_files
from ct112.asterisk.fallback_files import Looked, Ripening
from ct112.core.fallback import FallbackCall
from ct112.core.ids import NodeName
from ct112.store import StoreUnavailable, TelephoneStore

log = logs.get("fallback")

EVERY_SECONDS = 1.0
LOST_SECONDS = 900.0  # a node not heard of for so long: its fallback calls are over, and are called back
SIDE_BY_SIDE = 4  # calls written at the same time: each is a transaction, and most of it is waiting
PATIENCE = 3  # tries of a call at which something nobody foresaw goes wrong, before it is set aside


class FallbackReader:
    """Looks into the nodes' folders every second; a call's files go when the database has it.

    A file or a call that cannot be used is set aside, a node's folder that cannot be costs that node alone.
    """

    def __init__(
        self,
        store: TelephoneStore,
        folders: Mapping[NodeName, Path],
        settled: Callable[[], bool],
        reachable: Callable[[NodeName], bool] = lambda _node: True,
    ) -> None:
        """`settled`: whether what we wrote down a moment ago is in the database, so that halves meet.

        `reachable`: whether a node is heard of; one that is not for long will not write any more.
        """
        self._nodes = {
            node: NodeFolder(store, folder, node, settled, partial(reachable, node))
            for node, folder in sorted(folders.items())
        }

    @property
    def in_progress(self) -> Mapping[NodeName, int]:
        """Return how many calls each node's own queue has now."""
        return {node: folder.in_progress for node, folder in self._nodes.items()}

    def troubles(self) -> list[str]:
        """Return what somebody has to look at, as sentences; nothing when all is well."""
        return [f"{node}: {trouble}" for node, folder in self._nodes.items() for trouble in folder.troubles()]

    def started(self, node: NodeName, up_since: float | None) -> None:
        """Take in since when (epoch seconds) the node's Asterisk runs: older calls are over."""
        if up_since is not None and node in self._nodes:
            self._nodes[node].up_since = up_since

    def lost(self, node: NodeName) -> None:
        """Forget since when the node runs: it may come back with another start, and another clock."""
        if node in self._nodes:
            self._nodes[node].up_since = None

    async def run(self) -> None:
        """Read until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            for node, folder in self._nodes.items():
                tasks.create_task(folder.run(), name=f"fallback {node}")
            await asyncio.Event().wait()


class NodeFolder:
    """The folder of one node."""

    def __init__(
        self,
        store: TelephoneStore,
        folder: Path,
        node: NodeName,
        settled: Callable[[], bool],
        reachable: Callable[[], bool],
    ) -> None:
        """Nothing is read yet."""
        self._reachable = reachable
        self._heard_at = time.monotonic()
        self._store = store
        self._folder = folder
        self._node = node
        self._settled = settled
        self.up_since: float | None = None
        self.in_progress = 0
        self._aside = 0
        self._trouble = ""
        self._ripening = Ripening()
        self._stuck: set[Path] = set()  # files that cannot even be set aside
        self._tries: Counter[str] = Counter()
        self._given_up: set[str] = set()

    def troubles(self) -> list[str]:
        """Return what is wrong, as sentences."""
        found = [f"the fallback's files cannot be read: {self._trouble}"] if self._trouble else []
        if self._stuck:
            found.append(f"{len(self._stuck)} files cannot be read, nor moved to {fallback_files.BAD}/")
        if self._aside:
            found.append(f"{self._aside} files set aside in {self._folder / fallback_files.BAD}")
        return found

    async def run(self) -> None:
        """Read until cancelled."""
        while True:
            more = False
            try:
                more = await self._read()
                self._well()
            except Exception as error:  # noqa: BLE001 - what is in a folder costs nothing but that folder
                self._unwell(error)
            await asyncio.sleep(0 if more else EVERY_SECONDS)

    async def _read(self) -> bool:
        """Look, and take in what is over; return whether there is more to be taken at once."""
        found = await asyncio.to_thread(
            fallback_files.look,
            self._folder,
            self._node,
            up_since=self.up_since,
            ripening=self._ripening,
            now=time.monotonic(),
            lost=self._is_lost(time.monotonic()),
            skip=frozenset(self._given_up),
        )
        self._show(found)
        self._stuck = await asyncio.to_thread(fallback_files.still_there, self._stuck)
        for path in found.bad:
            await self._set_aside(path)
        return await self._take_in(found.over) and found.more

    def _is_lost(self, now: float) -> bool:
        """Return whether the node has not been heard of for so long that its callers are gone."""
        if self._reachable():
            self._heard_at = now
        return now - self._heard_at >= LOST_SECONDS

    def _show(self, found: Looked) -> None:
        self._aside = found.aside
        self.in_progress = found.in_progress
        metrics.fallback_calls.labels(node=self._node).set(found.in_progress)
        metrics.fallback_aside.labels(node=self._node).set(found.aside)

    async def _take_in(self, over: Sequence[FallbackCall]) -> bool:
        """Write the calls; return whether the database took what it was given."""
        for calls in _side_by_side(over):
            if not self._settled():
                return False  # again in a second
            if not all(await asyncio.gather(*(self._taken(call) for call in calls))):
                return False
        return True

    async def _taken(self, call: FallbackCall) -> bool:
        """Write a call and clear its files away, or set them aside; return whether the database is there."""
        try:
            async with self._store.transaction() as connection:
                await self._store.fallback.take_in(connection, call)
            await asyncio.to_thread(fallback_files.done, self._folder, call.leg)
        except StoreUnavailable:
            return False
        except ValueError as error:
            await self._give_up(call, error)
        except Exception as error:  # noqa: BLE001 - whatever is wrong with a call, the others are taken in
            self._tries[call.leg] += 1
            if self._tries[call.leg] >= PATIENCE:
                await self._give_up(call, error)
        else:
            self._tries.pop(call.leg, None)
            log.info("a call of the fallback is taken in", leg=call.leg, outcome=call.outcome.value)
            metrics.calls_ended.labels(outcome=call.outcome.value).inc()
        return True

    async def _give_up(self, call: FallbackCall, error: Exception) -> None:
        """Set the call's files aside: somebody has to look at them."""
        log.warning("a fallback call can never be written", leg=call.leg, reason=type(error).__name__)
        self._tries.pop(call.leg, None)
        paths = await asyncio.to_thread(fallback_files.files_of, self._folder, call.leg)
        for path in paths:
            await self._set_aside(path)
        if self._stuck.intersection(paths):
            self._given_up.add(call.leg)

    async def _set_aside(self, path: Path) -> None:
        if path in self._stuck:
            return
        metrics.fallback_bad.inc()
        log.error("a file of the fallback cannot be used: set aside", node=self._node, file=ascii(path.name))
        try:
            await asyncio.to_thread(fallback_files.set_aside, path)
        except OSError as error:
            self._stuck.add(path)
            log.warning("it cannot be moved either", node=self._node, reason=type(error).__name__)

    def _well(self) -> None:
        self._trouble = ""
        metrics.fallback_trouble.labels(node=self._node).set(0)

    def _unwell(self, error: Exception) -> None:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else type(error).__name__
        if not self._trouble:
            log.warning("the fallback's files cannot be used", node=self._node, reason=reason)
        self._trouble = reason
        metrics.fallback_trouble.labels(node=self._node).set(1)


def _side_by_side(over: Sequence[FallbackCall]) -> Iterator[list[FallbackCall]]:
    """Return calls in groups to be written at once; those that share a SIP Call-ID follow one another."""
    group: list[FallbackCall] = []
    for call in over:
        shares = call.sip_call_id is not None and any(one.sip_call_id == call.sip_call_id for one in group)
        if shares or len(group) == SIDE_BY_SIDE:
            yield group
            group = []
        group.append(call)
    if group:
        yield group
