"""The routes of the menu."""

from ct112.web.access.principal import LEADERS
from ct112.web.house import House
from ct112.web.ivr.model import IvrSettings
from ct112.web.routes import Route


async def read_ivr_settings(house: House) -> IvrSettings:
    """Read what a menu is judged by here."""
    return IvrSettings.model_validate(dict(house.ivr))


ROUTES = (Route("GET", "/api/v1/ivr", read_ivr_settings, LEADERS),)
