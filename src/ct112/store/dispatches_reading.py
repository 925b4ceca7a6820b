"""Reading dispatches: of incidents, of an agency, and what a supervisor has to look at."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Table, select

from ct112.incidents.dispatches import OVER, DispatchStatus
from ct112.incidents.view import DispatchView
from ct112.store import clean, pages
from ct112.store.dispatch_tables import DispatchRow
from ct112.store.engine import Connection
from ct112.store.pages import Order, Page

DISPATCHES: Table = DispatchRow.metadata.tables["dispatch"]
NEWEST_FIRST = Order(
    "dispatches", (DISPATCHES.c.asked_at, DISPATCHES.c.id), (datetime, UUID), newest_first=True
)


class DispatchUnknown(LookupError):
    """There is no such dispatch, or it is another agency's; the text says what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredDispatch:
    """An agency that was asked to act; times in UTC. `escalated_at`: on the supervisor's list since.

    `what` of the agency is to be sent; `noted_at`: told by a person before it was noted here.
    """

    id: UUID
    incident_id: UUID
    agency: str
    status: DispatchStatus
    version: int
    asked_at: datetime
    asked_by: str
    changed_at: datetime
    changed_by: str
    how: str | None
    what: str | None
    noted_at: datetime | None
    reason: str | None
    acknowledged_at: datetime | None
    on_scene_at: datetime | None
    escalated_at: datetime | None
    escalated_why: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DispatchQuery:
    """Which dispatches. `live`: those under way, or those that are over; `escalated`: a supervisor's list."""

    agency: str | None = None
    status: DispatchStatus | None = None
    incident: UUID | None = None
    live: bool | None = None
    escalated: bool | None = None


EVERYTHING = DispatchQuery()


async def get(connection: Connection, id_: UUID, agency: str | None = None) -> StoredDispatch:
    """Return one; `agency`: it has to be this one's. Raises DispatchUnknown."""
    query = select(DISPATCHES).where(DISPATCHES.c.id == id_)
    if agency is not None:
        query = query.where(DISPATCHES.c.agency == clean.text(agency))
    row = (await connection.execute(query)).mappings().one_or_none()
    if row is None:
        raise DispatchUnknown("there is no such dispatch: use an id from GET /api/v1/dispatches")
    return stored(row)


async def page(
    connection: Connection, wanted: DispatchQuery = EVERYTHING, *, limit: int = 50, after: str | None = None
) -> Page[StoredDispatch]:
    """Return a page of dispatches, the newest first. `limit`: 1 to 500. Raises BadCursor."""
    matching = select(DISPATCHES).where(*_conditions(wanted))
    rows, more = await NEWEST_FIRST.page(connection, matching, limit, after, "asked_at", "id")
    total, exact = await pages.count(connection, matching)
    return Page(items=[stored(row) for row in rows], total=total, exact=exact, next=more)


async def of_incidents(
    connection: Connection, incidents: Collection[UUID]
) -> dict[UUID, tuple[DispatchView, ...]]:
    """Return the dispatches of each of these incidents, in the order they were asked for."""
    columns = (DISPATCHES.c[name] for name in ("incident_id", *DispatchView.__dataclass_fields__))
    query = (
        select(*columns)
        .where(DISPATCHES.c.incident_id.in_(incidents))
        .order_by(DISPATCHES.c.asked_at, DISPATCHES.c.agency)
    )
    found: dict[UUID, tuple[DispatchView, ...]] = {}
    for row in (await connection.execute(query)).mappings():
        values = dict(row)
        incident = values.pop("incident_id")
        found[incident] = (*found.get(incident, ()), DispatchView(**values))
    return found


def stored(row: Mapping[Any, Any]) -> StoredDispatch:
    """Return a row of `dispatch`."""
    kept = {name: row[name] for name in StoredDispatch.__dataclass_fields__}
    return StoredDispatch(**{**kept, "status": DispatchStatus(row["status"])})


def _conditions(wanted: DispatchQuery) -> Iterator[ColumnElement[bool]]:
    if wanted.agency is not None:
        yield DISPATCHES.c.agency == clean.text(wanted.agency)
    if wanted.status is not None:
        yield DISPATCHES.c.status == wanted.status
    if wanted.incident is not None:
        yield DISPATCHES.c.incident_id == wanted.incident
    if wanted.live is not None:
        yield DISPATCHES.c.status.not_in(OVER) if wanted.live else DISPATCHES.c.status.in_(OVER)
    if wanted.escalated is not None:
        listed = DISPATCHES.c.escalated_at
        yield listed.is_not(None) if wanted.escalated else listed.is_(None)
