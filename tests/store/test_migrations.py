"""The migrations build what the code believes in, and can be run by anyone at any time."""

import asyncio
import sys
import uuid
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator

import asyncpg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import CheckConstraint, Connection
from sqlalchemy.exc import DBAPIError

from ct112 import shipped
from ct112.store import all_tables, migrate  # noqa: F401 (the metadata is whole)
from ct112.store.engine import open_engine
from ct112.store.tables import Base
from lab.throwaway import Server
from tests.store.examples import fact, record
from tests.store.once import Once

REPOSITORY = shipped.migrations().parent


@pytest.fixture
async def empty_url(server: Server) -> AsyncIterator[str]:
    """Give a database nobody has migrated."""
    name = f"empty_{uuid.uuid4().hex[:12]}"
    yield await server.create(name)
    await server.drop(name)


async def tables(url: str) -> set[str]:
    """Return the tables, functions and sequences there are."""
    connection = await asyncpg.connect(url)
    rows = await connection.fetch(
        "SELECT relname AS name FROM pg_class WHERE relnamespace = 'public'::regnamespace"
        " UNION SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace"
    )
    await connection.close()
    return {row["name"] for row in rows}


async def test_up_from_nothing_down_to_nothing_and_up_again(empty_url: str) -> None:
    await asyncio.to_thread(migrate.upgrade, empty_url)
    first = await tables(empty_url)
    assert {"call_record", "call_fact", "position", "operator", "ivr_version"} <= first
    store = await Once.create(empty_url)
    await store.write([record()], [fact()])
    await asyncio.to_thread(migrate.downgrade, empty_url, "base")
    assert await tables(empty_url) == {"alembic_version", "alembic_version_pkc"}
    await asyncio.to_thread(migrate.upgrade, empty_url)
    assert await tables(empty_url) == first
    assert await store.listed() == []
    await store.close()


async def test_the_models_are_what_the_migrations_build(database_url: str) -> None:
    def differences(connection: Connection) -> list[object]:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "compare_server_default": True}
        )
        return list(compare_metadata(context, Base.metadata))

    engine = open_engine(database_url)
    async with engine.connect() as connection:
        assert await connection.run_sync(differences) == []
    await engine.dispose()


async def test_the_check_constraints_are_those_of_the_models(database_url: str) -> None:
    connection = await asyncpg.connect(database_url)
    rows = await connection.fetch(
        "SELECT conname, pg_get_constraintdef(oid) AS rule FROM pg_constraint WHERE contype = 'c'"
        " AND connamespace = 'public'::regnamespace"
    )
    built = {row["conname"]: row["rule"] for row in rows}
    expected = {
        str(constraint.name): (table.name, str(constraint.sqltext))
        for table in Base.metadata.tables.values()
        for constraint in table.constraints
        if isinstance(constraint, CheckConstraint)
    }
    assert built.keys() == expected.keys()
    for name, (table, rule) in expected.items():  # PostgreSQL words rules its own way: let it word ours too
        await connection.execute(
            f"ALTER TABLE {table} DROP CONSTRAINT {name}, ADD CONSTRAINT {name} CHECK ({rule})"
        )
        query = "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = $1"
        assert await connection.fetchval(query, name) == built[name]
    await connection.close()


async def test_the_store_knows_whether_it_is_migrated(empty_url: str) -> None:
    store = await Once.create(empty_url)
    assert await store.schema_version() is None
    assert not await store.migrated()
    await asyncio.to_thread(migrate.upgrade, empty_url)
    assert await store.schema_version() == migrate.head()
    assert await store.migrated()
    await store.close()


async def test_many_may_migrate_at_once(empty_url: str) -> None:
    command = [sys.executable, "-m", "alembic", "upgrade", "head"]  # as a developer would, with alembic.ini
    environment = {"PATH": "", "PYTHONPATH": "src", "CT112_DATABASE_URL": empty_url}
    runners = [
        await asyncio.create_subprocess_exec(*command, cwd=REPOSITORY, env=environment, stderr=PIPE)
        for _ in range(3)
    ]
    said = [(await runner.communicate())[1].decode() for runner in runners]
    assert [runner.returncode for runner in runners] == [0, 0, 0], said
    assert "call_record" in await tables(empty_url)


async def test_two_threads_may_migrate_at_once(empty_url: str) -> None:
    await asyncio.gather(*(asyncio.to_thread(migrate.upgrade, empty_url) for _ in range(2)))
    assert "call_record" in await tables(empty_url)


async def test_a_migration_does_not_wait_long_for_a_lock_and_changes_nothing_then(database_url: str) -> None:
    connection = await asyncpg.connect(database_url)
    async with connection.transaction():
        await connection.execute("LOCK TABLE call_record IN ACCESS SHARE MODE")
        with pytest.raises(DBAPIError, match="lock timeout"):
            await asyncio.to_thread(migrate.downgrade, database_url, "base")
    await connection.close()
    store = await Once.create(database_url)
    assert await store.migrated()
    assert await store.listed() == []
    await store.close()


def test_there_is_one_line_of_migrations() -> None:
    assert len(ScriptDirectory(str(shipped.migrations())).get_heads()) == 1
