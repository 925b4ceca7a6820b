"""Call-backs as the API shows them."""

from typing import Annotated, Protocol

from pydantic import Field

from ct112.core.callback_rules import CallbackResult, NotDialled, TaskState
from ct112.core.record import ServiceClass
from ct112.web.values import Given, Instant, Name, PageSize, Serial, Shown


class Callback(Shown):
    """Somebody to be called back; times in UTC. `not_dialled`: why nobody dials the number by itself."""

    id: int
    ani: str
    service_class: ServiceClass
    reason: str
    state: TaskState
    result: CallbackResult | None
    calls: int
    attempts: int
    first_call_at: Instant
    last_call_at: Instant
    next_try_at: Instant
    taken_by: str | None
    not_dialled: NotDialled | None = None


class CallbackPage(Shown):
    """Some of the call-backs, in order. `withheld`: callers of a day without a number."""

    callbacks: tuple[Callback, ...]
    total: int
    next: int | None
    withheld: int


class CallbackQuery(Given):
    """Which call-backs."""

    limit: PageSize = 50
    after: Annotated[Serial | None, Field(description="`next` of the page before")] = None
    closed: bool = Field(default=False, description="closed ones too, the newest first")


class Taking(Given):
    """Who takes it."""

    operator: Name


class CallbacksSource(Protocol):
    """Where call-backs are read and taken. Raises Conflict and Unavailable."""

    async def tasks(self, *, limit: int, after: int | None, closed: bool) -> CallbackPage:
        """Return what is to be done, in order. Raises NotFound when there is no task `after`."""
        ...

    async def take(self, number: int, operator: str) -> Callback:
        """Ring the operator's phone and then the caller."""
        ...
