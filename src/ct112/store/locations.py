"""Where callers are: what telephones, links and people say is kept beside what the call came with."""

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Table, and_, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from ct112.incidents.aml import AmlMessage
from ct112.incidents.locations import Location, Source, from_sip
from ct112.store import clean
from ct112.store.engine import Connection
from ct112.store.handed_out import digest, new_secret
from ct112.store.incident_tables import IncidentCall
from ct112.store.location_tables import LocationLink, PlaceLocation
from ct112.store.numbers import e164
from ct112.store.tables import CallRow

CALLS: Table = CallRow.metadata.tables["call_record"]
JOINED: Table = IncidentCall.metadata.tables["incident_call"]
LOCATIONS: Table = PlaceLocation.metadata.tables["place_location"]
LINKS: Table = LocationLink.metadata.tables["location_link"]
BEFORE, AFTER = timedelta(minutes=5), timedelta(hours=1)
"""A telephone's message belongs to a call of its number that began so long after or before it came."""
MOST = 200  # locations of an answer
LINK_USES = 5  # a page may send a better one while it is open
LINK_MINUTES = 60


class CallUnknown(LookupError):
    """There is no such call."""


class LinkOver(LookupError):
    """This link was never made, is used up, or is too old."""


async def of_calls(connection: Connection, calls: Sequence[UUID]) -> list[Location]:
    """Return every location of these calls: what they came with, and what was said since."""
    found = (await connection.execute(select(CALLS).where(CALLS.c.id.in_(list(calls))))).all()
    theirs = [LOCATIONS.c.call_id.in_(list(calls))]
    theirs += [_of_its_number(call.ani_e164, call.arrived_at) for call in found if call.ani_e164]
    query = select(LOCATIONS).where(or_(*theirs)).order_by(LOCATIONS.c.received_at.desc()).limit(MOST)
    rows = (await connection.execute(query)).all()
    sip = [from_sip(str((call.location or {}).get("raw", "")), call.arrived_at) for call in found]
    return [*(one for one in sip if one is not None), *map(_location, rows)]


async def of_incident(connection: Connection, incident: UUID) -> list[Location]:
    """Return every location of an incident and of its calls."""
    calls = (
        await connection.scalars(select(JOINED.c.call_id).where(JOINED.c.incident_id == incident).limit(MOST))
    ).all()
    own = select(LOCATIONS).where(LOCATIONS.c.incident_id == incident).limit(MOST)
    rows = (await connection.execute(own)).all()
    return [*map(_location, rows), *(await of_calls(connection, list(calls)) if calls else [])]


async def add_by_hand(
    connection: Connection, location: Location, *, call: UUID | None = None, incident: UUID | None = None
) -> Location:
    """Keep what a person says of where it is. Raises CallUnknown."""
    if call is not None:
        await _known(connection, call)
    return await _add(connection, location, call_id=call, incident_id=incident)


async def take_aml(connection: Connection, message: AmlMessage) -> bool:
    """Keep a telephone's message; False: it was here before, and changes nothing."""
    values = {
        "id": uuid.uuid4(),
        "source": Source.AML,
        "at": message.at,
        "latitude": message.latitude,
        "longitude": message.longitude,
        "uncertainty_m": message.accuracy_m,
        "confidence": message.confidence,
        "shape": {"method": message.method} | ({"clock_off": True} if message.clock_off else {}),
        "number": e164(message.number),
        "digest": message.digest,
    }
    new = insert(LOCATIONS).values(**values).on_conflict_do_nothing(index_elements=["digest"])
    return (await connection.execute(new)).rowcount > 0


async def make_link(connection: Connection, call: UUID, *, by: str) -> tuple[str, datetime]:
    """Return the secret of a new link for a call's caller, and when it expires. Raises CallUnknown."""
    await _known(connection, call)
    secret = new_secret()
    expires = func.now() + timedelta(minutes=LINK_MINUTES)
    new = insert(LINKS).values(
        token_hash=digest(secret), call_id=call, made_by=by, expires_at=expires, uses_left=LINK_USES
    )
    return secret, (await connection.execute(new.returning(LINKS.c.expires_at))).scalar_one()


async def take_from_link(connection: Connection, secret: str, location: Location) -> None:
    """Keep what a caller's page sends. Raises LinkOver; each use counts, also two at once."""
    good = and_(LINKS.c.token_hash == digest(secret), LINKS.c.uses_left > 0, LINKS.c.expires_at > func.now())
    use = update(LINKS).where(good).values(uses_left=LINKS.c.uses_left - 1).returning(LINKS.c.call_id)
    call = await connection.scalar(use)
    erased = select(CALLS.c.erased_at).where(CALLS.c.id == call)
    if call is None or await connection.scalar(erased) is not None:  # nothing comes back of an erased call
        raise LinkOver
    await _add(connection, location, call_id=call)


async def _known(connection: Connection, call: UUID) -> None:
    if await connection.scalar(select(CALLS.c.id).where(CALLS.c.id == call)) is None:
        raise CallUnknown


async def _add(connection: Connection, location: Location, **of: UUID | None) -> Location:
    values = {
        "id": uuid.uuid4(),
        "source": location.source,
        "at": location.at,
        "latitude": location.latitude,
        "longitude": location.longitude,
        "uncertainty_m": location.uncertainty_m,
        "text": clean.maybe(location.text),
        "by": location.by,
    }
    row = (await connection.execute(insert(LOCATIONS).values(**values, **of).returning(LOCATIONS))).one()
    return _location(row)


def _of_its_number(number: str, arrived_at: datetime) -> Any:
    return and_(
        LOCATIONS.c.number == number,
        LOCATIONS.c.received_at.between(arrived_at - BEFORE, arrived_at + AFTER),
    )


def _location(row: Row[Any]) -> Location:
    return Location(
        id=str(row.id),
        source=Source(row.source),
        at=row.at,
        latitude=row.latitude,
        longitude=row.longitude,
        uncertainty_m=row.uncertainty_m,
        confidence=row.confidence,
        text=row.text,
        shape=row.shape or {},
        by=row.by,
    )
