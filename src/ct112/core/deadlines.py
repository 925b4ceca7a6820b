"""Who is due next, without asking everybody: a heap whose old entries are skipped when they come up."""

from collections.abc import Callable
from heapq import heapify, heappop, heappush
from typing import Generic, TypeVar

Item = TypeVar("Item")
SLACK = 64
"""Old entries beyond twice the items and this many are thrown out at once."""


class Deadlines(Generic[Item]):
    """Items with times. `current` says which time holds for an item now; None: none, or it is gone."""

    def __init__(self, current: Callable[[Item], float | None]) -> None:
        """Start with nothing."""
        self._current = current
        self._heap: list[tuple[float, int, Item]] = []
        self._number = 0

    def changed(self, item: Item, items: int) -> None:
        """Take note of an item whose time may be another now; `items`: how many there are in all."""
        time = self._current(item)
        if time is None:
            return
        self._number += 1
        heappush(self._heap, (time, self._number, item))
        if len(self._heap) > 2 * items + SLACK:
            self._tidy()

    def first(self) -> tuple[float, Item] | None:
        """Return the earliest time and its item."""
        heap = self._heap
        while heap:
            time, _, item = heap[0]
            if self._current(item) == time:
                return time, item
            heappop(heap)
        return None

    def _tidy(self) -> None:
        newest = {id(entry[2]): entry for entry in self._heap if self._current(entry[2]) == entry[0]}
        self._heap = list(newest.values())
        heapify(self._heap)
