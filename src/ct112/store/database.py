"""The store: one pool of connections to PostgreSQL, and the transaction everything is done in."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Self

from sqlalchemy.ext.asyncio import AsyncEngine

from ct112.store import engine as connecting
from ct112.store import schema, waking
from ct112.store.aside import Aside
from ct112.store.engine import Connection, OneATask
from ct112.store.faults import RowRefused, StoreUnavailable

if TYPE_CHECKING:
    from ct112.store.ports import CallbackRepository, CallRepository, FallbackRepository

OTHER_TABLES = "its tables are of another version than this program: run `ct112 db upgrade`"


class Store:
    """Gives transactions; what is done in one is in the repositories, a module a noun.

    `calls`, `fallback` and `callbacks`: those the telephone uses; a simulated store has others.
    """

    def __init__(self, engine: AsyncEngine, aside: Aside) -> None:
        """Use `create`. `aside`: where things are kept that can never be written."""
        self._engine = engine
        self._holders = OneATask()
        self.aside = aside

    @cached_property
    def calls(self) -> "CallRepository":
        """Records and facts. Imported when asked for, as the others: most commands use none of them."""
        from ct112.store import calls

        return calls

    @cached_property
    def fallback(self) -> "FallbackRepository":
        """Calls the fallback had."""
        from ct112.store import fallback

        return fallback

    @cached_property
    def callbacks(self) -> "CallbackRepository":
        """Tasks to call somebody back."""
        from ct112.store import callbacks

        return callbacks

    @classmethod
    async def create(cls, database_url: str, aside: Path | None = None) -> Self:
        """Return a store; connects at first use. Raises ValueError when the address is none.

        `aside`: the file of what can never be written; without it that is counted and logged alone.
        """
        return cls(connecting.open_engine(database_url), Aside(aside))

    async def close(self) -> None:
        """Close the connections."""
        await self._engine.dispose()

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Connection]:
        """Give a connection in a transaction: committed at the end, rolled back on an error.

        Raises StoreUnavailable when the database is away or too slow (10 s), RowRefused when a row is to
        blame, RuntimeError when this task has a transaction: pass its connection on. Tables of another
        migration may refuse any row: that is StoreUnavailable too.
        """
        with self._holders.one():
            try:
                async with connecting.transaction(self._engine) as connection:
                    yield connection
            except RowRefused as error:
                if error.state is not None and await self._has_other_tables():
                    raise StoreUnavailable(OTHER_TABLES, refused=True) from None
                raise

    @asynccontextmanager
    async def long_transaction(self, seconds: float) -> AsyncIterator[Connection]:
        """Give one that may take longer, for a command that takes files in; a statement has 8 s as ever."""
        with self._holders.one():
            async with connecting.transaction(self._engine, seconds) as connection:
                yield connection

    async def listen(self, heard: Callable[[], None]) -> None:
        """Call `heard` after each change of what screens show. Never returns; raises StoreUnavailable."""
        await waking.listen(self._engine, heard)

    async def _has_other_tables(self) -> bool:
        async with connecting.transaction(self._engine) as connection:
            return await schema.is_another(connection)
