"""Calls: lists and searches, one call, and writing them (in `calls_writing` and `calls_closing`)."""

import re
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Table, Text, false, literal_column, select
from sqlalchemy.ext.asyncio import AsyncConnection

from ct112.core.record import ClassSource, EndedBy, Outcome, ServiceClass
from ct112.store import clean, pages, tables
from ct112.store.calls_closing import close_open
from ct112.store.calls_writing import write
from ct112.store.ids import UnknownCall, call_uuid
from ct112.store.numbers import e164
from ct112.store.pages import Order, Page
from ct112.store.tables import CallRow

LAST_DIGITS = re.compile(r"[0-9]{4,15}")

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
    """Which calls. `since` ≤ arrived_at < `until`; `live`: those under way, or those that ended.

    `number`: in any form dialled here or in E.164. `digits`: the last 4 to 15 of a number, else ValueError.
    """

    service_class: ServiceClass | None = None
    outcome: Outcome | None = None
    operator: str | None = None
    node: str | None = None
    number: str | None = None
    digits: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    live: bool | None = None

    def __post_init__(self) -> None:
        if self.digits is not None and not LAST_DIGITS.fullmatch(self.digits):
            raise ValueError("digits: the last 4 to 15 digits of a number")


EVERYTHING = CallQuery()
CALLS: Table = CallRow.metadata.tables["call_record"]
COLUMNS = [column for column in CALLS.columns if column.name not in ("revision", "erased_at")]
LAST_FOUR: ColumnElement[str] = literal_column(tables.LAST_FOUR, Text())
REVERSED: ColumnElement[str] = literal_column(tables.REVERSED_NUMBER, Text())
NEWEST_FIRST = Order("calls", (CALLS.c.arrived_at, CALLS.c.id), (datetime, uuid.UUID), newest_first=True)


async def page(
    connection: AsyncConnection, wanted: CallQuery = EVERYTHING, *, limit: int = 50, after: str | None = None
) -> Page[StoredCall]:
    """Return a page of calls, the newest first. `limit`: 1 to 500; `after`: `next` of the page before.

    The total is exact up to 1000. Raises BadCursor.
    """
    matching = select(*COLUMNS).where(*_conditions(wanted))
    rows, more = await NEWEST_FIRST.page(connection, matching, limit, after, "arrived_at", "id")
    total, exact = await pages.count(connection, matching)
    return Page(items=[stored(row) for row in rows], total=total, exact=exact, next=more)


async def get(connection: AsyncConnection, call_id: str) -> StoredCall:
    """Return one call. Raises UnknownCall."""
    found = await connection.execute(select(*COLUMNS).where(CallRow.id == call_uuid(call_id)))
    row = found.mappings().first()
    if row is None:
        raise UnknownCall(call_id)
    return stored(row)


def _conditions(wanted: CallQuery) -> Iterator[ColumnElement[bool]]:
    for name in ("service_class", "outcome", "operator", "node"):
        value = getattr(wanted, name)
        if value is not None:
            yield CALLS.c[name] == clean.text(value)
    if wanted.since is not None:
        yield CALLS.c.arrived_at >= wanted.since
    if wanted.until is not None:
        yield CALLS.c.arrived_at < wanted.until
    if wanted.live is not None:
        yield CALLS.c.ended_at.is_(None) if wanted.live else CALLS.c.ended_at.is_not(None)
    if wanted.number is not None:
        yield _has_number(wanted.number)
    if wanted.digits is not None:
        yield _ends_with(wanted.digits)


def _has_number(number: str) -> ColumnElement[bool]:
    """What is no valid number is looked for by its digits; with too few of them nothing is found."""
    known = e164(number)
    if known is not None:
        return CALLS.c.ani_e164 == known
    digits = "".join(sign for sign in number if sign in "0123456789")[-15:]
    return _ends_with(digits) if LAST_DIGITS.fullmatch(digits) else false()


def _ends_with(digits: str) -> ColumnElement[bool]:
    """By the last four, in the list's order; more of them are a range of the reversed numbers, too."""
    found: ColumnElement[bool] = LAST_FOUR.op("=", is_comparison=True)(digits[-4:])
    if len(digits) > 4:
        first = digits[::-1]
        behind = first[:-1] + chr(ord(first[-1]) + 1)
        found &= REVERSED.op("~>=~", is_comparison=True)(first)
        found &= REVERSED.op("~<~", is_comparison=True)(behind)
    return found


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
