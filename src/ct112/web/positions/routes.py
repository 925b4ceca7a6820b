"""The routes of positions."""

from ct112.web import kinds
from ct112.web.access.principal import STAFF
from ct112.web.house import House
from ct112.web.positions.model import PositionList
from ct112.web.routes import Route


async def list_positions(house: House) -> PositionList:
    """List operators and phones as they are now."""
    found = tuple(house.positions())
    return PositionList(positions=found, total=len(found))


ROUTES = (
    Route(
        "GET",
        "/api/v1/positions",
        list_positions,
        STAFF,
        problems=frozenset({kinds.LIVE_AWAY}),
    ),
)
