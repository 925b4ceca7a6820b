"""Documents in versions (the menu, the routing): every publishing is a row, the last one decides."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from sqlalchemy import ColumnElement, Select, Table, desc, func, insert, select, text

from ct112.store import clean
from ct112.store.engine import Connection
from ct112.store.faults import Stale
from ct112.store.pages import Order, Page

NEVER = 0  # the number of the last publishing before there was one
T = TypeVar("T")


class UnknownVersion(LookupError):
    """There is no such version."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InForce:
    """What is in force. `publishing` counts up with every change; 0 and None: nothing was ever published."""

    publishing: int = NEVER
    number: int | None = None


class Publications(Generic[T]):
    """The versions of one kind of document, and which of them is in force."""

    def __init__(
        self, name: str, kind: type[T], versions: Table, published: Table, number: str, **shown: str
    ) -> None:
        """`kind`: a version as a list shows it; `number`: the column of both tables that says which it is.

        `shown`: further fields of a version, by their columns.
        """
        self._kind = kind
        self._versions = versions
        self._published = published
        self._name = number
        self._number: ColumnElement[int] = versions.c[number]
        self._shown = [versions.c[column].label(field) for field, column in shown.items()]
        self._newest_first = Order(name, (self._number,), (int,), newest_first=True)

    async def add(
        self, connection: Connection, document: Mapping[str, Any], source_yaml: str, note: str, **more: str
    ) -> int:
        """Store a document as a version that is not in force; return its number."""
        row = {
            "document": clean.json(document),
            "source_yaml": clean.text(source_yaml),
            "note": clean.text(note),
            **{name: clean.text(value) for name, value in more.items()},
        }
        added = await connection.execute(insert(self._versions).values(row).returning(self._number))
        return int(added.scalar_one())

    async def publish(
        self, connection: Connection, number: int, note: str, *, by: str, expected: int | None = None
    ) -> InForce:
        """Put a version in force, an older one too.

        `expected`: the last publishing this one is made on. Raises Stale, UnknownVersion.
        """
        await connection.execute(text(f"LOCK TABLE {self._published.name} IN SHARE ROW EXCLUSIVE MODE"))
        if expected is not None and expected != (await self.in_force(connection)).publishing:
            raise Stale
        if await connection.scalar(select(self._number).where(self._number == number)) is None:
            raise UnknownVersion(str(number))
        row = {self._name: number, "note": clean.text(note), "published_by": clean.text(by)}
        added = await connection.execute(insert(self._published).values(row).returning(self._published.c.id))
        return InForce(publishing=int(added.scalar_one()), number=number)

    async def in_force(self, connection: Connection) -> InForce:
        """Return which version is in force."""
        last = self._published.c
        newest = select(last.id, last[self._name]).order_by(desc(last.id)).limit(1)
        row = (await connection.execute(newest)).first()
        return InForce() if row is None else InForce(publishing=row[0], number=row[1])

    async def get(self, connection: Connection, number: int) -> tuple[T, str]:
        """Return a version and its YAML. Raises UnknownVersion."""
        wanted = self._all(self._versions.c.source_yaml).where(self._number == number)
        row = (await connection.execute(wanted)).mappings().first()
        if row is None:
            raise UnknownVersion(str(number))
        known = dict(row)
        source: str = known.pop("source_yaml")
        return self._kind(**known), source

    async def page(self, connection: Connection, *, limit: int = 50, after: str | None = None) -> Page[T]:
        """Return versions, the newest first. `limit`: 1 to 500. Raises BadCursor."""
        rows, more = await self._newest_first.page(connection, self._all(), limit, after, "number")
        return Page(
            items=[self._kind(**row) for row in rows],
            total=int(await connection.scalar(select(func.count()).select_from(self._versions)) or 0),
            next=more,
        )

    def _all(self, *more: ColumnElement[Any]) -> Select[Any]:
        """Return the query for versions, each with its last publishing."""
        published = self._published.c
        last = (
            select(published.published_at, published.published_by)
            .where(published[self._name] == self._number)
            .order_by(desc(published.id))
            .limit(1)
            .lateral()
        )
        columns: Sequence[Any] = (
            self._number.label("number"),
            self._versions.c.note,
            *self._shown,
            last.c.published_at,
            last.c.published_by,
            *more,
        )
        return select(*columns).outerjoin(last, text("true"))
