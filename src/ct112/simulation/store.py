"""A store without PostgreSQL that refuses what PostgreSQL refuses: for the simulator and for tests.

`tests/store/test_both_stores.py` plays one suite over this and over the real one.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from ct112.core.callback_rules import CallbackPolicy, CallbackResult, TaskState, is_forgotten
from ct112.core.fallback import FallbackCall, begun_of, facts_of, record_of
from ct112.core.record import CallRecord, Fact
from ct112.simulation.storable import check
from ct112.simulation.tables import Tables
from ct112.store import BadCursor, RowRefused, StoreUnavailable, Task, UnknownCall, clean, pages
from ct112.store.aside import Aside
from ct112.store.callbacks import CallbackError
from ct112.store.calls import StoredCall
from ct112.store.engine import OneATask
from ct112.store.facts import StoredFact
from ct112.store.ids import call_uuid
from ct112.store.pages import Page


class FakeCalls:
    """What `store/calls.py` does, over tables in memory."""

    async def write(self, tables: Tables, records: Sequence[CallRecord], facts: Sequence[Fact]) -> None:
        """Write records and facts. Raises RowRefused."""
        tables.write(records, facts)

    async def close_open(
        self, tables: Tables, node: str, live: Collection[str], now: float
    ) -> tuple[int, list[tuple[str, str]]]:
        """Close the node's records from before `now`, `live` calls apart; return how many."""
        at = clean.exact(now)
        open_ = [
            row
            for row in tables.calls.values()
            if row["ended_at"] is None
            and row["node"] == node
            and row["arrived_at"] < at
            and str(row["id"]) not in live
        ]
        tables.write([], [tables.closed(row, at) for row in open_])
        return len(open_), []

    async def get(self, tables: Tables, call_id: str) -> StoredCall:
        """Return one call. Raises UnknownCall."""
        try:
            return tables.stored(call_uuid(call_id))
        except KeyError as error:
            raise UnknownCall(call_id) from error

    async def page(self, tables: Tables, *, limit: int = 50) -> Page[StoredCall]:
        """Return the newest calls."""
        newest = tables.newest()
        return Page(items=newest[:limit], total=len(newest))


class FakeFallback:
    """What `store/fallback.py` does. `operators`: who sits at which position."""

    def __init__(self, operators: Mapping[str, str]) -> None:
        self.operators = dict(operators)

    async def take_in(self, tables: Tables, found: FallbackCall) -> None:
        """Complete or make the record of a call the fallback had; repeatable. Raises RowRefused."""
        clean.exact(found.entered_at)
        candidates = [tables.begun(row) for row in tables.calls.values() if row["node"] == found.node]
        begun = begun_of(found, candidates)
        record = record_of(found, begun, self.operators.get(found.position or ""))
        tables.write([record], facts_of(found, begun, record))


class FakeCallbacks:
    """What `store/callbacks.py` does. `now`: epoch seconds."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now

    async def page(
        self, tables: Tables, *, all_: bool = False, limit: int = 50, after: str | None = None
    ) -> Page[Task]:
        """Return call-backs in order, and how many there are. Raises BadCursor."""
        listed = tables.tasks.listed(self._time(), all_=all_)
        places = {task.id: at for at, task in enumerate(listed, 1)}
        first = 0 if after is None else places.get(pages.read(after, "fake", (int,))[0], -1)
        if first < 0:
            raise BadCursor
        found = listed[first : first + limit]
        more = first + limit < len(listed)
        return Page(
            items=found, total=len(listed), next=pages.write("fake", (found[-1].id,)) if more else None
        )

    async def withheld(self, tables: Tables, since: datetime) -> int:
        """Return how many callers without a number nobody answered since then."""
        return sum(
            is_forgotten(row["outcome"], row["ended_by"])
            and row["ani"] is None
            and row["arrived_at"] >= since
            for row in tables.calls.values()
        )

    async def take(self, tables: Tables, number: int, operator: str) -> Task:
        """Give a call-back to an operator. Raises CallbackError."""
        check({"taken_by": operator})
        return tables.tasks.take(number, operator, self._time())

    async def finish(
        self, tables: Tables, number: int, result: CallbackResult, *, tried: bool = True
    ) -> Task:
        """Note how a call-back went. Raises CallbackError."""
        return tables.tasks.finish(number, result, self._time(), tried=tried)

    def _time(self) -> datetime:
        return datetime.fromtimestamp(self._now(), UTC)


class FakeStore:
    """A `TelephoneStore` in memory, one transaction after the other.

    `away`: none can be begun. `now`: epoch seconds; only call-backs look at it. `operators`: who sits where.
    """

    def __init__(
        self,
        now: Callable[[], float] = time.time,
        policy: CallbackPolicy = CallbackPolicy(),  # noqa: B008 - a value that never changes
        operators: Mapping[str, str] | None = None,
    ) -> None:
        """Nothing is stored yet."""
        self.away = False
        self.aside = Aside()
        self.calls = FakeCalls()
        self.fallback = FakeFallback(operators or {})
        self.callbacks = FakeCallbacks(now)
        self.tables = Tables(policy)
        self._holders = OneATask()
        self._turn = asyncio.Lock()

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Tables]:
        """Give the tables; after an error they are as they were. Raises StoreUnavailable, RowRefused."""
        with self._holders.one():
            async with self._turn:
                if self.away:
                    raise StoreUnavailable("away")
                with self.tables.all_or_nothing():
                    try:
                        yield self.tables
                    except (CallbackError, RowRefused, BadCursor):
                        raise
                    except (ValueError, OverflowError) as error:
                        raise RowRefused(type(error).__name__) from None

    def everyone(self) -> list[StoredCall]:
        """Return all calls, the newest first: for a judge, who needs no transaction."""
        return self.tables.newest()

    def told(self, call_id: str) -> list[StoredFact]:
        """Return what happened to a call, in order."""
        return self.tables.facts_of(call_uuid(call_id))

    def all_tasks(self) -> list[Task]:
        """Return all call-backs."""
        return list(self.tables.tasks.all.values())

    def called_back(self) -> frozenset[str]:
        """Return the calls whose callers are, or were, on the list of call-backs."""
        return frozenset(map(str, self.tables.tasks.made_by))

    def taken(self) -> dict[int, float]:
        """Return since when (epoch seconds) each call-back is with an operator that is with one."""
        tasks = self.tables.tasks
        return {
            task.id: tasks.taken_at[task.id].timestamp()
            for task in tasks.all.values()
            if task.state is TaskState.TAKEN
        }
