"""Which version of the menu is live: every publishing is a row, the last one decides."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Table, desc, func, insert, select, text

from ct112.store import clean
from ct112.store.engine import Connection
from ct112.store.faults import Stale
from ct112.store.pages import Order, Page
from ct112.store.tables import IvrPublication, IvrVersion

VERSIONS: Table = IvrVersion.metadata.tables["ivr_version"]
PUBLISHED: Table = IvrPublication.metadata.tables["ivr_publication"]
NEWEST_FIRST = Order("ivr", (VERSIONS.c.version,), (int,), newest_first=True)
NEVER = 0  # the number of the last publishing before there was one


class UnknownVersion(LookupError):
    """There is no such version."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredVersion:
    """A version as a list shows it. `published_at`, `published_by`: the last time; None: it never was."""

    number: int
    note: str
    stored_at: datetime
    published_at: datetime | None
    published_by: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Live:
    """What is live. `publishing` counts up with every change; 0 and None: nothing was ever published."""

    publishing: int = NEVER
    number: int | None = None


async def add(connection: Connection, document: Mapping[str, Any], source_yaml: str, note: str) -> int:
    """Store a document as a version that is not live; return its number."""
    added = await connection.execute(
        insert(VERSIONS)
        .values(document=clean.json(document), source_yaml=clean.text(source_yaml), note=clean.text(note))
        .returning(VERSIONS.c.version)
    )
    return int(added.scalar_one())


async def publish(
    connection: Connection, number: int, note: str, *, by: str, expected: int | None = None
) -> Live:
    """Make a version live, an older one too.

    `expected`: the last publishing this one is made on. Raises Stale, UnknownVersion.
    """
    await connection.execute(text("LOCK TABLE ivr_publication IN SHARE ROW EXCLUSIVE MODE"))
    if expected is not None and expected != (await live(connection)).publishing:
        raise Stale
    if await connection.scalar(select(VERSIONS.c.version).where(VERSIONS.c.version == number)) is None:
        raise UnknownVersion(str(number))
    added = await connection.execute(
        insert(PUBLISHED)
        .values(version=number, note=clean.text(note), published_by=clean.text(by))
        .returning(PUBLISHED.c.id)
    )
    return Live(publishing=int(added.scalar_one()), number=number)


async def live(connection: Connection) -> Live:
    """Return which version is live."""
    newest = select(PUBLISHED.c.id, PUBLISHED.c.version).order_by(desc(PUBLISHED.c.id)).limit(1)
    row = (await connection.execute(newest)).first()
    return Live() if row is None else Live(publishing=row.id, number=row.version)


async def get(connection: Connection, number: int) -> tuple[StoredVersion, str]:
    """Return a version and its YAML. Raises UnknownVersion."""
    wanted = _all(VERSIONS.c.source_yaml).where(VERSIONS.c.version == number)
    row = (await connection.execute(wanted)).mappings().first()
    if row is None:
        raise UnknownVersion(str(number))
    known = dict(row)
    return StoredVersion(**{name: known[name] for name in StoredVersion.__slots__}), known["source_yaml"]


async def page(connection: Connection, *, limit: int = 50, after: str | None = None) -> Page[StoredVersion]:
    """Return versions, the newest first. `limit`: 1 to 500. Raises BadCursor."""
    rows, more = await NEWEST_FIRST.page(connection, _all(), limit, after, "number")
    return Page(
        items=[StoredVersion(**row) for row in rows],
        total=int(await connection.scalar(select(func.count()).select_from(VERSIONS)) or 0),
        next=more,
    )


def _all(*more: Any) -> Any:
    """Return the query for versions, each with its last publishing."""
    last = (
        select(PUBLISHED.c.published_at, PUBLISHED.c.published_by)
        .where(PUBLISHED.c.version == VERSIONS.c.version)
        .order_by(desc(PUBLISHED.c.id))
        .limit(1)
        .lateral()
    )
    return select(
        VERSIONS.c.version.label("number"),
        VERSIONS.c.note,
        VERSIONS.c.published_at.label("stored_at"),
        last.c.published_at,
        last.c.published_by,
        *more,
    ).outerjoin(last, text("true"))
