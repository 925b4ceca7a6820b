"""Runs the migrations: all or none, one runner at a time, and never waiting long for a lock."""

import asyncio

from alembic import context
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from ct112 import settings
from ct112.store import all_tables  # noqa: F401 (the metadata is whole)
from ct112.store.engine import normalise
from ct112.store.tables import Base

TURN_SECONDS = 120  # for another runner's migrations
LOCK_SECONDS = 3  # a migration that waits for a lock makes every writer behind it wait as well
ONE_RUNNER = 112_0001  # the key of the advisory lock


def database_url() -> str:
    """Return the address we were given, else the one in the settings."""
    given: str | None = context.config.attributes.get("database_url") or settings.load().database_url
    if given is None:
        raise SystemExit("set CT112_DATABASE_URL")
    return given


def migrate(connection: Connection) -> None:
    """Run what was asked for in one transaction."""
    context.configure(connection=connection, target_metadata=Base.metadata, compare_server_default=True)
    with context.begin_transaction():
        connection.execute(text(f"SET LOCAL lock_timeout = '{TURN_SECONDS}s'"))
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": ONE_RUNNER})
        connection.execute(text(f"SET LOCAL lock_timeout = '{LOCK_SECONDS}s'"))
        context.run_migrations()


async def connect_and_migrate() -> None:
    """Connect, migrate, leave."""
    engine = create_async_engine(normalise(database_url()), poolclass=NullPool, connect_args={"timeout": 10})
    async with engine.connect() as connection:
        await connection.run_sync(migrate)
        await connection.commit()
    await engine.dispose()


if context.is_offline_mode():
    raise SystemExit("offline mode is not used here: the migrations are Python")
asyncio.run(connect_and_migrate())
