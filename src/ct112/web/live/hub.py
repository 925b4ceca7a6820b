"""The floor's clients over WebSockets: each message is encoded once for all who see the same of it."""

import time
import uuid
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import orjson

from ct112 import metrics
from ct112.control.asks import Answer
from ct112.control.client import ControlClient
from ct112.control.fanout import Fanout, Full
from ct112.control.mirror import Mirror
from ct112.control.outflow import Outflow
from ct112.web.live.shown import UNNAMED, WHOLE, View, unnamed

MOST_CLIENTS = 1000  # of each view
MOST_OF_ONE = 700  # of one account: nobody shuts the others out
VIEWS: dict[str, View | None] = {WHOLE: None, UNNAMED: unnamed}
"""None: the message as it came."""


class Live:
    """What web knows of the floor, and who looks at it."""

    def __init__(self, client: ControlClient) -> None:
        """Follow `client`; somebody else runs it."""
        self.client = client
        self._fanouts = {
            name: Fanout(partial(self._snapshot, view), most=MOST_CLIENTS) for name, view in VIEWS.items()
        }
        self._of: Counter[str] = Counter()
        self._told = time.monotonic()  # when serve told something last
        client.follow(self)

    @property
    def floor(self) -> Mirror | None:
        """The floor as last told; None while serve is away."""
        return self.client.floor

    async def ask(
        self,
        kind: str,
        *,
        by: str,
        revision: int | None = None,
        id: uuid.UUID | None = None,  # noqa: A002 (the word of the contract)
        **fields: Any,
    ) -> Answer:
        """Ask the floor: see `ControlClient.ask`."""
        return await self.client.ask(kind, by=by, revision=revision, id=id, **fields)

    def join(self, view: str, outflow: Outflow, account: str) -> None:
        """Let a client follow. It is told at once when serve is away. Raises Full."""
        if self._of[account] >= MOST_OF_ONE:
            raise Full
        self._fanouts[view].join(outflow)
        self._of[account] += 1
        self._count()

    def leave(self, view: str, outflow: Outflow, account: str) -> None:
        """Forget a client."""
        self._fanouts[view].leave(outflow)
        self._of[account] -= 1
        if not self._of[account]:
            del self._of[account]
        self._count()
        if outflow.full:
            metrics.live_too_slow.inc()

    def close(self) -> None:
        """Send everybody away: they come back, perhaps to another process."""
        for fanout in self._fanouts.values():
            fanout.close()

    def begun(self, _mirror: Mirror) -> None:
        """Give everybody the new snapshot."""
        self._told = time.monotonic()
        for fanout in self._fanouts.values():
            fanout.begin_anew()

    def changed(self, change: Mapping[str, Any], message: bytes) -> None:
        """Pass the change on."""
        self._told = time.monotonic()
        for name, fanout in self._fanouts.items():
            view = VIEWS[name]
            if fanout.following:
                fanout.send(message if view is None else orjson.dumps(view(change)))

    def away(self) -> None:
        """Tell everybody that what they see may be wrong by now."""
        for fanout in self._fanouts.values():
            fanout.send(self._away())

    def snapshot(self) -> dict[str, Any] | None:
        """Return the floor as a message, None while serve is away; `at` is now, by serve's clock.

        Screens count by it how long somebody has waited: the last change may be an hour old.
        """
        floor = self.client.floor
        if floor is None:
            return None
        since = timedelta(seconds=time.monotonic() - self._told)
        at = (datetime.fromisoformat(floor.at) + since).astimezone(UTC)
        return floor.snapshot() | {"at": at.isoformat().replace("+00:00", "Z")}

    def _snapshot(self, view: View | None) -> bytes:
        snapshot = self.snapshot()
        if snapshot is None:
            return self._away()
        return orjson.dumps(snapshot if view is None else view(snapshot))

    def _away(self) -> bytes:
        return orjson.dumps({"kind": "away", "at": datetime.now(UTC)}, option=orjson.OPT_UTC_Z)

    def _count(self) -> None:
        metrics.live_clients.set(sum(len(fanout) for fanout in self._fanouts.values()))
