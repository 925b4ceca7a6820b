"""Loading all rows into an empty database: one transaction, and what does not come out even is taken back."""

import asyncio
import uuid
from collections.abc import AsyncIterator, Callable, Collection, Sequence
from dataclasses import dataclass

import asyncpg
from sqlalchemy import text

from ct112.core.ids import CallId
from ct112.store.dump import STALLED_SECONDS, Driver, SequenceState, driver, names, watched
from ct112.store.engine import Connection
from ct112.store.faults import ROW_FAULTS

ONE_RUNNER = 112_0001  # as migrations/env.py: nobody migrates meanwhile
THEIRS = "ct112"  # what the processes' connections are called
WHAT_COUNTS = (
    "call_record, call_fact, callback_task, position, operator, seating_fact, ivr_version, account, audit,"
    " incident, legal_hold"
)
"""Tables a new machine has no row in. What migrations themselves put into others does not count."""
PARENTS = """
SELECT conrelid::regclass::text AS child, confrelid::regclass::text AS parent
FROM pg_constraint WHERE contype = 'f' AND connamespace = current_schema()::regnamespace
"""
FUNCTIONS = """
SELECT DISTINCT p.oid::regprocedure::text FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid
    JOIN pg_class c ON c.oid = t.tgrelid
WHERE NOT t.tgisinternal AND c.relnamespace = current_schema()::regnamespace AND c.relname = ANY ($1)
"""
OTHERS = """
SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND application_name = $1 AND pid <> pg_backend_pid()
"""


class LoadRefused(Exception):
    """These rows cannot be loaded; nothing was."""


@dataclass(frozen=True, slots=True)
class TableLoad:
    """A table's rows, to be loaded. `source` gives the lines of COPY's text format."""

    name: str
    columns: Sequence[str]
    rows: int
    source: Callable[[], AsyncIterator[bytes]]


@dataclass(frozen=True, slots=True)
class Found:
    """What a database holds before anything is loaded. `filled`: tables with rows; `others`: connections."""

    revision: str | None
    filled: Sequence[str]
    others: int


async def look(database_url: str) -> Found:
    """Return what is there. Raises StoreUnavailable."""
    async with driver(database_url, "ct112 restore") as connection, watched(connection):
        there = await _there(connection)
        revision = None
        if await connection.fetchval("SELECT to_regclass('alembic_version')") is not None:
            revision = await connection.fetchval("SELECT version_num FROM alembic_version")
        filled = [
            name for name in WHAT_COUNTS.split(", ") if name in there and await _filled(connection, name)
        ]
        return Found(revision, filled, await connection.fetchval(OTHERS, THEIRS))


async def clear(database_url: str) -> None:
    """Remove all tables of ours with what is in them. Raises StoreUnavailable."""
    async with driver(database_url, "ct112 restore") as connection, connection.transaction():
        await connection.execute("SELECT pg_advisory_xact_lock($1)", ONE_RUNNER)
        functions = [row[0] for row in await connection.fetch(FUNCTIONS, names())]
        for name in (*names(), "alembic_version"):
            await connection.execute(f'DROP TABLE IF EXISTS "{name}" CASCADE')
        for function in functions:
            await connection.execute(f"DROP FUNCTION IF EXISTS {function}")


async def load(database_url: str, tables: Sequence[TableLoad], sequences: Sequence[SequenceState]) -> None:
    """Load the rows, all or none. What migrations put into the tables gives way.

    Raises LoadRefused (rows that do not fit, or not so many as they should be), StoreUnavailable.
    """
    async with driver(database_url, "ct112 restore") as connection:
        try:
            async with connection.transaction():
                await connection.execute("SELECT pg_advisory_xact_lock($1)", ONE_RUNNER)
                await _load(connection, tables, sequences)
        except asyncpg.PostgresError as error:
            if (error.sqlstate or "")[:2] not in ROW_FAULTS | {"42"}:
                raise
            raise LoadRefused(f"the server refuses a row ({type(error).__name__})") from None


async def _load(connection: Driver, tables: Sequence[TableLoad], sequences: Sequence[SequenceState]) -> None:
    there, known = await _there(connection), {table.name for table in tables}
    if known - there:
        raise LoadRefused(f"there is no table {sorted(known - there)[0]} in this version of the database")
    await _empty(connection, there)
    for table in await _parents_first(connection, tables):
        await _copy(connection, table)
    for each in sequences:
        if each.table not in there:
            raise LoadRefused(f"there is no table {each.table} in this version of the database")
        await connection.execute(
            "SELECT setval(pg_get_serial_sequence(quote_ident($1), $2), $3, $4)",
            *(each.table, each.column, each.last, each.used),
        )


async def _empty(connection: Driver, there: Collection[str]) -> None:
    """Take away what migrations put into the tables, also where a trigger lets nobody change anything."""
    for name in sorted(there):
        await connection.execute(f'ALTER TABLE "{name}" DISABLE TRIGGER USER')
    tables = ", ".join(f'"{name}"' for name in sorted(there))
    await connection.execute(f"TRUNCATE {tables}")
    for name in sorted(there):
        await connection.execute(f'ALTER TABLE "{name}" ENABLE TRIGGER USER')


async def _copy(connection: Driver, table: TableLoad) -> None:
    """Load a table, and count."""
    async with watched(connection) as limit:

        async def goes_on() -> AsyncIterator[bytes]:
            async for data in table.source():
                limit.reschedule(asyncio.get_running_loop().time() + STALLED_SECONDS)
                yield data
            limit.reschedule(None)  # what is left is the server's: keys that are looked up, row by row

        await connection.copy_to_table(
            table.name, source=goes_on(), columns=list(table.columns), format="text"
        )
        rows = await connection.fetchval(f'SELECT count(*) FROM "{table.name}"')  # noqa: S608
    if rows != table.rows:
        raise LoadRefused(f"{table.name} has {rows} rows where the backup says {table.rows}")


async def _there(connection: Driver) -> set[str]:
    found = await connection.fetch(
        "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = current_schema()::regnamespace"
        " AND relname = ANY ($1)",
        names(),
    )
    return {row["relname"] for row in found}


async def _filled(connection: Driver, name: str) -> bool:
    return bool(await connection.fetchval(f'SELECT EXISTS (SELECT 1 FROM "{name}")'))  # noqa: S608


async def _parents_first(connection: Driver, tables: Sequence[TableLoad]) -> list[TableLoad]:
    """Return the tables so that what a foreign key names is there before it."""
    pairs = {(row["child"].strip('"'), row["parent"].strip('"')) for row in await connection.fetch(PARENTS)}
    left, done = sorted(tables, key=lambda table: table.name), list[TableLoad]()
    while left:
        waiting = {table.name for table in left}
        free = [t for t in left if not any(c == t.name and p in waiting and p != c for c, p in pairs)]
        if not free:
            raise LoadRefused(f"tables that name each other: {', '.join(sorted(waiting))}")
        done += free
        left = [table for table in left if table not in free]
    return done


async def end_sessions(connection: Connection) -> None:
    """End all sessions: one that was ended since the backup must not come to life again."""
    await connection.execute(text("DELETE FROM session"))


async def ended(connection: Connection, calls: Sequence[CallId]) -> list[CallId]:
    """Return those of the calls whose end the database knows."""
    ids = [uuid.UUID(call) for call in calls]
    query = text("SELECT id FROM call_record WHERE id = ANY (:ids) AND ended_at IS NOT NULL")
    return [CallId(str(row.id)) for row in await connection.execute(query, {"ids": ids})]
