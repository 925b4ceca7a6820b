"""Reading incidents: one, a list, and what may be the same event."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Table, func, select

from ct112.core.record import ServiceClass
from ct112.incidents.incident import FIELDS, content
from ct112.incidents.likeness import AS_OLD_AS, Likeness, Sketch, likely_same
from ct112.incidents.states import LIVE, Status
from ct112.incidents.view import DispatchView, IncidentView
from ct112.store import clean, dispatches_reading, pages
from ct112.store.categories import CATEGORIES
from ct112.store.engine import Connection
from ct112.store.incident_tables import IncidentCall, IncidentRow
from ct112.store.pages import Order, Page
from ct112.store.place_tables import AreaRow

INCIDENTS: Table = IncidentRow.metadata.tables["incident"]
AREAS: Table = AreaRow.metadata.tables["area"]
CALLS: Table = IncidentCall.metadata.tables["incident_call"]
NEWEST_FIRST = Order(
    "incidents", (INCIDENTS.c.opened_at, INCIDENTS.c.id), (datetime, UUID), newest_first=True
)
MOST_COMPARED = 500  # live incidents of the last hours; more than a city has


class IncidentUnknown(LookupError):
    """There is no such incident; the text says what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentQuery:
    """Which incidents. `since` ≤ opened_at < `until`; `live`: open or dispatched, or those that are over."""

    status: Status | None = None
    category: str | None = None
    kelurahan: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    live: bool | None = None
    call: UUID | None = None


EVERYTHING = IncidentQuery()


async def get(connection: Connection, id_: UUID) -> IncidentView:
    """Return one. Raises IncidentUnknown."""
    row = (await connection.execute(_query().where(INCIDENTS.c.id == id_))).mappings().one_or_none()
    if row is None:
        raise IncidentUnknown("there is no such incident: use an id from GET /api/v1/incidents")
    return (await _views(connection, [row]))[0]


async def by_number(connection: Connection, number: str) -> IncidentView:
    """Return the one of this number. Raises IncidentUnknown."""
    row = (await connection.execute(_query().where(INCIDENTS.c.number == clean.text(number)))).mappings()
    found = row.one_or_none()
    if found is None:
        raise IncidentUnknown(f"there is no incident {ascii(number)[1:41]}: see `ct112 incidents list`")
    return (await _views(connection, [found]))[0]


async def page(
    connection: Connection, wanted: IncidentQuery = EVERYTHING, *, limit: int = 50, after: str | None = None
) -> Page[IncidentView]:
    """Return a page of incidents, the newest first. `limit`: 1 to 500; `after`: `next` of the page before.

    The total is exact up to 1000. Raises BadCursor.
    """
    matching = _query().where(*_conditions(wanted))
    rows, more = await NEWEST_FIRST.page(connection, matching, limit, after, "opened_at", "id")
    counted = select(INCIDENTS.c.id).where(*_conditions(wanted))
    total, exact = await pages.count(connection, counted)
    return Page(items=await _views(connection, rows), total=total, exact=exact, next=more)


async def like(connection: Connection, new: Sketch, now: datetime) -> tuple[Likeness, ...]:
    """Return the live incidents that may be the same event, the likeliest first."""
    columns = [INCIDENTS.c[name] for name in Sketch.__dataclass_fields__]
    query = (
        select(*columns)
        .where(INCIDENTS.c.status.in_(LIVE), INCIDENTS.c.opened_at >= now - AS_OLD_AS)
        .order_by(INCIDENTS.c.opened_at.desc())
        .limit(MOST_COMPARED)
    )
    rows = (await connection.execute(query)).mappings()
    return likely_same(new, [Sketch(**row) for row in rows], now)


def _query() -> Select[Any]:
    calls = (
        select(func.array_agg(CALLS.c.call_id))
        .where(CALLS.c.incident_id == INCIDENTS.c.id)
        .scalar_subquery()
        .label("calls")
    )
    named = (
        CATEGORIES.c.name.label("category_name"),
        CATEGORIES.c.service_class,
        AREAS.c.name.label("kelurahan_name"),
    )
    return (
        select(INCIDENTS, *named, calls)
        .join(CATEGORIES, CATEGORIES.c.code == INCIDENTS.c.category)
        .outerjoin(AREAS, AREAS.c.code == INCIDENTS.c.kelurahan)
    )


def _conditions(wanted: IncidentQuery) -> Iterator[ColumnElement[bool]]:
    for name in ("status", "category", "kelurahan"):
        value = getattr(wanted, name)
        if value is not None:
            yield INCIDENTS.c[name] == clean.text(value)
    if wanted.since is not None:
        yield INCIDENTS.c.opened_at >= wanted.since
    if wanted.until is not None:
        yield INCIDENTS.c.opened_at < wanted.until
    if wanted.live is not None:
        yield INCIDENTS.c.status.in_(LIVE) if wanted.live else INCIDENTS.c.status.not_in(LIVE)
    if wanted.call is not None:
        yield INCIDENTS.c.id.in_(select(CALLS.c.incident_id).where(CALLS.c.call_id == wanted.call))


async def _views(connection: Connection, rows: Sequence[Mapping[Any, Any]]) -> list[IncidentView]:
    sent = await dispatches_reading.of_incidents(connection, [row["id"] for row in rows])
    return [_view(row, sent.get(row["id"], ())) for row in rows]


def _view(row: Mapping[Any, Any], dispatches: tuple[DispatchView, ...]) -> IncidentView:
    kept = ("id", "number", "version", "opened_at", "opened_by", "changed_at", "closed_at", "close_reason")
    return IncidentView(
        **{name: row[name] for name in (*kept, "merged_into", "category_name", "kelurahan_name")},
        status=Status(row["status"]),
        service_class=ServiceClass(row["service_class"]),
        content=content({name: row[name] for name in FIELDS}),
        calls=tuple(sorted(row["calls"] or ())),
        dispatches=dispatches,
    )
