"""IVR documents. A version is never changed: each call keeps the one it ran."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import desc, select
from sqlalchemy.ext.asyncio import AsyncConnection

from ct112.store import ivr_publications
from ct112.store.tables import IvrVersion

COLUMNS = (
    IvrVersion.version,
    IvrVersion.source_yaml,
    IvrVersion.document,
    IvrVersion.note,
    IvrVersion.published_at,
)
BY_COMMAND = "ct112 ivr publish"  # who published it, when a command did


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredIvr:
    """A document: as it was written, and as data; `published_at`: when it was stored."""

    version: int
    source_yaml: str
    document: Mapping[str, Any]
    note: str
    published_at: datetime


async def publish(
    connection: AsyncConnection, document: Mapping[str, Any], source_yaml: str, note: str = ""
) -> int:
    """Store a document, live from now on, and return its version."""
    number = await ivr_publications.add(connection, document, source_yaml, note)
    await ivr_publications.publish(connection, number, note, by=BY_COMMAND)
    return number


async def current(connection: AsyncConnection) -> StoredIvr | None:
    """Return the live document; None when none was ever published."""
    return await get(connection, None)


async def get(connection: AsyncConnection, version: int | None) -> StoredIvr | None:
    """Return a version, or the live one; None when there is none."""
    number = (await ivr_publications.live(connection)).number if version is None else version
    row = (await connection.execute(select(*COLUMNS).where(IvrVersion.version == number))).mappings().first()
    return None if row is None else StoredIvr(**row)


async def versions(connection: AsyncConnection, limit: int = 50) -> list[StoredIvr]:
    """Return the newest versions; which is live says `ivr_publications.live`."""
    found = await connection.execute(select(*COLUMNS).order_by(desc(IvrVersion.version)).limit(limit))
    return [StoredIvr(**row) for row in found.mappings()]
