"""Stores of which tests ask one thing at a time, each in a transaction of its own."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from ct112.core.callback_rules import CallbackResult
from ct112.core.fallback import FallbackCall
from ct112.core.record import CallRecord, Fact
from ct112.simulation.store import FakeStore
from ct112.store import (
    Page,
    Store,
    StoredCall,
    StoredFact,
    StoredIvr,
    Task,
    TelephoneStore,
    calls,
    facts,
    ivr_versions,
    schema,
)


class _Telephones:
    """What the telephone asks; either store."""

    async def write(self: TelephoneStore, records: Sequence[CallRecord], told: Sequence[Fact]) -> None:
        """Write records and facts."""
        async with self.transaction() as connection:
            await self.calls.write(connection, records, told)

    async def take_fallback(self: TelephoneStore, found: FallbackCall) -> None:
        """Take in a call the fallback had."""
        async with self.transaction() as connection:
            await self.fallback.take_in(connection, found)

    async def close_open_records(self: TelephoneStore, node: str, live: Collection[str], now: float) -> int:
        """Close old records; what is refused is set aside."""
        async with self.transaction() as connection:
            closed, refused = await self.calls.close_open(connection, node, live, now)
        for call, reason in refused:
            self.aside.keep("open record", {"call": call}, reason, call=call)
        return closed

    async def task_page(
        self: TelephoneStore, *, all_: bool = False, limit: int = 200, after: str | None = None
    ) -> Page[Task]:
        """Return a page of the call-backs."""
        async with self.transaction() as connection:
            return await self.callbacks.page(connection, all_=all_, limit=limit, after=after)

    async def tasks(self: TelephoneStore, *, all_: bool = False) -> list[Task]:
        """Return the first call-backs."""
        async with self.transaction() as connection:
            page = await self.callbacks.page(connection, all_=all_, limit=200, after=None)
        return list(page.items)

    async def withheld(self: TelephoneStore, since: datetime) -> int:
        """Count callers without a number."""
        async with self.transaction() as connection:
            return await self.callbacks.withheld(connection, since)

    async def take_callback(self: TelephoneStore, number: int, operator: str) -> Task:
        """Give a call-back to an operator."""
        async with self.transaction() as connection:
            return await self.callbacks.take(connection, number, operator)

    async def finish_callback(
        self: TelephoneStore, number: int, result: CallbackResult, *, tried: bool = True
    ) -> Task:
        """Note how a call-back went."""
        async with self.transaction() as connection:
            return await self.callbacks.finish(connection, number, result, tried=tried)


class FakeOnce(_Telephones, FakeStore):
    """The one in memory."""

    async def listed(self) -> list[StoredCall]:
        """Return all calls, the newest first."""
        return self.everyone()

    async def call(self, call_id: str) -> StoredCall:
        """Return a call."""
        async with self.transaction() as tables:
            return await self.calls.get(tables, call_id)

    async def facts(self, call_id: str) -> list[StoredFact]:
        """Return what happened to a call."""
        return self.told(call_id)


class Once(_Telephones, Store):
    """PostgreSQL's."""

    async def listed(self, limit: int = 500) -> list[StoredCall]:
        """Return calls, the newest first."""
        async with self.transaction() as connection:
            return list((await calls.page(connection, limit=limit)).items)

    async def call(self, call_id: str) -> StoredCall:
        """Return a call."""
        async with self.transaction() as connection:
            return await calls.get(connection, call_id)

    async def facts(self, call_id: str) -> list[StoredFact]:
        """Return what happened to a call."""
        async with self.transaction() as connection:
            return await facts.of_call(connection, call_id)

    async def publish(self, document: Mapping[str, Any], source_yaml: str, note: str = "") -> int:
        """Publish a document."""
        async with self.transaction() as connection:
            return await ivr_versions.publish(connection, document, source_yaml, note)

    async def current(self) -> StoredIvr | None:
        """Return the live document."""
        async with self.transaction() as connection:
            return await ivr_versions.current(connection)

    async def versions(self) -> list[StoredIvr]:
        """Return the newest documents."""
        async with self.transaction() as connection:
            return await ivr_versions.versions(connection)

    async def schema_version(self) -> str | None:
        """Return the migration the database is at."""
        async with self.transaction() as connection:
            return await schema.version(connection)

    async def migrated(self) -> bool:
        """Return whether the database is at the newest one."""
        async with self.transaction() as connection:
            return await schema.is_newest(connection)
