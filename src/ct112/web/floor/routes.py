"""The route of the floor."""

from ct112.web import kinds
from ct112.web.access.principal import STAFF, Principal, Role
from ct112.web.errors import LiveAway
from ct112.web.floor.model import FloorView
from ct112.web.house import House
from ct112.web.live.shown import WHOLE, unnamed, view_of
from ct112.web.routes import Route


async def read_floor(house: House, who: Principal) -> FloorView:
    """Read all that is live: calls, positions, operators, call-backs, nodes."""
    snapshot = house.live.snapshot()
    if snapshot is None:
        raise LiveAway
    return FloorView.model_validate(snapshot if view_of(who) == WHOLE else unnamed(snapshot))


ROUTES = (
    Route(
        "GET",
        "/api/v1/floor",
        read_floor,
        STAFF | {Role.INTEGRATION},
        problems=frozenset({kinds.LIVE_AWAY}),
        audit="floor.read",
    ),
)
