"""All rows of the database at one moment, table by table, in COPY's text format: any later server reads it.

The moment is a read-only transaction: writers are not delayed, and it has no number of its own, so the
audit's sealer goes on as well. Only a migration waits for it.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import asyncpg
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from ct112.store import all_tables  # noqa: F401 (the metadata is whole)
from ct112.store.engine import CONNECT_SECONDS, normalise
from ct112.store.faults import StoreUnavailable
from ct112.store.tables import Base

STALLED_SECONDS = 60.0  # nothing came or went for so long: the server hangs
LOCK_SECONDS = 5
TABLES = """
SELECT c.relname AS name,
    array(SELECT a.attname::text FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0
        AND NOT a.attisdropped AND a.attgenerated = '' ORDER BY a.attnum) AS columns
FROM pg_class c WHERE c.relkind = 'r' AND c.relnamespace = current_schema()::regnamespace
    AND c.relname = ANY ($1) ORDER BY c.relname
"""
SEQUENCES = """
SELECT t.relname AS table, a.attname AS column, s.oid::regclass::text AS sequence
FROM pg_class s JOIN pg_depend d ON d.objid = s.oid AND d.deptype IN ('a', 'i')
    JOIN pg_class t ON t.oid = d.refobjid
    JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = d.refobjsubid
WHERE s.relkind = 'S' AND t.relnamespace = current_schema()::regnamespace
    AND t.relname = ANY ($1) ORDER BY 1, 2
"""
REVISION = "SELECT version_num FROM alembic_version"
AUDIT_HEAD = "SELECT seq, key_id FROM audit WHERE seq IS NOT NULL ORDER BY seq DESC LIMIT 1"
AS_TEXT = {
    "TimeZone": "UTC",
    "DateStyle": "ISO, YMD",
    "IntervalStyle": "postgres",
    "bytea_output": "hex",
    "extra_float_digits": "3",
}
"""How values are written and read, whatever the server's own habits are."""
Driver = asyncpg.Connection
Write = Callable[[bytes], Awaitable[None]]
FAULTS = (asyncpg.PostgresError, asyncpg.InterfaceError, OSError, TimeoutError)


@dataclass(frozen=True, slots=True)
class TableShape:
    """A table, and the columns a copy of it has."""

    name: str
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SequenceState:
    """Where the numbers of a column go on."""

    table: str
    column: str
    last: int
    used: bool


class Snapshot:
    """One moment of the database."""

    def __init__(self, driver: Driver) -> None:
        """`driver`: a connection within its transaction."""
        self._driver = driver

    async def revision(self) -> str | None:
        """Return the migration the database is at; None when it was never migrated."""
        if not await self._is_there("alembic_version"):
            return None
        return str((await self._fetch(REVISION))[0]["version_num"])

    async def tables(self) -> list[TableShape]:
        """Return all tables of ours, by name."""
        return [TableShape(row["name"], tuple(row["columns"])) for row in await self._fetch(TABLES, names())]

    async def sequences(self) -> list[SequenceState]:
        """Return where numbers go on; not less than what the tables of this moment hold."""
        found = []
        for row in await self._fetch(SEQUENCES, names()):
            (state,) = await self._fetch(f"SELECT last_value, is_called FROM {row['sequence']}")  # noqa: S608
            found.append(SequenceState(row["table"], row["column"], state["last_value"], state["is_called"]))
        return found

    async def audit_head(self) -> tuple[int, str] | None:
        """Return where the audit's chain ends, and the name of its key; None when there is no chain."""
        rows = await self._fetch(AUDIT_HEAD) if await self._is_there("audit") else []
        return (rows[0]["seq"], rows[0]["key_id"]) if rows else None

    async def copy(self, table: TableShape, write: Write) -> int:
        """Write the table's rows, one a line; return how many."""
        async with watched(self._driver) as limit:

            async def goes_on(data: bytes) -> None:
                limit.reschedule(asyncio.get_running_loop().time() + STALLED_SECONDS)
                await write(data)

            said = await self._driver.copy_from_table(
                table.name, columns=table.columns, output=goes_on, format="text"
            )
        return int(said.rpartition(" ")[2])

    async def _is_there(self, table: str) -> bool:
        (row,) = await self._fetch("SELECT to_regclass($1) IS NOT NULL", table)
        return bool(row[0])

    async def _fetch(self, query: str, *values: Any) -> list[Any]:
        async with watched(self._driver):
            return list(await self._driver.fetch(query, *values))


def names() -> list[str]:
    """Return the tables of ours, of every version so far: none was ever given up."""
    return sorted(Base.metadata.tables)


@asynccontextmanager
async def snapshot(database_url: str) -> AsyncIterator[Snapshot]:
    """Give the database of this moment. Raises StoreUnavailable, ValueError when the address is none."""
    async with (
        driver(database_url, "ct112 backup") as connection,
        connection.transaction(isolation="repeatable_read", readonly=True),
    ):
        await connection.execute("SELECT 1 FROM pg_class LIMIT 1")  # the moment is now
        yield Snapshot(connection)


@asynccontextmanager
async def watched(connection: Driver) -> AsyncIterator[asyncio.Timeout]:
    """Cut the connection when nothing goes on for STALLED_SECONDS: a hung server answers no farewell."""
    try:
        async with asyncio.timeout(STALLED_SECONDS) as limit:
            yield limit
    except TimeoutError:
        connection.terminate()
        raise


@asynccontextmanager
async def driver(database_url: str, name: str) -> AsyncIterator[Driver]:
    """Give a connection for statements that may take long. Raises StoreUnavailable, ValueError."""
    options: dict[str, Any] = {
        "timeout": CONNECT_SECONDS,
        "server_settings": {
            "application_name": name,
            **AS_TEXT,
            "statement_timeout": "0",
            "lock_timeout": f"{LOCK_SECONDS}s",
            "idle_in_transaction_session_timeout": "0",
        },
    }
    engine = create_async_engine(
        normalise(database_url), poolclass=NullPool, hide_parameters=True, connect_args=options
    )
    try:
        async with engine.connect() as connection:
            raw = await connection.get_raw_connection()
            assert raw.driver_connection is not None
            yield raw.driver_connection
    except FAULTS as error:
        raise StoreUnavailable(type(error).__name__) from error
    finally:
        await engine.dispose()
