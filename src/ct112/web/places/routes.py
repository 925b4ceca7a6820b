"""The routes of places."""

from ct112.incidents.place_text import read
from ct112.store import Connection, places
from ct112.web.access.principal import STAFF
from ct112.web.house import House
from ct112.web.places.model import AreaAt, Areas, AreaView, PlaceFound, PlaceQuery, PlacesFound, PointGiven
from ct112.web.routes import Route


async def search_places(connection: Connection, query: PlaceQuery) -> PlacesFound:
    """Find streets, landmarks and areas by what somebody said, the best first."""
    found = await places.search(connection, query.q, limit=query.limit, area=query.area)
    said = read(query.q)
    return PlacesFound(
        places=tuple(PlaceFound.model_validate(place) for place in found),
        rt=said.rt,
        rw=said.rw,
        house=said.house,
    )


async def list_areas(connection: Connection) -> Areas:
    """List every kelurahan, kecamatan and city, by code."""
    return Areas(areas=tuple(AreaView.model_validate(row) for row in await places.area_list(connection)))


async def area_at(house: House, connection: Connection, query: PointGiven) -> AreaAt:
    """Say which kelurahan a point is in."""
    area = await house.city.at(connection, query.latitude, query.longitude)
    return AreaAt(area=None if area is None else AreaView.model_validate(area))


ROUTES = (
    Route("GET", "/api/v1/places", search_places, STAFF, seconds=3.0),  # who types waits no longer
    Route("GET", "/api/v1/areas", list_areas, STAFF),
    Route("GET", "/api/v1/areas/at", area_at, STAFF),
)
