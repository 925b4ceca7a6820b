"""Lists in pages. Where the next one begins is a cursor: opaque to whoever asks, and never trusted."""

import base64
import binascii
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Generic, TypeVar

import orjson
from sqlalchemy import ColumnElement, RowMapping, Select, func, literal, select, tuple_

from ct112.store import clean
from ct112.store.engine import Connection

T = TypeVar("T")
MOST = 500  # things in a page
COUNTED = 1000
"""A list's total is exact up to here: to count on costs more than to show a page."""
LONGEST = 400  # characters of a cursor
EPOCH = datetime.fromtimestamp(0, UTC)
MICROSECOND = timedelta(microseconds=1)
BIGINT = range(-(2**63), 2**63)


class BadCursor(ValueError):
    """This cursor was not made for this list; the text says what to do."""

    def __init__(self) -> None:
        super().__init__("`after` is no cursor of this list: send `next` of the page before, or leave it out")


@dataclass(frozen=True, slots=True, kw_only=True)
class Page(Generic[T]):
    """Some of a list, `total` (not `exact`: or more) in all. `next`: the cursor of the next page."""

    items: Sequence[T]
    total: int
    exact: bool = True
    next: str | None = None


@dataclass(frozen=True, slots=True)
class Order:
    """How a list is ordered, and its name. The keys together tell its rows apart; `kinds` are their types."""

    name: str
    keys: tuple[ColumnElement[Any], ...]
    kinds: tuple[type, ...]
    newest_first: bool = False

    def by(self) -> list[ColumnElement[Any]]:
        """Return what to order by."""
        return [key.desc() for key in self.keys] if self.newest_first else list(self.keys)

    def behind(self, cursor: str) -> ColumnElement[bool]:
        """Return the condition of being behind the cursor. Raises BadCursor."""
        values = read(cursor, self.name, self.kinds)
        place = tuple_(*(literal(value, key.type) for value, key in zip(values, self.keys, strict=True)))
        return tuple_(*self.keys) < place if self.newest_first else tuple_(*self.keys) > place

    async def page(
        self, connection: Connection, query: Select[Any], limit: int, after: str | None, *names: str
    ) -> tuple[Sequence[RowMapping], str | None]:
        """Return a page of the query's rows and the cursor behind it; None: it is the last. Raises BadCursor.

        `names`: what the keys are called in a row.
        """
        most = size(limit)
        if after is not None:
            query = query.where(self.behind(after))
        rows = (await connection.execute(query.order_by(*self.by()).limit(most + 1))).mappings().all()
        if len(rows) <= most:
            return rows, None
        return rows[:most], write(self.name, [rows[most - 1][name] for name in names])


async def count(connection: Connection, matching: Select[Any], most: int = COUNTED) -> tuple[int, bool]:
    """Return how many rows match, up to `most`, and whether those are all."""
    some = matching.with_only_columns(literal(1), maintain_column_froms=True).order_by(None).limit(most + 1)
    found = int(await connection.scalar(select(func.count()).select_from(some.subquery())) or 0)
    return min(found, most), found <= most


def size(limit: int) -> int:
    """Return how many things a page has that was asked for with this limit."""
    return min(max(limit, 1), MOST)


def write(name: str, values: Sequence[Any]) -> str:
    """Return the cursor behind the row with these values of the list's keys."""
    told = orjson.dumps([name, *(_told(value) for value in values)])
    return base64.urlsafe_b64encode(told).rstrip(b"=").decode()


def read(cursor: str, name: str, kinds: Sequence[type]) -> list[Any]:
    """Return the values of the list's keys. Raises BadCursor, whatever it is given."""
    try:
        told = orjson.loads(base64.b64decode(_padded(cursor), b"-_", validate=True))
        list_name, *values = told
        if list_name != name or len(values) != len(kinds):
            raise BadCursor
        return [_value(value, kind) for value, kind in zip(values, kinds, strict=True)]
    except (ValueError, TypeError, OverflowError, AttributeError, binascii.Error) as error:
        raise BadCursor from error


def _padded(cursor: str) -> bytes:
    if not 0 < len(cursor) <= LONGEST:
        raise BadCursor
    return cursor.encode("ascii") + b"=" * (-len(cursor) % 4)


def _told(value: Any) -> str | int:
    match value:
        case datetime():
            return (value - EPOCH) // MICROSECOND
        case int() | bool():
            return int(value)
        case _:
            return str(value)


def _value(told: Any, kind: type) -> Any:
    """Return what was told, as its kind. Raises ValueError and the like."""
    if kind is datetime:
        whole = _integer(told)
        clean.exact(whole / 1_000_000)  # a time that PostgreSQL and the driver hold
        return EPOCH + whole * MICROSECOND
    if kind is int:
        return _integer(told)
    if not isinstance(told, str):
        raise BadCursor
    return uuid.UUID(told) if kind is uuid.UUID else _text(told)


def _integer(told: Any) -> int:
    if not isinstance(told, int) or isinstance(told, bool) or told not in BIGINT:
        raise BadCursor
    return told


def _text(told: str) -> str:
    if clean.text(told) != told:
        raise BadCursor
    return told
