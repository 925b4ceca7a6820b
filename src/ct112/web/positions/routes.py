"""The routes of positions."""

from ct112.web import kinds
from ct112.web.access.principal import STAFF
from ct112.web.errors import LiveAway
from ct112.web.floor.model import LivePositionView
from ct112.web.house import House
from ct112.web.positions.model import PositionList
from ct112.web.routes import Route


async def list_positions(house: House) -> PositionList:
    """List positions, who sits there and their phones, as they are now."""
    floor = house.live.floor
    if floor is None:
        raise LiveAway
    known = floor.parts["positions"]
    found = tuple(LivePositionView.model_validate(known[name]) for name in sorted(known))
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
