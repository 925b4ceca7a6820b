"""The way from one ct112 to the database: it takes time, it breaks, and it ends with the process."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from ct112.simulation.engine import Engine
from ct112.store import StoreUnavailable

USUAL = (0.0005, 0.02)
SLOW = (0.5, 4.0)
CONNECT_SECONDS = 3.0
LONGEST = 10.0  # seconds of a transaction, as in `store/engine.py`


class Outage:
    """How the database is just now; all lives of ct112 meet the same one."""

    def __init__(self) -> None:
        self.how = ""  # "", "away", "hung", "slow", "refuses"
        self.over_at = 0.0  # true time

    def end(self, now: float) -> None:
        """All is well again."""
        self.how, self.over_at = "", now


class Database:
    """What one process has of the store: its transactions, by way of a network."""

    def __init__(self, engine: Engine, store: Any, outage: Outage) -> None:
        """`store` is the one all processes share."""
        self._engine = engine
        self._store = store
        self._outage = outage
        self.dead = False

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Any]:
        """Give a transaction at the other end. Raises StoreUnavailable."""
        await self.reach()
        async with self._store.transaction() as connection:
            yield connection
        await asyncio.sleep(self._engine.between(USUAL))

    async def close(self) -> None:
        """Close nothing: the others go on."""

    async def reach(self) -> None:
        """Take the way there. Raises StoreUnavailable."""
        match self._outage.how:
            case "away":
                await asyncio.sleep(0.01)
                raise StoreUnavailable("ConnectionRefusedError")
            case "hung":
                await asyncio.sleep(LONGEST)
                raise StoreUnavailable("the database did not answer in time")
            case "refuses":
                await asyncio.sleep(self._engine.between(USUAL))
                raise StoreUnavailable("ReadOnlySQLTransactionError 25006", refused=True)
            case "slow":
                await asyncio.sleep(self._engine.between(SLOW))
            case _:
                await asyncio.sleep(self._engine.between(USUAL))
        if self.dead:
            await asyncio.Event().wait()  # nobody is there to go on
