"""Which migration the database is at."""

import asyncio
from functools import cache

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from ct112.shipped import NotShipped


async def version(connection: AsyncConnection) -> str | None:
    """Return the migration the database is at; None when it was never migrated."""
    table = await connection.scalar(text("SELECT to_regclass('alembic_version')"))
    if table is None:
        return None
    found: str | None = await connection.scalar(text("SELECT version_num FROM alembic_version"))
    return found


async def is_newest(connection: AsyncConnection) -> bool:
    """Return whether the database is at the newest migration. Raises shipped.NotShipped."""
    from ct112.store import migrate  # Alembic: here, for commands that start at once

    return await version(connection) == migrate.head()


async def is_another(connection: AsyncConnection) -> bool:
    """Return whether the tables are of another migration than this program; False when that is not known."""
    head = await asyncio.to_thread(_head)
    return head is not None and await version(connection) != head


@cache
def _head() -> str | None:
    from ct112.store import migrate

    try:
        return migrate.head()
    except NotShipped:
        return None
