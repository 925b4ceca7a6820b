"""Routing documents: versions, which is in force, the book of it, and what no rule fitted."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Table, desc, func, insert, select, text

from ct112 import logs
from ct112.incidents.routing import Book
from ct112.incidents.routing_check import World
from ct112.incidents.routing_document import BadDocument, empty_book, read_book
from ct112.store import agencies, categories, clean, places
from ct112.store.agency_tables import RoutingPublication, RoutingUnmatched, RoutingVersion
from ct112.store.engine import Connection
from ct112.store.faults import Stale
from ct112.store.pages import Order, Page

log = logs.get("routing")

VERSIONS: Table = RoutingVersion.metadata.tables["routing_version"]
PUBLISHED: Table = RoutingPublication.metadata.tables["routing_publication"]
UNMATCHED: Table = RoutingUnmatched.metadata.tables["routing_unmatched"]
NEWEST_FIRST = Order("routing", (VERSIONS.c.number,), (int,), newest_first=True)
A_DAY = timedelta(days=1)
NEVER = 0  # the number of the last publishing before there was one


class UnknownVersion(LookupError):
    """There is no such version."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredRouting:
    """A version as a list shows it. `published_at`, `published_by`: the last time; None: it never was."""

    number: int
    note: str
    stored_by: str
    stored_at: datetime
    published_at: datetime | None
    published_by: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class InForce:
    """What is in force. `publishing` counts up with every change; 0 and None: nothing was published."""

    publishing: int = NEVER
    number: int | None = None


async def add(
    connection: Connection, document: Mapping[str, Any], source_yaml: str, note: str, *, by: str
) -> int:
    """Store a document that was checked as a version that is not in force; return its number."""
    row = {
        "document": clean.json(document),
        "source_yaml": clean.text(source_yaml),
        "note": clean.text(note),
        "stored_by": clean.text(by),
    }
    added = await connection.execute(insert(VERSIONS).values(row).returning(VERSIONS.c.number))
    return int(added.scalar_one())


async def publish(
    connection: Connection, number: int, note: str, *, by: str, expected: int | None = None
) -> InForce:
    """Put a version in force, an older one too.

    `expected`: the last publishing this one is made on. Raises Stale, UnknownVersion.
    """
    await connection.execute(text("LOCK TABLE routing_publication IN SHARE ROW EXCLUSIVE MODE"))
    if expected is not None and expected != (await in_force(connection)).publishing:
        raise Stale
    if await connection.scalar(select(VERSIONS.c.number).where(VERSIONS.c.number == number)) is None:
        raise UnknownVersion(str(number))
    added = await connection.execute(
        insert(PUBLISHED)
        .values(number=number, note=clean.text(note), published_by=clean.text(by))
        .returning(PUBLISHED.c.id)
    )
    return InForce(publishing=int(added.scalar_one()), number=number)


async def in_force(connection: Connection) -> InForce:
    """Return which version is in force."""
    newest = select(PUBLISHED.c.id, PUBLISHED.c.number).order_by(desc(PUBLISHED.c.id)).limit(1)
    row = (await connection.execute(newest)).first()
    return InForce() if row is None else InForce(publishing=row.id, number=row.number)


async def get(connection: Connection, number: int) -> tuple[StoredRouting, str]:
    """Return a version and its YAML. Raises UnknownVersion."""
    wanted = _all(VERSIONS.c.source_yaml).where(VERSIONS.c.number == number)
    row = (await connection.execute(wanted)).mappings().first()
    if row is None:
        raise UnknownVersion(str(number))
    known = dict(row)
    return StoredRouting(**{name: known[name] for name in StoredRouting.__slots__}), known["source_yaml"]


async def page(connection: Connection, *, limit: int = 50, after: str | None = None) -> Page[StoredRouting]:
    """Return versions, the newest first. `limit`: 1 to 500. Raises BadCursor."""
    rows, more = await NEWEST_FIRST.page(connection, _all(), limit, after, "number")
    return Page(
        items=[StoredRouting(**row) for row in rows],
        total=int(await connection.scalar(select(func.count()).select_from(VERSIONS)) or 0),
        next=more,
    )


async def document_in_force(connection: Connection) -> tuple[int, Mapping[str, Any] | None]:
    """Return the version in force and its document; 0 and None when none is."""
    number = (await in_force(connection)).number
    if number is None:
        return NEVER, None
    return number, await connection.scalar(select(VERSIONS.c.document).where(VERSIONS.c.number == number))


async def book(connection: Connection) -> Book:
    """Return the book in force. One that cannot be read is an empty one: everything is an alarm then."""
    acting = [code for code, active in (await agencies.codes(connection)).items() if active]
    number, document = await document_in_force(connection)
    if document is None:
        return empty_book(acting)
    try:
        return read_book(document, version=number, agencies=acting)
    except BadDocument:
        log.exception("the routing document in force cannot be read: nobody is proposed", version=number)
        return empty_book(acting)


async def world(connection: Connection) -> World:
    """Return what a document may name: agencies, categories and areas there are."""
    return World(
        agencies=await agencies.codes(connection),
        categories={
            category.code: category.retired_at is None
            for category in await categories.categories(connection, retired=True)
        },
        areas=frozenset(await places.known_areas(connection)),
    )


async def unmatched(
    connection: Connection, incident: UUID | None, category: str, area: str | None, version: int
) -> None:
    """Note that no rule fitted: it is an alarm until somebody has looked (`version`: of the book)."""
    row = {"incident": incident, "category": clean.text(category), "area": clean.maybe(area)}
    await connection.execute(insert(UNMATCHED).values(**row, version=version))
    log.warning("no rule fits: the default is proposed", category=clean.text(category), version=version)


async def unmatched_within(connection: Connection, span: timedelta) -> int:
    """Return how often no rule fitted within the last so long, by the database's clock."""
    count = select(func.count()).select_from(UNMATCHED).where(UNMATCHED.c.at > func.now() - span)
    return int(await connection.scalar(count) or 0)


def _all(*more: Any) -> Any:
    """Return the query for versions, each with its last publishing."""
    last = (
        select(PUBLISHED.c.published_at, PUBLISHED.c.published_by)
        .where(PUBLISHED.c.number == VERSIONS.c.number)
        .order_by(desc(PUBLISHED.c.id))
        .limit(1)
        .lateral()
    )
    return select(
        VERSIONS.c.number,
        VERSIONS.c.note,
        VERSIONS.c.stored_by,
        VERSIONS.c.stored_at,
        last.c.published_at,
        last.c.published_by,
        *more,
    ).outerjoin(last, text("true"))
