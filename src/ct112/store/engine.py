"""The connection to PostgreSQL: one address, one pool, one transaction at the edge."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from ct112.store.faults import RowRefused, explain, of_the_row, sqlstate, unavailable

CONNECT_SECONDS = 3
STATEMENT_SECONDS = 8
TRANSACTION_SECONDS = 10
Connection = AsyncConnection
"""What a repository takes: a connection in a transaction, which the edge commits."""
DRIVERS = ("postgresql", "postgres", "postgresql+asyncpg")
OPTIONS = {"host", "passfile", "port", "ssl", "target_session_attrs"}
SSL_MODES = {"disable", "allow", "prefer", "require", "verify-ca", "verify-full"}


def normalise(database_url: str) -> URL:
    """Return the address with our driver. Raises ValueError, which never repeats the address."""
    try:
        url = make_url(database_url)
    except ArgumentError:
        raise ValueError("the database address is not one: postgresql://USER:PASSWORD@HOST/NAME") from None
    if url.drivername not in DRIVERS:
        raise ValueError(f"the database has to be PostgreSQL (postgresql://…), not {url.drivername}")
    query = dict(url.query)
    if "sslmode" in query:  # libpq's word; the driver says `ssl`
        query["ssl"] = query.pop("sslmode")
    unknown = query.keys() - OPTIONS
    if unknown:
        names = ", ".join(sorted(unknown))
        raise ValueError(f"the database address has unknown options ({names}): remove them")
    if query.get("ssl", "prefer") not in SSL_MODES:
        raise ValueError(f"sslmode in the database address is not one of {', '.join(sorted(SSL_MODES))}")
    return url.set(drivername="postgresql+asyncpg", query=query)


def open_engine(database_url: str, *, pool_size: int = 5) -> AsyncEngine:
    """Return an engine that gives up in time. Nothing is connected yet."""
    return create_async_engine(
        normalise(database_url),
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=CONNECT_SECONDS,
        pool_pre_ping=True,  # a connection from before a restart of the server is replaced unseen
        hide_parameters=True,  # an error's text never holds a caller's number
        connect_args={
            "timeout": CONNECT_SECONDS,
            "command_timeout": STATEMENT_SECONDS,
            "server_settings": {
                "application_name": "ct112",
                "TimeZone": "UTC",
                "statement_timeout": f"{STATEMENT_SECONDS}s",
                "lock_timeout": f"{STATEMENT_SECONDS}s",
                "idle_in_transaction_session_timeout": f"{TRANSACTION_SECONDS}s",
            },
        },
    )


@asynccontextmanager
async def transaction(engine: AsyncEngine, seconds: float | None = None) -> AsyncIterator[AsyncConnection]:
    """Give a connection in a transaction: committed at the end, rolled back on an error.

    Raises StoreUnavailable when the database is away or too slow, RowRefused when a row is to blame. Wait for
    nothing but the database inside: a TimeoutError or OSError of anything else would be taken for its own.
    """
    try:
        async with asyncio.timeout(seconds or TRANSACTION_SECONDS), engine.begin() as connection:
            yield connection
    except (OSError, TimeoutError) as error:
        raise unavailable(error) from error
    except SQLAlchemyError as error:
        if of_the_row(error):
            raise RowRefused(explain(error), sqlstate(error)) from None  # the server's words repeat the row
        raise unavailable(error) from error


class OneATask:
    """Refuses a task that has a transaction another: it would wait for what the first one holds."""

    def __init__(self) -> None:
        self._holders: set[asyncio.Task[Any] | None] = set()

    @contextmanager
    def one(self) -> Iterator[None]:
        """Be in a transaction. Raises RuntimeError when the task is in one."""
        task = asyncio.current_task()
        if task in self._holders:
            raise RuntimeError("a transaction is open in this task: pass its connection on")
        self._holders.add(task)
        try:
            yield
        finally:
            self._holders.discard(task)
