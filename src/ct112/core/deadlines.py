"""Who is due next, without asking everybody: a heap whose old entries are skipped when they come up."""

from collections.abc import Hashable
from heapq import heapify, heappop, heappush
from typing import Generic, TypeVar

Item = TypeVar("Item", bound=Hashable)
SLACK = 64
"""Old entries beyond twice the items and this many are thrown out at once."""


class Deadlines(Generic[Item]):
    """Items with times; an item has one time or none."""

    def __init__(self) -> None:
        """Start with nothing."""
        self._heap: list[tuple[float, int, Item]] = []
        self._newest: dict[Item, int] = {}  # the number of the entry that holds for an item
        self._number = 0

    def set(self, item: Item, time: float | None) -> None:
        """Give the item this time in place of the one it had; None: it has none any more."""
        if time is None:
            self._newest.pop(item, None)
            return
        self._number += 1
        self._newest[item] = self._number
        heappush(self._heap, (time, self._number, item))
        if len(self._heap) > 2 * len(self._newest) + SLACK:
            self._tidy()

    def first(self) -> tuple[float, Item] | None:
        """Return the earliest time and its item."""
        heap, newest = self._heap, self._newest
        while heap:
            time, number, item = heap[0]
            if newest.get(item) == number:
                return time, item
            heappop(heap)
        return None

    def _tidy(self) -> None:
        self._heap = [entry for entry in self._heap if self._newest.get(entry[2]) == entry[1]]
        heapify(self._heap)
