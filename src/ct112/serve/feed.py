"""The feed: what of the floor can be seen, sent to web and worker as it changes.

The switchboard tells that it has made a step and goes on; everything else happens afterwards, in a callback
of the loop, and only while there are readers. What changed is found by comparing revisions.
"""

import asyncio
import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from itertools import islice
from typing import Any

import orjson

from ct112 import logs, metrics
from ct112.control.fanout import Fanout
from ct112.control.feed import CHANGE, SNAPSHOT, LiveNode, LivePosition
from ct112.control.outflow import Outflow
from ct112.core.floor import Floor
from ct112.core.ids import NodeName
from ct112.core.outbox import Outbox
from ct112.core.positions import Position
from ct112.core.record import Fact
from ct112.http.health import Health
from ct112.serve import views
from ct112.serve.shelf import Shelf, encoded

log = logs.get("feed")

EVERY_SECONDS = 0.02  # at most one message in this time; the first change after a pause goes out at once
LOOK_SECONDS = 1.0  # how often nodes and health are looked at, which change outside the floor
AT_A_TIME = 20  # calls, when a snapshot is prepared
MOST_READERS = 32  # web and worker processes, not browsers


class Feed:
    """The `Watcher` port: who reads the feed hears of every step, and the switchboard waits for nobody."""

    def __init__(
        self,
        floor: Floor,
        *,
        nodes: Callable[[], Mapping[NodeName, bool]],
        refused: Callable[[], Mapping[NodeName, Iterable[str]]],
        health: Callable[[], Health],
    ) -> None:
        """`nodes`: whether each is ready; `refused`: the positions whose account a node refused."""
        self._floor = floor
        self._ask_nodes = nodes
        self._ask_refused = refused
        self._ask_health = health
        self._boot = str(uuid.uuid4())
        self._revision = 0
        self._fanout = Fanout(self._snapshot, most=MOST_READERS)
        self._facts: list[Fact] = []
        self._timer: asyncio.TimerHandle | None = None
        self._last = float("-inf")  # when the last message was made (the loop's time)
        self._nodes: dict[str, LiveNode] = {}
        self._refused: dict[str, tuple[str, ...]] = {}  # by position
        self._health: dict[str, Any] = {}
        self._health_sent: dict[str, Any] = {}
        self._shelves = {
            "calls": Shelf(
                lambda call: views.call_stamp(call, floor), lambda call: views.live_call(call, floor)
            ),
            "positions": Shelf(self._position_stamp, self._position),
            "operators": Shelf(views.person_stamp, views.live_operator),
            "callbacks": Shelf(lambda back: (back.offer, back.phase), views.live_callback),
            "nodes": Shelf(lambda node: node, lambda node: node),
        }

    def stepped(self, outbox: Outbox) -> None:
        """Note that the floor may have changed; returns at once."""
        if not self._fanout.following:
            return
        self._facts += outbox.facts
        if self._timer is None:
            loop = asyncio.get_running_loop()
            self._timer = loop.call_later(max(0.0, self._last + EVERY_SECONDS - loop.time()), self._publish)

    async def join(self, outflow: Outflow) -> None:
        """Let a reader follow. Raises Full.

        A thousand calls are not encoded at one go: the loop has phones to ring meanwhile.
        """
        if not self._fanout.following:
            calls = iter(list(self._floor.calls.items()))
            while some := list(islice(calls, AT_A_TIME)):
                self._shelves["calls"].prepare(some)
                await asyncio.sleep(0)
        self._fanout.join(outflow)
        metrics.feed_readers.set(len(self._fanout))

    def leave(self, outflow: Outflow) -> None:
        """Forget a reader."""
        self._fanout.leave(outflow)
        metrics.feed_readers.set(len(self._fanout))
        if not self._fanout.following:
            self._forget()

    async def run(self) -> None:
        """Look at what changes outside the floor until cancelled, then send everybody away."""
        try:
            while True:
                if self._fanout.following:
                    self._look()
                    self._publish()
                await asyncio.sleep(LOOK_SECONDS)
        finally:
            self._fanout.close()

    def _look(self) -> None:
        """Look at nodes, accounts and health."""
        self._nodes = {name: LiveNode(node=name, ready=ready) for name, ready in self._ask_nodes().items()}
        refused: dict[str, list[str]] = {}
        for node, names in self._ask_refused().items():
            for name in names:
                refused.setdefault(name, []).append(node)
        self._refused = {name: tuple(sorted(nodes)) for name, nodes in refused.items()}
        self._health = asdict(self._ask_health())

    def _publish(self) -> None:
        """Send what changed since the last message, if anything did; a fault costs readers a snapshot."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._last = asyncio.get_running_loop().time()
        if not self._fanout.following:
            return
        try:
            message = self._change()
        except Exception:
            metrics.feed_errors.inc()
            log.exception("the feed failed on a change: its readers begin anew")
            self._forget()
            self._fanout.begin_anew()
        else:
            if message is not None:
                self._fanout.send(message)

    def _change(self) -> bytes | None:
        """Return what changed since the last message, None when nothing that shows."""
        facts, self._facts = self._facts, []
        body: dict[str, Any] = {name: part for name, part in self._parts().items() if part}
        if self._health != self._health_sent:
            body["health"] = self._health_sent = self._health
        if not facts and not body:
            return None
        self._revision += 1
        return self._message(CHANGE, {"facts": [views.fact(fact) for fact in facts]} | body)

    def _snapshot(self) -> bytes:
        """Return everything; what nobody has been told yet, the others are told first."""
        self._publish()
        if not self._fanout.following:
            self._facts.clear()
            self._look()
            self._parts()
            self._health_sent = self._health
        body = {name: shelf.all() for name, shelf in self._shelves.items()}
        return self._message(SNAPSHOT, {"boot": self._boot, "health": self._health_sent} | body)

    def _parts(self) -> dict[str, dict[str, orjson.Fragment | None]]:
        floor = self._floor
        things: dict[str, Mapping[Any, Any]] = {
            "calls": floor.calls,
            "positions": floor.positions,
            "operators": views.people(floor),
            "callbacks": {name: back for name, back in floor.call_backs.items() if back.task is not None},
            "nodes": self._nodes,
        }
        return {name: self._shelves[name].changes(things[name]) for name in things}

    def _position_stamp(self, operator: Position) -> tuple[Position, int, tuple[str, ...]]:
        return operator, operator.revision, self._refused.get(operator.name, ())

    def _position(self, operator: Position) -> LivePosition:
        return views.live_position(operator, self._refused.get(operator.name, ()))

    def _forget(self) -> None:
        self._facts.clear()
        for shelf in self._shelves.values():
            shelf.forget()

    def _message(self, kind: str, body: Mapping[str, Any]) -> bytes:
        head = {"kind": kind, "revision": self._revision, "at": datetime.now(UTC)}
        return encoded(head | dict(body))
