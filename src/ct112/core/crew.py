"""The operators by position; finds the longest-idle of them without looking at all."""

from bisect import bisect_left, insort
from collections.abc import Iterator, Mapping
from typing import Any

from ct112.core.deadlines import Deadlines
from ct112.core.ids import NodeName, PositionName
from ct112.core.operators import Operator, Ready

Idle = tuple[float, PositionName]


class Crew(Mapping[PositionName, Operator]):
    """All positions anything is known about. `first_due()`: when the first pause ends, and whose."""

    def __init__(self, changed: list[Any] | None = None) -> None:
        """Start with none; `changed` takes those that look different."""
        self._different: list[Any] = [] if changed is None else changed
        self._operators: dict[PositionName, Operator] = {}
        self._deadlines: Deadlines[Operator] = Deadlines()
        self.first_due = self._deadlines.first
        self._ready: list[Idle] = []
        self._idle: dict[PositionName, Idle] = {}

    def __getitem__(self, position: PositionName) -> Operator:
        """Return the operator at a position; raises KeyError."""
        return self._operators[position]

    def __iter__(self) -> Iterator[PositionName]:
        """Go through the positions, in the order in which they became known."""
        return iter(self._operators)

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self._operators)

    @property
    def anybody_ready(self) -> bool:
        """Whether there is a ready operator, with or without a phone."""
        return bool(self._ready)

    def at(self, position: PositionName) -> Operator:
        """Return the operator at a position, known from now on if it was not."""
        operator = self._operators.get(position)
        if operator is None:
            operator = self._operators[position] = Operator(
                position=position, watch=self._changed, changed=self._different
            )
            operator.touch()
        return operator

    def forget(self, operator: Operator) -> None:
        """Forget a position nothing is known about any more."""
        del self._operators[operator.position]
        operator.touch()
        operator.watch = None
        self._deadlines.set(operator, None)
        self._leave(operator)

    def longest_idle(self, node: NodeName) -> Operator | None:
        """Return the ready operator who has been free the longest of those whose phone can be rung there."""
        for _, position in self._ready:
            if node in self._operators[position].phones:
                return self._operators[position]
        return None

    def _changed(self, operator: Operator) -> None:
        self._leave(operator)
        if isinstance(operator.state, Ready):
            idle = (operator.state.idle_since, operator.position)
            insort(self._ready, idle)
            self._idle[operator.position] = idle
        self._deadlines.set(operator, operator.deadline)

    def _leave(self, operator: Operator) -> None:
        idle = self._idle.pop(operator.position, None)
        if idle is not None:
            del self._ready[bisect_left(self._ready, idle)]
