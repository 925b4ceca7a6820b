"""The live calls, kept so that a step costs the same whether three callers wait or a thousand."""

from bisect import bisect_left, insort
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any

from ct112.core.calls import Armed, Call, CallState, Kept, Waiting
from ct112.core.deadlines import Deadlines
from ct112.core.ids import CallId, NodeName, PositionName
from ct112.core.policy import Policy
from ct112.core.queueing import Key, Place, queue_key
from ct112.core.record import ServiceClass

Lane = tuple[NodeName, ServiceClass, bool]
"""Calls of one node and class that are, or are not, in front of it: among them the oldest is first."""
Stand = tuple[float, CallId, Place]
"""Where a call stands in its line."""


class LiveCalls(Mapping[CallId, Call]):
    """The live calls by id. `armed`: those whose dead-man's switch is pushed.

    `kept`: those that wait for one desk. `view`: the same to look at only, and faster.
    `first_due()`: the earliest deadline and its call.
    """

    def __init__(self, changed: list[Any] | None = None) -> None:
        """Start with none; `changed` takes those that look different."""
        self._different: list[Any] = [] if changed is None else changed
        self._calls: dict[CallId, Call] = {}
        self.view: Mapping[CallId, Call] = MappingProxyType(self._calls)
        self._deadlines: Deadlines[Call] = Deadlines()
        self.first_due = self._deadlines.first
        self._lanes: dict[Lane, list[Stand]] = {}
        self._stands: dict[CallId, tuple[Lane, Stand]] = {}
        self.armed: dict[CallId, Call] = {}
        self.kept: dict[CallId, Call] = {}

    def keeps(self, position: PositionName) -> bool:
        """Return whether this desk is kept for a caller whose operator's page went in the talk."""
        return any(
            isinstance(call.state, Kept) and call.state.position == position for call in self.kept.values()
        )

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
        call.watch, call.changed = self._changed, self._different
        call.touch()
        self._changed(call, call.state)

    def remove(self, call: Call) -> None:
        """Forget a call that is over."""
        del self._calls[call.id]
        call.touch()
        call.watch = None
        self._deadlines.set(call, None)
        self.armed.pop(call.id, None)
        self.kept.pop(call.id, None)
        self._leave_line(call)

    def heads(self, now: float, policy: Policy) -> list[Call]:
        """Return the waiting call that is served first at each node, whoever is served first in front."""
        best: dict[NodeName, tuple[Key, Call]] = {}
        for (node, _, _), line in self._lanes.items():
            _, name, place = line[0]
            key = queue_key(place, name, now, policy)
            if node not in best or key < best[node][0]:
                best[node] = (key, self._calls[name])
        return [call for _, call in sorted(best.values(), key=lambda pair: pair[0])]

    def _changed(self, call: Call, state: CallState) -> None:
        if isinstance(state, Armed):
            self.armed[call.id] = call
        else:
            self.armed.pop(call.id, None)
        if isinstance(state, Kept):
            self.kept[call.id] = call
        else:
            self.kept.pop(call.id, None)
        self._leave_line(call)
        if isinstance(state, Waiting):
            self._join_line(call, state)
        self._deadlines.set(call, state.deadline)

    def _join_line(self, call: Call, state: Waiting) -> None:
        place = state.place
        lane, stand = (call.node, place.service_class, place.first), (place.queued_at, call.id, place)
        insort(self._lanes.setdefault(lane, []), stand)
        self._stands[call.id] = (lane, stand)

    def _leave_line(self, call: Call) -> None:
        left = self._stands.pop(call.id, None)
        if left is None:
            return
        lane, stand = left
        line = self._lanes[lane]
        del line[bisect_left(line, stand)]
        if not line:
            del self._lanes[lane]
