"""Legal holds: of what is on hold nothing is erased or deleted, by nobody, until it is released."""

import uuid
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Table, func, insert, select, text, update

from ct112.store import clean
from ct112.store.engine import Connection
from ct112.store.pages import Order, Page, count
from ct112.store.personal_data import Kept
from ct112.store.privacy_tables import LegalHold

HOLDS: Table = LegalHold.metadata.tables["legal_hold"]
NEWEST_FIRST = Order("holds", (HOLDS.c.placed_at, HOLDS.c.id), (datetime, UUID), newest_first=True)
TURN = text("SELECT pg_advisory_xact_lock(112, 14)")
"""Holds and erasures take turns: what is held before an erasure begins is not erased by it."""

HELD_INCIDENTS = """
    WITH RECURSIVE on_hold AS (
        SELECT incident_id AS id FROM legal_hold WHERE released_at IS NULL AND incident_id IS NOT NULL
        UNION
        SELECT merged_into FROM incident JOIN on_hold USING (id) WHERE merged_into IS NOT NULL
    ) SELECT id FROM on_hold
"""
"""Incidents on hold. One that took in another holds its calls and dispatches: the hold goes along."""


class HoldError(ValueError):
    """This cannot be; the text says what to do."""


class HoldUnknown(LookupError):
    """There is no such hold; the text says what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredHold:
    """A hold on a call, or on an incident and its calls; times in UTC. `released_at` None: it is in force."""

    id: UUID
    call_id: UUID | None
    incident_id: UUID | None
    reason: str
    placed_by: str
    placed_at: datetime
    released_by: str | None
    released_at: datetime | None
    release_reason: str | None


async def place(
    connection: Connection, *, by: str, reason: str, call: UUID | None = None, incident: UUID | None = None
) -> StoredHold:
    """Hold a call or an incident. Raises HoldError."""
    if (call is None) == (incident is None):
        raise HoldError("name a call or an incident, and one of them")
    await connection.execute(TURN)
    values = {"call_id": call, "incident_id": incident, "reason": clean.text(reason)}
    made = insert(HOLDS).values(id=uuid.uuid4(), placed_by=clean.text(by), **values).returning(HOLDS)
    return StoredHold(**(await connection.execute(made)).mappings().one())


async def release(connection: Connection, id_: UUID, *, by: str, reason: str) -> StoredHold:
    """End a hold. Raises HoldUnknown, HoldError when it was ended before."""
    found = await get(connection, id_)
    changed = (
        update(HOLDS)
        .where(HOLDS.c.id == id_, HOLDS.c.released_at.is_(None))
        .values(released_at=func.now(), released_by=clean.text(by), release_reason=clean.text(reason))
        .returning(HOLDS)
    )
    row = (await connection.execute(changed)).mappings().one_or_none()
    if row is None:
        raise HoldError(f"hold {found.id} was released before: place another where one is needed")
    return StoredHold(**row)


async def get(connection: Connection, id_: UUID) -> StoredHold:
    """Return one. Raises HoldUnknown."""
    row = (await connection.execute(select(HOLDS).where(HOLDS.c.id == id_))).mappings().one_or_none()
    if row is None:
        raise HoldUnknown("there is no such hold: use an id from ct112 privacy holds or GET /api/v1/holds")
    return StoredHold(**row)


async def page(
    connection: Connection, *, released: bool = False, limit: int = 50, after: str | None = None
) -> Page[StoredHold]:
    """Return a page of those in force, the newest first; `released`: the others too. Raises BadCursor."""
    query = select(HOLDS)
    if not released:
        query = query.where(HOLDS.c.released_at.is_(None))
    rows, more = await NEWEST_FIRST.page(connection, query, limit, after, "placed_at", "id")
    total, exact = await count(connection, query)
    return Page(items=[StoredHold(**row) for row in rows], total=total, exact=exact, next=more)


async def is_held(connection: Connection, *, call: UUID | None = None, incident: UUID | None = None) -> bool:
    """Return whether a call or an incident is on hold by itself: erasures ask `held`, which looks further."""
    which = HOLDS.c.call_id == call if incident is None else HOLDS.c.incident_id == incident
    found = select(HOLDS.c.id).where(HOLDS.c.released_at.is_(None), which).exists()
    return bool(await connection.scalar(select(found)))


def held(kept: Kept) -> str:
    """Return the SQL condition that a row of this table is on hold, by a call or an incident of its own."""
    ways = []
    if kept.calls is not None:
        ways.append(
            f"EXISTS (SELECT FROM legal_hold WHERE released_at IS NULL AND call_id IN ({kept.calls}))"
        )
    if kept.incidents is not None:
        ways.append(f"EXISTS (SELECT FROM ({HELD_INCIDENTS}) AS its WHERE its.id IN ({kept.incidents}))")
    return f"({' OR '.join(ways)})" if ways else "false"
