"""The positions by name; finds the longest-idle operator without looking at all."""

from bisect import bisect_left, insort
from collections.abc import Iterator, Mapping
from typing import Any

from ct112.core.deadlines import Deadlines
from ct112.core.ids import NodeName, PositionName
from ct112.core.positions import Position, Ready

Idle = tuple[float, PositionName]


class Crew(Mapping[PositionName, Position]):
    """All positions anything is known about. `first_due()`: when the first pause ends, and whose."""

    def __init__(self, changed: list[Any] | None = None) -> None:
        """Start with none; `changed` takes those that look different."""
        self._different: list[Any] = [] if changed is None else changed
        self._positions: dict[PositionName, Position] = {}
        self._deadlines: Deadlines[Position] = Deadlines()
        self.first_due = self._deadlines.first
        self._ready: list[Idle] = []
        self._idle: dict[PositionName, Idle] = {}

    def __getitem__(self, name: PositionName) -> Position:
        """Return the position of this name; raises KeyError."""
        return self._positions[name]

    def __iter__(self) -> Iterator[PositionName]:
        """Go through the positions, in the order in which they became known."""
        return iter(self._positions)

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self._positions)

    @property
    def anybody_ready(self) -> bool:
        """Whether there is a ready operator, with or without a phone."""
        return bool(self._ready)

    def at(self, name: PositionName) -> Position:
        """Return the position of this name, known from now on if it was not."""
        position = self._positions.get(name)
        if position is None:
            position = self._positions[name] = Position(
                name=name, watch=self._changed, changed=self._different
            )
            position.touch()
        return position

    def forget(self, position: Position) -> None:
        """Forget a position nothing is known about any more."""
        del self._positions[position.name]
        position.touch()
        position.watch = None
        self._deadlines.set(position, None)
        self._leave(position)

    def longest_idle(self, node: NodeName) -> Position | None:
        """Return the position whose operator has been ready the longest, of those that can be rung there."""
        for _, name in self._ready:
            if node in self._positions[name].phones:
                return self._positions[name]
        return None

    def _changed(self, position: Position) -> None:
        self._leave(position)
        if isinstance(position.state, Ready):
            idle = (position.state.idle_since, position.name)
            insort(self._ready, idle)
            self._idle[position.name] = idle
        self._deadlines.set(position, position.deadline)

    def _leave(self, position: Position) -> None:
        idle = self._idle.pop(position.name, None)
        if idle is not None:
            del self._ready[bisect_left(self._ready, idle)]
