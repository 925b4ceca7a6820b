"""Published IVR documents. A version is never changed: each call keeps the one it ran."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import desc, insert, select, true
from sqlalchemy.ext.asyncio import AsyncConnection

from ct112.store import clean
from ct112.store.tables import IvrVersion

COLUMNS = (
    IvrVersion.version,
    IvrVersion.source_yaml,
    IvrVersion.document,
    IvrVersion.note,
    IvrVersion.published_at,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredIvr:
    """A published document: as it was written, and as data."""

    version: int
    source_yaml: str
    document: Mapping[str, Any]
    note: str
    published_at: datetime


async def publish(
    connection: AsyncConnection, document: Mapping[str, Any], source_yaml: str, note: str = ""
) -> int:
    """Store a document, live from now on, and return its version."""
    added = await connection.execute(
        insert(IvrVersion)
        .values(document=clean.json(document), source_yaml=clean.text(source_yaml), note=clean.text(note))
        .returning(IvrVersion.version)
    )
    return added.scalar_one()


async def current(connection: AsyncConnection) -> StoredIvr | None:
    """Return the live document; None when none was ever published."""
    return await get(connection, None)


async def get(connection: AsyncConnection, version: int | None) -> StoredIvr | None:
    """Return a version, or the live one; None when it was never published."""
    wanted = true() if version is None else IvrVersion.version == version
    newest = select(*COLUMNS).where(wanted).order_by(desc(IvrVersion.version)).limit(1)
    row = (await connection.execute(newest)).mappings().first()
    return None if row is None else StoredIvr(**row)


async def versions(connection: AsyncConnection, limit: int = 50) -> list[StoredIvr]:
    """Return the newest versions, the live one first."""
    found = await connection.execute(select(*COLUMNS).order_by(desc(IvrVersion.version)).limit(limit))
    return [StoredIvr(**row) for row in found.mappings()]
