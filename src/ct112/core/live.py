"""The live calls, kept so that a step costs the same whether three callers wait or a thousand."""

from bisect import bisect_left, insort
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any

from ct112.core.calls import Armed, Call, CallState, Waiting
from ct112.core.deadlines import Deadlines
from ct112.core.ids import CallId, NodeName
from ct112.core.queueing import Key, queue_key
from ct112.core.record import ServiceClass

Lane = tuple[NodeName, ServiceClass | None, bool]
"""Calls of one node and class that did, or did not, lose their operator: among them the oldest is first."""
Place = tuple[float, CallId]


class LiveCalls(Mapping[CallId, Call]):
    """The live calls by id. `armed`: those whose dead-man's switch is pushed."""

    def __init__(self) -> None:
        """Start with none."""
        self._calls: dict[CallId, Call] = {}
        self._view = MappingProxyType(self._calls)
        self._deadlines: Deadlines[Call] = Deadlines()
        self._lanes: dict[Lane, list[Place]] = {}
        self._places: dict[CallId, tuple[Lane, Place]] = {}
        self.armed: dict[CallId, Call] = {}

    @property
    def view(self) -> Mapping[CallId, Call]:
        """The same to look at only, and faster."""
        return self._view

    def get(self, call: CallId, default: Any = None) -> Any:
        """Return the live call of this id, or the default."""
        return self._calls.get(call, default)

    def __getitem__(self, call: CallId) -> Call:
        """Return the live call of this id; raises KeyError."""
        return self._calls[call]

    def __iter__(self) -> Iterator[CallId]:
        """Go through the ids, in the order in which they came."""
        return iter(self._calls)

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self._calls)

    def add(self, call: Call) -> None:
        """Take in a new call, and hear of its changes from now on."""
        self._calls[call.id] = call
        call.watch = self._changed
        self._changed(call, call.state)

    def remove(self, call: Call) -> None:
        """Forget a call that is over."""
        del self._calls[call.id]
        call.watch = None
        self._deadlines.set(call, None)
        self.armed.pop(call.id, None)
        self._leave_line(call)

    def first_due(self) -> tuple[float, Call] | None:
        """Return the earliest deadline and its call."""
        return self._deadlines.first()

    def heads(self, now: float, patience_seconds: float) -> list[Call]:
        """Return the waiting call that is served first at each node, whoever is served first in front."""
        best: dict[NodeName, tuple[Key, Call]] = {}
        for (node, service_class, first), places in self._lanes.items():
            queued_at, name = places[0]
            key = queue_key(
                service_class,
                first=first,
                queued_at=queued_at,
                name=name,
                now=now,
                patience_seconds=patience_seconds,
            )
            if node not in best or key < best[node][0]:
                best[node] = (key, self._calls[name])
        return [call for _, call in sorted(best.values(), key=lambda pair: pair[0])]

    def _changed(self, call: Call, state: CallState) -> None:
        if isinstance(state, Armed):
            self.armed[call.id] = call
        else:
            self.armed.pop(call.id, None)
        self._leave_line(call)
        if isinstance(state, Waiting):
            self._join_line(call, state)
        self._deadlines.set(call, state.deadline)

    def _join_line(self, call: Call, state: Waiting) -> None:
        lane, place = (call.node, call.record.service_class, state.first), (call.queued_at, call.id)
        insort(self._lanes.setdefault(lane, []), place)
        self._places[call.id] = (lane, place)

    def _leave_line(self, call: Call) -> None:
        found = self._places.pop(call.id, None)
        if found is None:
            return
        lane, place = found
        places = self._lanes[lane]
        del places[bisect_left(places, place)]
        if not places:
            del self._lanes[lane]
