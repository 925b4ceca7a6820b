"""The route of the wallboard."""

from ct112.web.access.principal import STAFF, Role
from ct112.web.house import House
from ct112.web.routes import Route
from ct112.web.wall.model import WallView


async def read_wall(house: House) -> WallView:
    """Read the day so far: calls by hour, and what is open where. No person, no number, no address."""
    return await house.today.read(house.store, house.zone)


ROUTES = (Route("GET", "/api/v1/wall", read_wall, STAFF | {Role.INTEGRATION}),)
