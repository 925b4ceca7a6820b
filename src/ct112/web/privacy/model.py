"""Personal data, legal holds and erasures as the API shows them."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from ct112.store.personal_data import DataClass
from ct112.web.values import Cursor, Given, Instant, Line, PageSize, Shown

Number = Annotated[str, Field(pattern=r"^[+0-9*#() .-]*[0-9][+0-9*#() .-]*$", max_length=64)]
"""A number in any form dialled here or in E.164: no pattern of numbers."""
Reason = Annotated[Line, Field(min_length=1)]


class ClassView(Shown):
    """A class of personal data. `specific`: UU PDP article 4 (2); `where`: columns, as "table.column"."""

    name: DataClass
    about: str
    purpose: str
    specific: bool
    where: tuple[str, ...]


class ClassList(Shown):
    """All classes. For how long each is kept is a setting of `ct112 worker`."""

    classes: tuple[ClassView, ...]


class SubjectQuery(Given):
    """Who: by a number."""

    number: Number


class PersonalValue(Shown):
    """What a column holds, as text; an object as JSON."""

    column: str
    value: str


class FoundView(Shown):
    """A row that holds something of a person. `values`: what is personal of it."""

    table: str
    key: str
    at: Instant
    values: tuple[PersonalValue, ...]
    held: bool
    in_use: bool


class SeenView(Shown):
    """Who did what how often (`times`), on how many `things`."""

    actor: str
    role: str
    action: str
    object_kind: str
    times: int
    things: int
    first_at: Instant
    last_at: Instant


class SubjectView(Shown):
    """All that is known of a person, and who read their calls and incidents one by one.

    `more`: tables with more rows than are shown; an erasure takes all of them.
    """

    found: tuple[FoundView, ...]
    seen: tuple[SeenView, ...]
    more: tuple[str, ...]


class BreachQuery(Given):
    """Which span, and whose reading alone."""

    since: Instant
    until: Instant
    actor: Annotated[str | None, Field(pattern=r"^[a-z0-9_.:-]{1,100}$", max_length=100)] = None


class BreachView(Shown):
    """Who saw what: for the notice within 3 × 24 hours. `lists`: reads of lists, of up to 500 persons each.

    `numbers`: different callers whose call was read; `sealed` false: the audit of the span is not whole yet.
    """

    since: Instant
    until: Instant
    seen: tuple[SeenView, ...]
    calls: tuple[str, ...]
    incidents: tuple[str, ...]
    lists: int
    numbers: int
    sealed: bool


class HoldView(Shown):
    """A legal hold on a call, or on an incident and its calls. `released_at` null: it is in force."""

    id: UUID
    call_id: UUID | None
    incident_id: UUID | None
    reason: str
    placed_by: str
    placed_at: Instant
    released_by: str | None
    released_at: Instant | None
    release_reason: str | None


class HoldPage(Shown):
    """Some of the holds, the newest first."""

    holds: tuple[HoldView, ...]
    total: int
    exact: bool
    next: str | None


class HoldQuery(Given):
    """Which holds."""

    limit: PageSize = 50
    after: Cursor | None = None
    released: bool = Field(default=False, description="released ones too")


class Holding(Given):
    """What is held, a call or an incident, and why."""

    call_id: UUID | None = None
    incident_id: UUID | None = None
    reason: Reason


class Releasing(Given):
    """Why it is over."""

    reason: Reason


class ErasureView(Shown):
    """An erasure that was asked for. `held`: rows on legal hold, which stay; `in_use`: erased when over.

    `done_at` null: it is under way. The number it is about is not shown.
    """

    id: UUID
    call_id: UUID | None
    incident_id: UUID | None
    reason: str
    asked_by: str
    asked_at: Instant
    done_at: Instant | None
    rows: int
    held: int
    in_use: int


class ErasurePage(Shown):
    """Some of the erasures, the newest first."""

    erasures: tuple[ErasureView, ...]
    total: int
    exact: bool
    next: str | None


class ErasureQuery(Given):
    """Which erasures."""

    limit: PageSize = 50
    after: Cursor | None = None


class Erasing(Given):
    """Whose data: by a number, a call or an incident; and why."""

    number: Number | None = None
    call_id: UUID | None = None
    incident_id: UUID | None = None
    reason: Reason
