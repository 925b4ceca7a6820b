"""What the web needs to know, in its own terms; `service.py` fills it from the other parts."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Protocol

from pydantic import BaseModel, ConfigDict, Field

from ct112.core.record import Outcome, ServiceClass


class CallView(BaseModel):
    """A call as the API shows it; times in UTC."""

    model_config = ConfigDict(from_attributes=True)

    id: str
    node: str
    sip_call_id: str | None
    ani: str | None
    ani_e164: str | None
    dialled: str
    arrived_at: datetime
    picked_up_at: datetime | None
    queued_at: datetime | None
    answered_at: datetime | None
    ended_at: datetime | None
    service_class: str | None
    class_source: str | None
    ivr_version: int | None
    ivr_path: tuple[str, ...]
    operator: str | None
    position: str | None
    outcome: str | None
    ended_by: str | None
    location: dict[str, Any] | None
    recording: dict[str, Any] | None


class CallQuery(BaseModel):
    """The query of a list of calls."""

    model_config = ConfigDict(extra="forbid")

    limit: int = Field(default=50, ge=1, le=500, description="how many calls")
    after: str | None = Field(default=None, description="`next` of the page before")
    before: str | None = Field(default=None, description="the older name of `after`")
    service_class: ServiceClass | None = None
    outcome: Outcome | None = None


class CallPage(BaseModel):
    """Some of the calls, how many there are in all, and `after` of the next page (None: this is the last)."""

    calls: Sequence[CallView]
    total: int
    next: str | None


class CallFact(BaseModel):
    """One thing that happened to a call."""

    model_config = ConfigDict(from_attributes=True)

    seq: int
    at: datetime
    kind: str
    data: dict[str, Any]


class Callback(BaseModel):
    """Somebody to be called back; times in UTC."""

    model_config = ConfigDict(from_attributes=True)

    id: int
    ani: str
    service_class: str
    reason: str
    state: str
    result: str | None
    calls: int
    attempts: int
    first_call_at: datetime
    last_call_at: datetime
    next_try_at: datetime
    taken_by: str | None
    not_dialled: str | None = None


class CallbackPage(BaseModel):
    """Some of the call-backs, in order. `withheld`: callers of a day without a number."""

    callbacks: Sequence[Callback]
    total: int
    next: int | None
    withheld: int


class CallbackQuery(BaseModel):
    """The query of a list of call-backs."""

    model_config = ConfigDict(extra="forbid")

    limit: int = Field(default=50, ge=1, le=500, description="how many call-backs")
    after: int | None = Field(default=None, ge=1, le=2**63 - 1, description="`next` of the page before")
    closed: bool = Field(default=False, description="closed ones too, the newest first")


class PositionView(BaseModel):
    """A position as it is now; `registered_at`, `refused_by`: nodes with its phone, without its account."""

    position: str
    operator: str | None
    state: str
    registered_at: tuple[str, ...]
    refused_by: tuple[str, ...]


class Conflict(RuntimeError):
    """This call-back cannot be taken now; the text says why."""


class NotFound(LookupError):
    """There is no such call."""


class Unavailable(RuntimeError):
    """The database cannot be asked now."""


class LiveAway(RuntimeError):
    """`ct112 serve` cannot be asked now: what is live is not known, and nothing can be asked of a call."""


class CallbacksSource(Protocol):
    """Where call-backs are read and taken. Raises Conflict, LiveAway and Unavailable."""

    async def tasks(self, *, limit: int, after: int | None, closed: bool) -> CallbackPage:
        """Return what is to be done, in order. Raises NotFound when there is no task `after`."""
        ...

    async def take(self, number: int, operator: str) -> Callback:
        """Ring the operator's phone and then the caller."""
        ...


class CallsSource(Protocol):
    """Where calls are read. Raises NotFound and Unavailable."""

    async def calls(
        self,
        *,
        limit: int,
        after: str | None,
        service_class: ServiceClass | None,
        outcome: Outcome | None,
    ) -> CallPage:
        """Return calls, the newest first; `after` is the last id of the page before."""
        ...

    async def call(self, name: str) -> tuple[CallView, Sequence[CallFact]]:
        """Return one call with what happened to it."""
        ...
