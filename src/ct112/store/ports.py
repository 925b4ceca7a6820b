"""What the telephone asks of a store: PostgreSQL's and the simulator's both give it."""

from collections.abc import Collection, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Any, Protocol

from ct112.core.callback_rules import CallbackResult
from ct112.core.fallback import FallbackCall
from ct112.core.record import CallRecord, Fact
from ct112.store.aside import Aside
from ct112.store.callbacks import Task
from ct112.store.pages import Page


class CallRepository(Protocol):
    """Records and facts; PostgreSQL's is `store/calls.py`."""

    async def write(self, connection: Any, records: Sequence[CallRecord], facts: Sequence[Fact]) -> None:
        """Write records and facts; what is there already is not written again. Raises RowRefused."""
        ...

    async def close_open(
        self, connection: Any, node: str, live: Collection[str], now: float
    ) -> tuple[int, list[tuple[str, str]]]:
        """Close the node's records that arrived before `now` (epoch seconds) and are not of a `live` call.

        `live` has to be what was true at `now`. Returns how many, and (call, reason) of those refused.
        """
        ...


class FallbackRepository(Protocol):
    """Calls the fallback had; PostgreSQL's is `store/fallback.py`."""

    async def take_in(self, connection: Any, found: FallbackCall) -> None:
        """Complete or make the call's record; to do it again changes nothing. Raises RowRefused."""
        ...


class CallbackRepository(Protocol):
    """Tasks to call somebody back; PostgreSQL's is `store/callbacks.py`."""

    async def page(self, connection: Any, *, all_: bool, limit: int, after: str | None) -> Page[Task]:
        """Return tasks in the order they are to be done. Raises BadCursor."""
        ...

    async def withheld(self, connection: Any, since: datetime) -> int:
        """Return how many callers without a number nobody answered since then."""
        ...

    async def take(self, connection: Any, number: int, operator: str) -> Task:
        """Give a task to an operator. Raises CallbackError."""
        ...

    async def finish(self, connection: Any, number: int, result: CallbackResult, *, tried: bool) -> Task:
        """Note how a try went. Raises CallbackError."""
        ...


class TelephoneStore(Protocol):
    """A store and the repositories the telephone uses."""

    aside: Aside

    @property
    def calls(self) -> CallRepository:
        """Records and facts."""
        ...

    @property
    def fallback(self) -> FallbackRepository:
        """Calls the fallback had."""
        ...

    @property
    def callbacks(self) -> CallbackRepository:
        """Tasks to call somebody back."""
        ...

    def transaction(self) -> AbstractAsyncContextManager[Any]:
        """Give a connection in a transaction, committed at the end. Raises StoreUnavailable, RowRefused."""
        ...
