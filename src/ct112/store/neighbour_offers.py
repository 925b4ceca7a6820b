"""What neighbouring centres offer: taken once however often it comes, and answered by a person.

In the caller's transaction. What is sent again tells the newest; what is late tells nothing. An answer is a
row of `neighbour_answer`, written with what it says: the worker brings it to the neighbour.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Table, delete, func, select, text, update
from sqlalchemy.dialects.postgresql import insert

from ct112.incidents.neighbours import LIVE, Cause, OfferStatus, may
from ct112.incidents.spoken import Telling
from ct112.store import clean, incident_changes, incidents, neighbour_answers
from ct112.store.engine import Connection
from ct112.store.neighbour_tables import NeighbourKeyRow, NeighbourOfferRow
from ct112.store.pages import Order, Page, count

OFFERS: Table = NeighbourOfferRow.metadata.tables["neighbour_offer"]
KEYS: Table = NeighbourKeyRow.metadata.tables["neighbour_key"]
NEWEST_FIRST = Order(
    "neighbour offers", (OFFERS.c.received_at, OFFERS.c.id), (datetime, UUID), newest_first=True
)
OURS = text("SELECT 1 FROM dispatch WHERE id = ANY(:ids) LIMIT 1")
CAME_BY = text(
    "SELECT came_by || to_jsonb(dispatch::text) FROM neighbour_offer WHERE incident_id = :incident"
    " ORDER BY received_at LIMIT 1"
)
SEEN = {"unseen": None}
KEY_DAYS = 90  # a delivery is given up long before


class OfferUnknown(LookupError):
    """There is no such offer; the text says what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Offered:
    """What a neighbour sent. `key`: of this delivery; `dispatch`: what all of it is about.

    `versions`: of its dispatch and its incident; `told`: the rest, as it is to be shown.
    """

    key: UUID
    telling: Telling
    dispatch: UUID
    number: str
    versions: tuple[int, int]
    came_by: tuple[UUID, ...]
    told: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredOffer:
    """An offer; times in UTC. `unseen`: since when something changed that nobody has acknowledged."""

    id: UUID
    neighbour: str
    dispatch: UUID
    number: str
    status: OfferStatus
    version: int
    order: tuple[int, ...]
    told: Mapping[str, Any]
    received_at: datetime
    unseen: datetime | None
    answered_at: datetime | None
    answered_by: str | None
    cause: Cause | None
    reason: str | None
    incident_id: UUID | None


async def take(connection: Connection, neighbour: str, offered: Offered) -> StoredOffer:
    """Take in what a neighbour sent, and return its offer as it stands now."""
    await _begin(connection, neighbour, offered)
    before = await _lock(connection, OFFERS.c.neighbour == neighbour, OFFERS.c.dispatch == offered.dispatch)
    offer = before
    if offered.versions > before.order[:2]:
        values = {"told": clean.json(offered.told), "order": list(offered.versions)}
        offer = await _change(connection, before, values)
    key = insert(KEYS).values(neighbour=neighbour, key=offered.key).on_conflict_do_nothing()
    if (await connection.execute(key.returning(KEYS.c.key))).first() is None:
        return await _more(connection, before, offer)  # it came before, perhaps with other words
    if await _ours(connection, offered):
        return await _refuse_ring(connection, offer)
    if offered.telling is Telling.NEW:
        return await _new(connection, before, offer)
    return await (_changed if offered.telling is Telling.CHANGE else _withdrawn)(connection, offer)


async def accept(connection: Connection, offer: StoredOffer, incident: UUID, *, by: str) -> StoredOffer:
    """Say that we act on an offer that is locked: as this incident. Raises OfferRefused."""
    may(offer.status, OfferStatus.ACCEPTED)
    await _trail(connection, offer, incident, by, "offer_accepted")
    await neighbour_answers.add(connection, offer.id, "acknowledged")
    values = {"status": OfferStatus.ACCEPTED, "incident_id": incident, "cause": None, "reason": None}
    return await _answered(connection, offer, by, values)


async def refuse(
    connection: Connection, offer: StoredOffer, cause: Cause, words: str, *, by: str
) -> StoredOffer:
    """Say that we do not act on an offer that is locked. Raises OfferRefused."""
    may(offer.status, OfferStatus.REFUSED)
    said = f"{cause}: {words}" if words else str(cause)
    await neighbour_answers.add(connection, offer.id, "declined", said)
    values = {"status": OfferStatus.REFUSED, "cause": cause, "reason": clean.text(words) or None}
    return await _answered(connection, offer, by, values)


async def acknowledge(connection: Connection, offer: StoredOffer, *, by: str) -> StoredOffer:
    """Say that a person has seen what changed last, or that we are to stand down; twice is once."""
    if offer.unseen is None:
        return offer
    await neighbour_answers.add(connection, offer.id, "acknowledged")
    if offer.incident_id is not None:
        await _trail(connection, offer, offer.incident_id, by, "offer_acknowledged")
    return await _change(connection, offer, SEEN)


async def forget_old(connection: Connection) -> int:
    """Remove under which keys things came so long ago that none comes again. Returns how many."""
    old = KEYS.c.received_at < func.now() - text(f"interval '{KEY_DAYS} days'")
    return (await connection.execute(delete(KEYS).where(old))).rowcount


async def get(connection: Connection, id_: UUID) -> StoredOffer:
    """Return one. Raises OfferUnknown."""
    row = (await connection.execute(select(OFFERS).where(OFFERS.c.id == id_))).mappings().first()
    if row is None:
        raise OfferUnknown("there is no such offer: use an id from GET /api/v1/neighbour-offers")
    return _offer(row)


async def lock(connection: Connection, id_: UUID) -> StoredOffer:
    """Return one that nobody else changes until the transaction ends. Raises OfferUnknown."""
    await get(connection, id_)
    return await _lock(connection, OFFERS.c.id == id_)  # the offer first, then its incident: in this order


async def page(
    connection: Connection, *, live: bool | None = None, limit: int = 50, after: str | None = None
) -> Page[StoredOffer]:
    """Return a page, the newest first. `live`: offered or accepted, or the others. Raises BadCursor."""
    query = select(OFFERS)
    if live is not None:
        query = query.where(OFFERS.c.status.in_(LIVE) if live else OFFERS.c.status.not_in(LIVE))
    rows, more = await NEWEST_FIRST.page(connection, query, limit, after, "received_at", "id")
    total, exact = await count(connection, query)
    return Page(items=[_offer(row) for row in rows], total=total, exact=exact, next=more)


async def came_by(connection: Connection, incident: UUID) -> tuple[str, ...]:
    """Return the neighbours' dispatches an incident of ours came by, the first of all first."""
    return tuple(await connection.scalar(CAME_BY, {"incident": incident}) or ())


async def _begin(connection: Connection, neighbour: str, offered: Offered) -> None:
    row = {
        "id": uuid4(),
        "neighbour": neighbour,
        "dispatch": offered.dispatch,
        "number": clean.text(offered.number),
        "status": OfferStatus.OFFERED,
        "order": list(offered.versions),
        "came_by": [str(each) for each in offered.came_by],
        "told": clean.json(offered.told),
    }
    known = insert(OFFERS).values(row).on_conflict_do_nothing(index_elements=["neighbour", "dispatch"])
    await connection.execute(known)


async def _more(connection: Connection, before: StoredOffer, offer: StoredOffer) -> StoredOffer:
    """See that who has accepted it sees what it says now, whatever it came as."""
    if offer.status is not OfferStatus.ACCEPTED or before.told == offer.told:
        return offer
    return await _changed(connection, offer)


async def _new(connection: Connection, before: StoredOffer, offer: StoredOffer) -> StoredOffer:
    """An offer, or the same again: after we had refused it, or after it was withdrawn."""
    later = offer.order[0] > before.order[0]  # than the stand-down: else it only came late
    if offer.status is not OfferStatus.REFUSED and not (offer.status is OfferStatus.WITHDRAWN and later):
        return await _more(connection, before, offer)
    return await _change(connection, offer, {"status": OfferStatus.OFFERED, "answered_at": None, **SEEN})


async def _changed(connection: Connection, offer: StoredOffer) -> StoredOffer:
    """Something else is known: who has accepted it is to see that; the others see it anyway."""
    if offer.status is not OfferStatus.ACCEPTED:
        if offer.status is not OfferStatus.OFFERED:
            await neighbour_answers.add(connection, offer.id, "acknowledged")
        return offer
    assert offer.incident_id is not None
    await _trail(connection, offer, offer.incident_id, f"neighbour {offer.neighbour}", "offer_changed")
    return await _change(connection, offer, {"unseen": func.clock_timestamp()})


async def _withdrawn(connection: Connection, offer: StoredOffer) -> StoredOffer:
    """The neighbour needs us no more: who has accepted it is to see that."""
    if offer.status is OfferStatus.ACCEPTED:
        assert offer.incident_id is not None
        await _trail(connection, offer, offer.incident_id, f"neighbour {offer.neighbour}", "offer_withdrawn")
        values = {"status": OfferStatus.WITHDRAWN, "unseen": func.clock_timestamp()}
        return await _change(connection, offer, values)
    await neighbour_answers.add(connection, offer.id, "acknowledged")
    if offer.status is OfferStatus.OFFERED:
        return await _change(connection, offer, {"status": OfferStatus.WITHDRAWN})
    return offer


async def _ours(connection: Connection, offered: Offered) -> bool:
    """Return whether it went in a ring: one of the dispatches it came by is ours."""
    if offered.telling is Telling.STAND_DOWN or not offered.came_by:
        return False
    return await connection.scalar(OURS, {"ids": list(offered.came_by)}) is not None


async def _refuse_ring(connection: Connection, offer: StoredOffer) -> StoredOffer:
    if offer.status is not OfferStatus.OFFERED:
        return offer
    return await refuse(connection, offer, Cause.CAME_FROM_US, "", by="ct112")


async def _answered(
    connection: Connection, offer: StoredOffer, by: str, values: Mapping[str, Any]
) -> StoredOffer:
    said = {"answered_at": func.clock_timestamp(), "answered_by": clean.text(by)}
    return await _change(connection, offer, {**values, **said, **SEEN})


async def _trail(connection: Connection, offer: StoredOffer, incident: UUID, by: str, kind: str) -> None:
    await incidents.lock(connection, incident)
    data = {"offer": str(offer.id), "neighbour": offer.neighbour, "number": offer.number}
    await incident_changes.append(connection, incident, by=by, kind=kind, data=data)


async def _change(connection: Connection, offer: StoredOffer, values: Mapping[str, Any]) -> StoredOffer:
    changed = update(OFFERS).where(OFFERS.c.id == offer.id)
    changed = changed.values(**values, version=OFFERS.c.version + 1).returning(OFFERS)
    return _offer((await connection.execute(changed)).mappings().one())


async def _lock(connection: Connection, *which: Any) -> StoredOffer:
    row = (await connection.execute(select(OFFERS).where(*which).with_for_update())).mappings().one()
    return _offer(row)


def _offer(row: Mapping[Any, Any]) -> StoredOffer:
    cause = row["cause"]
    kept = {name: row[name] for name in StoredOffer.__dataclass_fields__}
    offer = StoredOffer(**kept)
    return replace(
        offer,
        status=OfferStatus(row["status"]),
        cause=None if cause is None else Cause(cause),
        order=tuple(row["order"]),
    )
