"""Positions as the API shows them."""

from ct112.web.floor.model import LivePositionView
from ct112.web.values import Shown


class PositionList(Shown):
    """All positions as they are now, by name."""

    positions: tuple[LivePositionView, ...]
    total: int
