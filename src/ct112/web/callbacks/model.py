"""Call-backs as the API shows them."""

from pydantic import Field

from ct112.core.callback_rules import CallbackResult, NotDialled, TaskState
from ct112.core.record import ServiceClass
from ct112.web.values import Cursor, Given, Instant, Name, PageSize, Shown


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
    """Some of the call-backs, in order. `total` in all, or more when not `exact`.

    `withheld`: callers of a day without a number.
    """

    callbacks: tuple[Callback, ...]
    total: int
    exact: bool
    next: str | None
    withheld: int


class CallbackQuery(Given):
    """Which call-backs."""

    limit: PageSize = 50
    after: Cursor | None = None
    closed: bool = Field(default=False, description="closed ones too, the newest first")


class Result(Given):
    """How it went: `cancelled`, when there is no need for it any more."""

    result: CallbackResult


class Taking(Given):
    """Who takes it."""

    operator: Name
