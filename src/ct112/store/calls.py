"""Calls: lists and searches, one call, and writing them (in `calls_writing` and `calls_closing`)."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, Table, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from ct112.core.record import ClassSource, EndedBy, Outcome, ServiceClass
from ct112.store import pages
from ct112.store.calls_closing import close_open
from ct112.store.calls_writing import write
from ct112.store.ids import UnknownCall, call_uuid
from ct112.store.pages import Order, Page
from ct112.store.tables import CallRow

__all__ = ["CallQuery", "StoredCall", "UnknownCall", "close_open", "get", "page", "stored", "write"]


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredCall:
    """A call as its record stands; times in UTC."""

    id: str
    node: str
    sip_call_id: str | None
    ani: str | None
    ani_e164: str | None
    dialled: str
    arrived_at: datetime
    picked_up_at: datetime | None
    queued_at: datetime | None
    answered_at: datetime | None
    ended_at: datetime | None
    service_class: ServiceClass | None
    class_source: ClassSource | None
    ivr_version: int | None
    ivr_path: tuple[str, ...]
    keys_pressed: str | None
    operator: str | None
    position: str | None
    outcome: Outcome | None
    ended_by: EndedBy | None
    location: Mapping[str, Any] | None
    recording: Mapping[str, Any] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CallQuery:
    """Which calls. `since` ≤ arrived_at < `until`; `live`: those under way, or those that ended."""

    service_class: ServiceClass | None = None
    outcome: Outcome | None = None
    since: datetime | None = None
    until: datetime | None = None
    live: bool | None = None


EVERYTHING = CallQuery()
CALLS: Table = CallRow.metadata.tables["call_record"]
COLUMNS = [column for column in CALLS.columns if column.name != "revision"]
NEWEST_FIRST = Order("calls", (CALLS.c.arrived_at, CALLS.c.id), (datetime, uuid.UUID), newest_first=True)


async def page(
    connection: AsyncConnection, wanted: CallQuery = EVERYTHING, *, limit: int = 50, after: str | None = None
) -> Page[StoredCall]:
    """Return a page of calls, the newest first. `limit`: 1 to 500; `after`: `next` of the page before.

    Raises BadCursor.
    """
    query = _narrowed(select(*COLUMNS), wanted)
    if after is not None:
        query = query.where(NEWEST_FIRST.behind(after))
    size = pages.size(limit)
    rows = (await connection.execute(query.order_by(*NEWEST_FIRST.by()).limit(size + 1))).mappings().all()
    last = rows[size - 1] if len(rows) > size else None
    return Page(
        items=[stored(row) for row in rows[:size]],
        total=await _count(connection, wanted),
        next=None if last is None else pages.write(NEWEST_FIRST.name, (last["arrived_at"], last["id"])),
    )


async def get(connection: AsyncConnection, call_id: str) -> StoredCall:
    """Return one call. Raises UnknownCall."""
    found = await connection.execute(select(*COLUMNS).where(CallRow.id == call_uuid(call_id)))
    row = found.mappings().first()
    if row is None:
        raise UnknownCall(call_id)
    return stored(row)


async def _count(connection: AsyncConnection, wanted: CallQuery) -> int:
    found = await connection.execute(_narrowed(select(func.count()).select_from(CallRow), wanted))
    return int(found.scalar_one())


def _narrowed(query: Select[Any], wanted: CallQuery) -> Select[Any]:
    if wanted.service_class is not None:
        query = query.where(CallRow.service_class == wanted.service_class)
    if wanted.outcome is not None:
        query = query.where(CallRow.outcome == wanted.outcome)
    if wanted.since is not None:
        query = query.where(CallRow.arrived_at >= wanted.since)
    if wanted.until is not None:
        query = query.where(CallRow.arrived_at < wanted.until)
    if wanted.live is not None:
        ended = CallRow.ended_at
        query = query.where(ended.is_(None) if wanted.live else ended.is_not(None))
    return query


def stored(row: Mapping[Any, Any]) -> StoredCall:
    """Return a row of `call_record`, without its revision, as a call."""
    values = dict(row)
    values["id"] = str(values["id"])
    values["ivr_path"] = tuple(values["ivr_path"])
    for name, kind in (
        ("service_class", ServiceClass),
        ("class_source", ClassSource),
        ("outcome", Outcome),
        ("ended_by", EndedBy),
    ):
        values[name] = None if values[name] is None else kind(values[name])
    return StoredCall(**values)
