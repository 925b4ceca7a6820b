"""The routes of locations."""

from datetime import UTC, datetime

from aiohttp import web

from ct112.incidents.aml import AmlMessage
from ct112.incidents.locations import Location, Source, best_first
from ct112.store import Connection, calls, incidents_reading, locations
from ct112.store.throttle import network
from ct112.web import kinds
from ct112.web.access.principal import STAFF, Principal
from ct112.web.house import House
from ct112.web.locations import page
from ct112.web.locations.door import slow
from ct112.web.locations.model import (
    LinkMade,
    LinkPath,
    LocationByHand,
    LocationList,
    LocationShared,
    LocationShown,
    PagePath,
    ShapeShown,
)
from ct112.web.places.model import AreaView
from ct112.web.problems import Problem
from ct112.web.routes import PUBLIC, Media, Route
from ct112.web.values import ById


async def call_locations(house: House, connection: Connection, path: ById) -> LocationList:
    """List where a caller may be, the best first."""
    await _call(connection, path)
    return await _list(house, connection, await locations.of_calls(connection, [path.id]))


async def incident_locations(house: House, connection: Connection, path: ById) -> LocationList:
    """List where an incident may be: its own locations and its callers', the best first."""
    await _incident(connection, path)
    return await _list(house, connection, await locations.of_incident(connection, path.id))


async def locate_call(
    house: House, who: Principal, connection: Connection, path: ById, body: LocationByHand
) -> LocationShown:
    """Note where a caller is; what other sources said stays."""
    await _call(connection, path)
    added = await locations.add_by_hand(connection, _by_hand(who, body), call=path.id)
    return await _shown(house, connection, added)


async def locate_incident(
    house: House, who: Principal, connection: Connection, path: ById, body: LocationByHand
) -> LocationShown:
    """Note where an incident is; what other sources said stays."""
    await _incident(connection, path)
    added = await locations.add_by_hand(connection, _by_hand(who, body), incident=path.id)
    return await _shown(house, connection, added)


async def make_location_link(who: Principal, connection: Connection, path: ById) -> LinkMade:
    """Make a link by which the caller can send their location; it is told once."""
    await _call(connection, path)
    secret, expires = await locations.make_link(connection, path.id, by=who.name)
    return LinkMade(path=f"/share/{secret}", expires_at=expires)


async def share_page(path: PagePath) -> Media:  # noqa: ARG001 (the page looks at its own address)
    """Show the page on which a caller agrees to send their location.

    It asks for nothing: whoever only looks, as messengers do for a preview, uses nothing up.
    """
    return Media(page.PAGE, "text/html; charset=utf-8", headers=page.HEADERS)


async def sharing(house: House, request: web.Request) -> None:
    """Refuse who tried too many links. Raises Problem."""
    slow(house.locations.guessers, house.gate.access.source(request))


async def share_location(
    house: House,
    request: web.Request,
    connection: Connection,
    path: LinkPath,
    body: LocationShared,
    prepared: None,  # noqa: ARG001 (`sharing` has let them in)
) -> None:
    """Take the location of a caller who has agreed."""
    found = Location(
        source=Source.LINK,
        at=datetime.now(UTC),
        latitude=body.latitude,
        longitude=body.longitude,
        uncertainty_m=body.accuracy,
    )
    try:
        await locations.take_from_link(connection, path.token, found)
    except locations.LinkOver:
        house.locations.guessers.wrong(network(house.gate.access.source(request)))
        raise Problem(kinds.NOT_FOUND, "this link is over: ask the operator for another") from None


async def signed_message(house: House, request: web.Request) -> AmlMessage | None:
    """Return the message, when it is signed. Raises Problem."""
    return await house.locations.message(request, house.gate.access.source(request))


async def take_aml(connection: Connection, prepared: AmlMessage | None) -> None:
    """Take a telephone's own location (ETSI TS 103 625), form-encoded and signed with `hmac`.

    Answers 204 to whatever is signed: also to what came before, is too old or has no point in it.
    """
    if prepared is not None:
        await locations.take_aml(connection, prepared)


async def _call(connection: Connection, path: ById) -> None:
    try:
        await calls.get(connection, str(path.id))
    except LookupError:
        raise Problem(kinds.NOT_FOUND, "use an id from GET /api/v1/calls", title="no such call") from None


async def _incident(connection: Connection, path: ById) -> None:
    try:
        await incidents_reading.get(connection, path.id)
    except LookupError:
        raise Problem(
            kinds.NOT_FOUND, "use an id from GET /api/v1/incidents", title="no such incident"
        ) from None


def _by_hand(who: Principal, body: LocationByHand) -> Location:
    return Location(source=Source.HAND, at=datetime.now(UTC), by=who.name, **body.model_dump())


async def _list(house: House, connection: Connection, found: list[Location]) -> LocationList:
    shown = [await _shown(house, connection, one) for one in best_first(found)]
    return LocationList(locations=tuple(shown))


async def _shown(house: House, connection: Connection, one: Location) -> LocationShown:
    area = None
    if one.latitude is not None and one.longitude is not None:
        area = await house.city.at(connection, one.latitude, one.longitude)
    fields = {name: getattr(one, name) for name in Location.__slots__ if name != "shape"}
    return LocationShown(
        **fields,
        shape=ShapeShown(**one.shape),
        area=None if area is None else AreaView.model_validate(area),
    )


OPEN = frozenset({kinds.SLOW_DOWN})
FORM = frozenset({kinds.NOT_FOUND, kinds.SIGN_IN, kinds.SLOW_BODY, kinds.TOO_LARGE, kinds.NOT_FORM})
ROUTES = (
    Route("GET", "/api/v1/calls/{id}/locations", call_locations, STAFF, audit="call.locations"),
    Route(
        "POST",
        "/api/v1/calls/{id}/locations",
        locate_call,
        STAFF,
        status=201,
        keyed=True,
        audit="call.locate",
    ),
    Route(
        "POST",
        "/api/v1/calls/{id}/location-link",
        make_location_link,
        STAFF,
        status=201,
        audit="call.location_link",
    ),
    Route("GET", "/api/v1/incidents/{id}/locations", incident_locations, STAFF, audit="incident.locations"),
    Route(
        "POST",
        "/api/v1/incidents/{id}/locations",
        locate_incident,
        STAFF,
        status=201,
        keyed=True,
        audit="incident.locate",
    ),
    Route("POST", "/api/v1/aml", take_aml, PUBLIC, status=204, prepare=signed_message, problems=OPEN | FORM),
    Route("GET", "/share/{token}", share_page, PUBLIC, media="text/html"),
    Route("POST", "/share/{token}", share_location, PUBLIC, status=204, prepare=sharing, problems=OPEN),
)
