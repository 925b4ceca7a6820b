"""Opening an incident: from a call or by hand, once, with what the rules propose."""

import hashlib
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from ct112.incidents.incident import Content, Place
from ct112.incidents.likeness import Likeness, Sketch
from ct112.incidents.locations import point
from ct112.incidents.routing import propose
from ct112.incidents.view import IncidentView
from ct112.store import (
    Connection,
    UnknownCall,
    calls,
    clock,
    incidents,
    incidents_reading,
    locations,
    routing,
)
from ct112.store.categories import StoredCategory
from ct112.store.incidents import Draft
from ct112.web.access.principal import Principal
from ct112.web.house import House
from ct112.web.incidents.model import IncidentOpened, NewIncident, opened
from ct112.web.incidents.refusals import known_category, refusals
from ct112.web.routes import Reply


async def open_incident(
    connection: Connection, house: House, who: Principal, body: NewIncident, id_: UUID | None = None
) -> Reply[IncidentOpened]:
    """Open an incident, or find the one that the same form opened under this id before. Raises Problem."""
    here = (await clock.now(connection)).astimezone(house.zone)
    view, new = await _opened(connection, house, here, who, body, id_)
    agencies, why = await _proposed(connection, view, here, new=new)
    similar = await like(connection, view.id, view.content, view.opened_at)
    headers = {"Location": f"/api/v1/incidents/{view.id}"}
    return Reply(opened(view, agencies, why, similar), 201 if new else 200, headers)


async def _opened(
    connection: Connection,
    house: House,
    here: datetime,
    who: Principal,
    body: NewIncident,
    id_: UUID | None,
) -> tuple[IncidentView, bool]:
    """Return the incident, and whether it is new. Raises Problem."""
    digest = _digest(body)
    with refusals():
        known = None if id_ is None else await incidents.drafted(connection, id_, digest)
    if known is not None:  # whatever has become of its category since
        return known, False
    category = await known_category(connection, body.category)
    draft = Draft(
        content=await _content(connection, house, body, category),
        calls=() if body.call_id is None else (body.call_id,),
        id=id_,
        digest=None if id_ is None else digest,
    )
    with refusals():
        return await incidents.open_(connection, draft, by=who.name, day=here.date())


def _digest(body: NewIncident) -> bytes:
    """Return what tells a form from another; what was left out is not in it: a newer form has more fields."""
    return hashlib.sha256(body.model_dump_json(exclude_defaults=True).encode()).digest()


async def like(connection: Connection, id_: UUID, content: Content, at: datetime) -> tuple[Likeness, ...]:
    """Return what may be the same event, the likeliest first."""
    place = content.place
    new = Sketch(
        id=id_,
        category=content.category,
        opened_at=at,
        kelurahan=place.kelurahan,
        landmark=place.landmark,
        latitude=place.latitude,
        longitude=place.longitude,
    )
    return await incidents_reading.like(connection, new, await clock.now(connection))


async def located(connection: Connection, house: House, place: Place) -> Place:
    """Return a place with the kelurahan its coordinates lie in, when none was said."""
    if place.kelurahan is not None or place.latitude is None or place.longitude is None:
        return place
    area = await house.city.at(connection, place.latitude, place.longitude)
    return place if area is None else replace(place, kelurahan=area.code)


async def _content(
    connection: Connection, house: House, body: NewIncident, category: StoredCategory
) -> Content:
    """Return what is known: what was sent, else what the call, the map and the category say."""
    number = body.caller_number
    if number is None and body.call_id is not None and not body.caller_withheld:
        number = await _number_of(connection, body.call_id)
    return Content(
        category=category.code,
        priority=category.priority if body.priority is None else body.priority,
        place=await located(connection, house, await _place(connection, body)),
        description=body.description,
        people_in_danger=body.people_in_danger,
        caller_name=body.caller_name,
        caller_number=number,
        caller_withheld=body.caller_withheld,
    )


async def _place(connection: Connection, body: NewIncident) -> Place:
    """Return where it is: what was said, or when nothing was, where the call came from."""
    said = body.place.place()
    if said != Place() or body.call_id is None:
        return said
    found = point(await locations.of_calls(connection, [body.call_id]))
    return said if found is None else replace(said, latitude=found[0], longitude=found[1])


async def _number_of(connection: Connection, call: UUID) -> str | None:
    """Return who called; None: unknown, or the record is still on its way through the spool."""
    try:
        found = await calls.get(connection, str(call))
    except UnknownCall:
        return None
    return found.ani_e164 or found.ani


async def _proposed(
    connection: Connection, view: IncidentView, here: datetime, *, new: bool
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the agencies the rules propose, and why. What no rule fits is an alarm, once."""
    area = view.content.place.kelurahan
    proposal = propose(await routing.book(connection), view.content.category, area, here)
    if proposal.alarm and new:
        await routing.unmatched(connection, view.id, view.content.category, area, proposal.version)
    return proposal.agencies, proposal.why
