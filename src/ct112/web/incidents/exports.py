"""An incident for other programs: CAP, EIDO, GeoJSON. Who called is in none of them."""

from urllib.parse import urlsplit

import orjson

from ct112.incidents.cap import cap
from ct112.incidents.eido import eido
from ct112.incidents.geojson import feature
from ct112.store import Connection, incidents
from ct112.web.access.principal import STAFF
from ct112.web.house import House
from ct112.web.incidents.refusals import refusals
from ct112.web.routes import Media, Route
from ct112.web.values import ById

CAP, EIDO, GEOJSON = "application/cap+xml", "application/eido+json", "application/geo+json"


async def export_cap(connection: Connection, house: House, path: ById) -> Media:
    """Export an incident as a CAP 1.2 alert."""
    with refusals():
        view = await incidents.get(connection, path.id)
    return Media(cap(view, f"112@{_name(house)}"), CAP)


async def export_eido(connection: Connection, house: House, path: ById) -> Media:
    """Export an incident in the shape of an EIDO (NENA-STA-021.1)."""
    with refusals():
        view = await incidents.get(connection, path.id)
    return Media(orjson.dumps(eido(view, _name(house))), EIDO)


async def export_geojson(connection: Connection, path: ById) -> Media:
    """Export an incident as a GeoJSON feature."""
    with refusals():
        view = await incidents.get(connection, path.id)
    return Media(orjson.dumps(feature(view)), GEOJSON)


def _name(house: House) -> str:
    """Return the centre's name in the world: the host of its pages."""
    return urlsplit(house.public_url).hostname or "localhost"


ROUTES = (
    Route("GET", "/api/v1/incidents/{id}.cap", export_cap, STAFF, media=CAP, audit="incident.export"),
    Route("GET", "/api/v1/incidents/{id}.eido", export_eido, STAFF, media=EIDO, audit="incident.export"),
    Route(
        "GET", "/api/v1/incidents/{id}.geojson", export_geojson, STAFF, media=GEOJSON, audit="incident.export"
    ),
)
