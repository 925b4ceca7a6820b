"""The store: everything the rest of the program may ask of PostgreSQL."""

import asyncio
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, Self

from sqlalchemy.ext.asyncio import AsyncEngine

from ct112.core.callback_rules import CallbackResult
from ct112.core.fallback import FallbackCall
from ct112.core.record import CallRecord, Fact
from ct112.store import callbacks, calls, facts, fallback, ivr_versions, roster, schema
from ct112.store import engine as connecting
from ct112.store.aside import Aside
from ct112.store.callbacks import Task, TaskPage
from ct112.store.calls import StoredCall
from ct112.store.engine import Connection
from ct112.store.facts import StoredFact
from ct112.store.ivr_versions import StoredIvr
from ct112.store.roster import OperatorRow, RosterRow


class Store:
    """One pool of connections. Each method is one transaction; it raises StoreUnavailable when it cannot."""

    def __init__(self, engine: AsyncEngine, aside: Aside) -> None:
        """Use `create`. `aside`: where things are kept that can never be written."""
        self._engine = engine
        self._tasks: set[asyncio.Task[Any] | None] = set()  # those with a transaction
        self.aside = aside

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
        blame, RuntimeError when this task has one open: pass that connection on.
        """
        task = asyncio.current_task()
        if task in self._tasks:
            raise RuntimeError("a transaction is open in this task: pass its connection on")
        self._tasks.add(task)
        try:
            async with connecting.transaction(self._engine) as connection:
                yield connection
        finally:
            self._tasks.discard(task)

    async def write(self, records: Sequence[CallRecord], told: Sequence[Fact]) -> None:
        """Write records and facts, all or none. Raises RowRefused, or ValueError for what is no row."""
        async with self.transaction() as connection:
            await calls.write(connection, records, told)

    async def take_fallback(self, found: FallbackCall) -> None:
        """Complete or make the record of a call the fallback had; repeatable. Raises ValueError."""
        async with self.transaction() as connection:
            await fallback.take_in(connection, found)

    async def close_open_records(self, node: str, live: Collection[str], now: float) -> int:
        """Close the node's records that arrived before `now` (epoch seconds) and are not of a `live` call.

        `live` has to be what was true at `now`. Returns how many were closed; one that cannot be is set
        aside, and stays as it is.
        """
        async with self.transaction() as connection:
            closed, refused = await calls.close_open(connection, node, live, now)
        for call, reason in refused:
            self.aside.keep("open record", {"call": call}, reason, call=call)
        return closed

    async def roster(self) -> list[RosterRow]:
        """Return all positions by name, with who sits there."""
        async with self.transaction() as connection:
            return await roster.roster(connection)

    async def operators(self) -> list[OperatorRow]:
        """Return all operators by name."""
        async with self.transaction() as connection:
            return await roster.operators(connection)

    async def add_operator(
        self, operator: str, position: str, *, sip_password: str | None = None, ready: bool = True
    ) -> RosterRow:
        """Put a new operator at a free or new position; a random password by default. Raises RosterError."""
        async with self.transaction() as connection:
            return await roster.add(connection, operator, position, sip_password, ready=ready)

    async def remove_operator(self, operator: str, *, keep_position: bool = False) -> None:
        """Remove an operator and, unless kept, their position and its SIP account. Raises RosterError."""
        async with self.transaction() as connection:
            await roster.remove(connection, operator, keep_position=keep_position)

    async def set_ready(self, operator: str, ready: bool) -> None:
        """Make an operator ready, or pause them. Raises RosterError."""
        async with self.transaction() as connection:
            await roster.set_ready(connection, operator, ready=ready)

    async def change_password(self, operator: str, sip_password: str | None = None) -> str:
        """Give the operator's position another SIP password; return it. Raises RosterError."""
        async with self.transaction() as connection:
            return await roster.change_password(connection, operator, sip_password)

    async def publish(self, document: Mapping[str, Any], source_yaml: str, note: str = "") -> int:
        """Store an IVR document, live from now on; return its version."""
        async with self.transaction() as connection:
            return await ivr_versions.publish(connection, document, source_yaml, note)

    async def current(self) -> StoredIvr | None:
        """Return the live IVR document; None when none was ever published."""
        async with self.transaction() as connection:
            return await ivr_versions.current(connection)

    async def versions(self, limit: int = 50) -> list[StoredIvr]:
        """Return the newest IVR documents, the live one first."""
        async with self.transaction() as connection:
            return await ivr_versions.versions(connection, limit)

    async def calls(self, *, limit: int = 50) -> list[StoredCall]:
        """Return the newest calls."""
        async with self.transaction() as connection:
            return list((await calls.page(connection, limit=limit)).items)

    async def call(self, call_id: str) -> StoredCall:
        """Return one call. Raises UnknownCall."""
        async with self.transaction() as connection:
            return await calls.get(connection, call_id)

    async def facts(self, call_id: str) -> list[StoredFact]:
        """Return what happened to a call, in order."""
        async with self.transaction() as connection:
            return await facts.of_call(connection, call_id)

    async def callbacks(self, *, all_: bool = False, limit: int = 200) -> list[Task]:
        """Return the first call-backs of the list: see `callback_page`."""
        return list((await self.callback_page(all_=all_, limit=limit)).tasks)

    async def callback_page(
        self, *, all_: bool = False, limit: int = 50, after: int | None = None
    ) -> TaskPage:
        """Return call-backs to be done, the most urgent first, and how many there are in all.

        `all_`: closed ones too, the newest first. `after`: the last id of the page before. Raises
        CallbackError.
        """
        async with self.transaction() as connection:
            return await callbacks.page(connection, all_=all_, limit=limit, after_=after)

    async def withheld(self, since: datetime) -> int:
        """Return how many callers without a number nobody answered since then."""
        async with self.transaction() as connection:
            return await callbacks.withheld(connection, since)

    async def take_callback(self, number: int, operator: str) -> Task:
        """Give a call-back to an operator. Raises CallbackError."""
        async with self.transaction() as connection:
            return await callbacks.take(connection, number, operator)

    async def finish_callback(self, number: int, result: CallbackResult, *, tried: bool = True) -> Task:
        """Note how a call-back went. Raises CallbackError."""
        async with self.transaction() as connection:
            return await callbacks.finish(connection, number, result, tried=tried)

    async def schema_version(self) -> str | None:
        """Return the migration the database is at; None when it was never migrated."""
        async with self.transaction() as connection:
            return await schema.version(connection)

    async def migrated(self) -> bool:
        """Return whether the database is at the newest migration. Raises migrate.NoMigrations."""
        async with self.transaction() as connection:
            return await schema.is_newest(connection)
