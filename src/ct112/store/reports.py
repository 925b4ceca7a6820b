"""Reading calls back: lists for screens and reports."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from ct112.core.record import ClassSource, EndedBy, Outcome, ServiceClass
from ct112.store.tables import CallRow, FactRow

MOST = 501  # a page and one more, which says that there is another


class UnknownCall(LookupError):
    """There is no record of that call."""


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
    operator: str | None
    position: str | None
    outcome: Outcome | None
    ended_by: EndedBy | None
    location: Mapping[str, Any] | None
    recording: Mapping[str, Any] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredFact:
    """One thing that happened to a call."""

    seq: int
    at: datetime
    kind: str
    data: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class CallQuery:
    """Which calls. `since` ≤ arrived_at < `until`; `live`: those under way, or those that ended."""

    service_class: ServiceClass | None = None
    outcome: Outcome | None = None
    since: datetime | None = None
    until: datetime | None = None
    live: bool | None = None


COLUMNS = [column for column in CallRow.__table__.columns if column.name != "revision"]


async def calls(
    connection: AsyncConnection, wanted: CallQuery, *, limit: int, before: str | None
) -> list[StoredCall]:
    """Return calls, the newest first, at most `limit` (1 to 501); `before`: the last id of the page before.

    Raises UnknownCall when there is no call `before`.
    """
    query = _narrowed(select(*COLUMNS), wanted)
    if before is not None:
        arrived_at, last = await _place_of(connection, before)
        query = query.where(tuple_(CallRow.arrived_at, CallRow.id) < tuple_(arrived_at, last))
    newest_first = query.order_by(CallRow.arrived_at.desc(), CallRow.id.desc())
    found = await connection.execute(newest_first.limit(min(max(limit, 1), MOST)))
    return [stored(row) for row in found.mappings()]


async def count(connection: AsyncConnection, wanted: CallQuery) -> int:
    """Return how many calls there are."""
    found = await connection.execute(_narrowed(select(func.count()).select_from(CallRow), wanted))
    return int(found.scalar_one())


async def call(connection: AsyncConnection, call_id: str) -> StoredCall:
    """Return one call. Raises UnknownCall."""
    found = await connection.execute(select(*COLUMNS).where(CallRow.id == _uuid(call_id)))
    row = found.mappings().first()
    if row is None:
        raise UnknownCall(call_id)
    return stored(row)


async def facts(connection: AsyncConnection, call_id: str) -> list[StoredFact]:
    """Return what happened to a call, in order; raises UnknownCall when `call_id` is no id at all."""
    found = await connection.execute(
        select(FactRow.seq, FactRow.at, FactRow.kind, FactRow.data)
        .where(FactRow.call_id == _uuid(call_id))
        .order_by(FactRow.seq)
    )
    return [StoredFact(**row) for row in found.mappings()]


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


async def _place_of(connection: AsyncConnection, call_id: str) -> tuple[datetime, uuid.UUID]:
    """Return where a call stands in the list."""
    found = await connection.execute(
        select(CallRow.arrived_at, CallRow.id).where(CallRow.id == _uuid(call_id))
    )
    row = found.first()
    if row is None:
        raise UnknownCall(call_id)
    return row.arrived_at, row.id


def _uuid(call_id: str) -> uuid.UUID:
    try:
        return uuid.UUID(call_id)
    except ValueError as error:
        raise UnknownCall(call_id) from error


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
