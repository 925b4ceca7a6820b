"""The routes of what neighbouring centres offer: taken with their signature, answered by our operators."""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from aiohttp import web
from pydantic import ValidationError

from ct112.incidents import signature
from ct112.incidents.neighbours import OfferRefused, OfferStatus, may
from ct112.incidents.signature import Trouble
from ct112.incidents.states import LIVE, REMEDIES, IncidentRefused
from ct112.store import BadCursor, Connection, clock, neighbour_offers, neighbours
from ct112.store import incidents as stored_incidents
from ct112.store.neighbour_offers import Offered, OfferUnknown, StoredOffer
from ct112.store.neighbours import NeighbourUnknown
from ct112.store.throttle import network
from ct112.web import body as bodies
from ct112.web import kinds
from ct112.web.access.principal import STAFF, Principal
from ct112.web.house import House
from ct112.web.incidents.model import NewIncident, PlaceGiven
from ct112.web.incidents.opening import open_incident
from ct112.web.incidents.refusals import refusals
from ct112.web.locations.door import slow
from ct112.web.neighbours.model import (
    Acceptance,
    ByNeighbour,
    IncidentOffered,
    OfferPage,
    OfferQuery,
    OfferTaken,
    OfferTold,
    OfferView,
    Refusal,
)
from ct112.web.problems import Problem, bad_cursor
from ct112.web.routes import PUBLIC, Handler, Route
from ct112.web.values import ById

SIGN = "sign with the secret this centre gave you, under the name it gave you: docs/neighbours.md"
LARGEST = 64 * 1024  # bytes: a description of 4,000 letters of any script, and the rest


async def offered(house: House, request: web.Request) -> bytes:
    """Return what was sent. Raises Problem, also for who was wrong too often lately."""
    slow(house.locations.forgers, house.gate.access.source(request))
    return await bodies.read(request, LARGEST)


async def take_offer(
    house: House, request: web.Request, connection: Connection, path: ByNeighbour, prepared: bytes
) -> OfferTaken:
    """Take in what a neighbouring centre offers, changes or withdraws: docs/neighbours.md.

    The same Idempotency-Key again is taken once. It is signed as a webhook to an agency is.
    """
    await _signed(house, request, connection, path.code, prepared)
    try:
        told = OfferTold.model_validate_json(prepared)
    except ValidationError as error:
        fields = sorted({".".join(map(str, wrong["loc"])) for wrong in error.errors()})
        raise Problem(kinds.INVALID, f"see docs/neighbours.md for these: {', '.join(fields[:8])}") from None
    if request.headers.get("Idempotency-Key", "").lower() != str(told.delivery):
        raise Problem(kinds.INVALID, "send `delivery` as Idempotency-Key, too")
    taken = await neighbour_offers.take(connection, path.code, _offered(told))
    return OfferTaken(status=taken.status)


async def list_offers(connection: Connection, query: OfferQuery) -> OfferPage:
    """List what neighbouring centres offer, the newest first."""
    try:
        page = await neighbour_offers.page(connection, live=query.live, limit=query.limit, after=query.after)
    except BadCursor:
        raise bad_cursor() from None
    found = tuple(map(_shown, page.items))
    return OfferPage(offers=found, total=page.total, exact=page.exact, next=page.next)


async def read_offer(connection: Connection, path: ById) -> OfferView:
    """Read one offer."""
    with _refusals():
        return _shown(await neighbour_offers.get(connection, path.id))


async def accept_offer(
    house: House, who: Principal, connection: Connection, path: ById, body: Acceptance
) -> OfferView:
    """Act on an offer: as an incident that is there, or as a new one. The neighbour is told."""
    with _refusals():
        offer = await neighbour_offers.lock(connection, path.id)
        may(offer.status, OfferStatus.ACCEPTED)
        if body.incident_id is None:
            opened = await open_incident(connection, house, who, _draft(offer, body))
            incident = opened.body.id
        else:
            incident = await _live(connection, body.incident_id)
        return _shown(await neighbour_offers.accept(connection, offer, incident, by=who.name))


async def _live(connection: Connection, id_: UUID) -> UUID:
    """Lock an incident somebody acts on: into one that is over, the neighbour would be told it is done."""
    with refusals():
        view = await stored_incidents.lock(connection, id_)
        if view.status not in LIVE:
            raise IncidentRefused(REMEDIES[view.status])
    return view.id


async def refuse_offer(who: Principal, connection: Connection, path: ById, body: Refusal) -> OfferView:
    """Say that we do not act on an offer, and why. The neighbour is told, and tries somebody else."""
    with _refusals():
        offer = await neighbour_offers.lock(connection, path.id)
        return _shown(await neighbour_offers.refuse(connection, offer, body.cause, body.words, by=who.name))


async def acknowledge_offer(who: Principal, connection: Connection, path: ById) -> OfferView:
    """Say that you have seen what the neighbour changed last, or that we are to stand down."""
    with _refusals():
        offer = await neighbour_offers.lock(connection, path.id)
        return _shown(await neighbour_offers.acknowledge(connection, offer, by=who.name))


async def _signed(house: House, request: web.Request, connection: Connection, code: str, sent: bytes) -> None:
    """Raises Problem when it is not a neighbour's of ours; who is unknown is told no more than a forger."""
    timestamp = request.headers.get("Ct112-Timestamp", "")
    given = request.headers.get("Ct112-Signature", "")
    now = (await clock.now(connection)).timestamp()
    try:
        neighbour = await neighbours.get(connection, code)
        secret = neighbour.secret if neighbour.active else None
    except NeighbourUnknown:
        secret = None
    trouble = signature.trouble(secret, timestamp, given, sent, now) if secret else Trouble.FORGED
    if trouble is None:
        return
    house.locations.forgers.wrong(network(house.gate.access.source(request)))
    raise Problem(kinds.SIGN_IN, trouble if trouble is Trouble.ANOTHER_TIME else SIGN)


def _offered(told: OfferTold) -> Offered:
    return Offered(
        key=told.delivery,
        telling=told.telling,
        dispatch=told.dispatch.id,
        number=told.incident.number,
        versions=(told.dispatch.version, told.incident.version),
        came_by=told.came_by,
        told=told.incident.model_dump(mode="json") | {"what": told.dispatch.what},
    )


def _draft(offer: StoredOffer, body: Acceptance) -> NewIncident:
    """Return the form of an incident of ours, filled with what the neighbour knows."""
    said = IncidentOffered.model_validate(offer.told)
    place = said.place
    where = PlaceGiven(
        landmark=place.landmark,
        text=", ".join(filter(None, (place.text, place.kelurahan_name)))[:500] or None,
        latitude=place.latitude,
        longitude=place.longitude,
    )
    heading = f"{offer.neighbour} {offer.number}"
    return NewIncident(
        category=body.category or said.category or "",
        priority=body.priority or said.priority,
        place=where,
        description=f"{heading}: {said.description or said.category_name or ''}"[:4000],
        people_in_danger=said.people_in_danger,
        caller_name=said.caller_name,
        caller_number=said.caller_number,
    )


def _shown(offer: StoredOffer) -> OfferView:
    kept = {name: getattr(offer, name) for name in OfferView.model_fields if name != "incident"}
    return OfferView(**kept, incident=IncidentOffered.model_validate(offer.told))


@contextmanager
def _refusals() -> Iterator[None]:
    try:
        yield
    except OfferUnknown as error:
        raise Problem(kinds.NOT_FOUND, str(error), title="no such offer") from None
    except OfferRefused as error:
        raise Problem(kinds.CONFLICT, str(error)) from None


def _post(verb: str, handler: Handler) -> Route:
    path, audit = f"/api/v1/neighbour-offers/{{id}}/{verb}", f"neighbour_offer.{verb}"
    problems = frozenset({kinds.CONFLICT, kinds.REFUSED})
    return Route("POST", path, handler, STAFF, problems=problems, keyed=True, audit=audit)


ROUTES = (
    Route(
        "POST",
        "/api/v1/neighbours/{code}/offers",
        take_offer,
        PUBLIC,
        problems=frozenset({kinds.SIGN_IN, kinds.INVALID, kinds.NOT_JSON, kinds.SLOW_DOWN, kinds.TOO_LARGE}),
        prepare=offered,
        largest_body=LARGEST,
    ),
    Route("GET", "/api/v1/neighbour-offers", list_offers, STAFF, audit="neighbour_offer.list"),
    Route("GET", "/api/v1/neighbour-offers/{id}", read_offer, STAFF, audit="neighbour_offer.read"),
    _post("accept", accept_offer),
    _post("refuse", refuse_offer),
    _post("acknowledge", acknowledge_offer),
)
