"""Routing documents: versions, which is in force, the book of it, and what no rule fitted."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Table, func, insert, select

from ct112 import logs
from ct112.incidents.routing import Book
from ct112.incidents.routing_check import World
from ct112.incidents.routing_document import BadDocument, empty_book, read_book
from ct112.store import agencies, categories, clean, places
from ct112.store.agency_tables import RoutingPublication, RoutingUnmatched, RoutingVersion
from ct112.store.engine import Connection
from ct112.store.publications import NEVER, Publications

log = logs.get("routing")

VERSIONS: Table = RoutingVersion.metadata.tables["routing_version"]
UNMATCHED: Table = RoutingUnmatched.metadata.tables["routing_unmatched"]
A_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredRouting:
    """A version as a list shows it. `published_at`, `published_by`: the last time; None: it never was."""

    number: int
    note: str
    stored_by: str
    stored_at: datetime
    published_at: datetime | None
    published_by: str | None


ROUTINGS = Publications(
    "routing",
    StoredRouting,
    VERSIONS,
    RoutingPublication.metadata.tables["routing_publication"],
    "number",
    stored_by="stored_by",
    stored_at="stored_at",
)
publish, in_force, get, page = ROUTINGS.publish, ROUTINGS.in_force, ROUTINGS.get, ROUTINGS.page


async def add(
    connection: Connection, document: Mapping[str, Any], source_yaml: str, note: str, *, by: str
) -> int:
    """Store a document that was checked as a version that is not in force; return its number."""
    return await ROUTINGS.add(connection, document, source_yaml, note, stored_by=by)


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
