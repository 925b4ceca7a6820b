"""Positions as the API shows them."""

from ct112.web.values import Shown


class PositionView(Shown):
    """A position as it is now; `registered_at`, `refused_by`: nodes with its phone, without its account."""

    position: str
    operator: str | None
    state: str
    registered_at: tuple[str, ...]
    refused_by: tuple[str, ...]


class PositionList(Shown):
    """All positions, by name."""

    positions: tuple[PositionView, ...]
    total: int
