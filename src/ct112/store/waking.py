"""PostgreSQL tells when what screens show has changed: a NOTIFY that only wakes, sent by triggers."""

import asyncio
from collections.abc import Callable
from contextlib import suppress

import asyncpg
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from ct112.store.engine import open_engine
from ct112.store.faults import unavailable

CHANNEL = "ct112_work"
"""Said after each commit that changed an alert, an incident, a dispatch or a camera; without words."""
LOOK_SECONDS = 5.0  # how soon a connection that died without a word is found out


async def listen(engine: AsyncEngine, heard: Callable[[], None]) -> None:
    """Call `heard` once when listening, then after each change, over a connection of its own.

    Never returns. Raises StoreUnavailable when the connection is lost.
    """
    own = open_engine(engine.url.render_as_string(hide_password=False), pool_size=1)
    try:
        async with own.connect() as connection:
            driver = (await connection.get_raw_connection()).driver_connection
            assert driver is not None
            await _follow(driver, heard)
    except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError, SQLAlchemyError) as error:
        raise unavailable(error) from error
    finally:
        with suppress(OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError, SQLAlchemyError):
            await own.dispose()


async def _follow(driver: asyncpg.Connection, heard: Callable[[], None]) -> None:
    lost = asyncio.Event()
    driver.add_termination_listener(lambda _connection: lost.set())
    await driver.add_listener(CHANNEL, lambda *_said: heard())
    heard()
    while not lost.is_set():
        with suppress(TimeoutError):
            async with asyncio.timeout(LOOK_SECONDS):
                await lost.wait()
        if not lost.is_set():
            await driver.execute("SELECT 1")
    raise ConnectionError("the connection was closed")
