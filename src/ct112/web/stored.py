"""The web's sources in the database: calls, and the list of call-backs."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from ct112.core.record import Outcome, ServiceClass
from ct112.store import (
    BadCursor,
    CallbackError,
    CallQuery,
    Store,
    StoreUnavailable,
    UnknownCall,
    callbacks,
    calls,
    facts,
)
from ct112.web.callbacks.model import Callback, CallbackPage
from ct112.web.calls.model import CallFact, CallPage, CallView
from ct112.web.errors import NotFound, Unavailable

WITHHELD_HOURS = 24


class StoredCalls:
    """The web's source of calls."""

    def __init__(self, store: Store) -> None:
        """Read from `store`."""
        self._store = store

    async def calls(
        self,
        *,
        limit: int,
        after: str | None,
        service_class: ServiceClass | None,
        outcome: Outcome | None,
    ) -> CallPage:
        """Return a page of calls, the newest first. Raises NotFound, Unavailable."""
        wanted = CallQuery(service_class=service_class, outcome=outcome)
        try:
            async with self._store.transaction() as connection:
                page = await calls.page(connection, wanted, limit=limit, after=after)
        except BadCursor as error:
            raise NotFound(after) from error
        except StoreUnavailable as error:
            raise Unavailable from error
        found = tuple(CallView.model_validate(call) for call in page.items)
        return CallPage(calls=found, total=page.total, next=page.next)

    async def call(self, name: str) -> tuple[CallView, Sequence[CallFact]]:
        """Return one call with what happened to it. Raises NotFound, Unavailable."""
        try:
            async with self._store.transaction() as connection:
                call, told = await calls.get(connection, name), await facts.of_call(connection, name)
        except UnknownCall as error:
            raise NotFound(name) from error
        except StoreUnavailable as error:
            raise Unavailable from error
        return CallView.model_validate(call), [CallFact.model_validate(fact) for fact in told]


class StoredCallbacks:
    """The web's source of call-backs."""

    def __init__(self, store: Store) -> None:
        """Read from `store`."""
        self._store = store

    async def tasks(self, *, limit: int, after: int | None, closed: bool) -> CallbackPage:
        """Return what is to be done, in order. Raises NotFound, Unavailable."""
        since = datetime.now(UTC) - timedelta(hours=WITHHELD_HOURS)
        try:
            async with self._store.transaction() as connection:
                page = await callbacks.page(connection, all_=closed, limit=limit, after_=after)
                withheld = await callbacks.withheld(connection, since)
        except CallbackError as error:
            raise NotFound(str(after)) from error
        except StoreUnavailable as error:
            raise Unavailable(str(error)) from error
        found = tuple(Callback.model_validate(task) for task in page.tasks)
        return CallbackPage(callbacks=found, total=page.total, next=page.next, withheld=withheld)
