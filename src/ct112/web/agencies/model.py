"""Agencies as the API shows and takes them. A secret of theirs is never shown."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, SecretStr

from ct112.incidents.agencies import CODE_PATTERN, WayKind
from ct112.web.routing.model import RunCardView
from ct112.web.values import Given, Instant, Line, Shown

AgencyCode = Annotated[str, Field(pattern=CODE_PATTERN, max_length=31)]
Words = Annotated[str, Field(min_length=1, max_length=120)]
Clock = Annotated[str, Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$|^24:00$", description="22:00, local")]
Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
Secret = Annotated[
    SecretStr, Field(min_length=16, max_length=200, description="signs what is sent; never shown again")
]


class WayView(Shown):
    """A way, without its secret. `within_seconds` null: as the incident's priority says."""

    kind: WayKind
    url: str | None
    address: str | None
    number: str | None
    within_seconds: int | None
    has_secret: bool


class ShiftView(Shown):
    """Hours of the week, local; an `end` that is not behind `start` lies on the next day."""

    days: tuple[Day, ...]
    start: str
    end: str


class ExceptionView(Shown):
    """A span in which somebody is on duty, or is not, whatever the shifts say."""

    start: Instant
    end: Instant
    on_duty: bool
    note: str


class ContactView(Shown):
    """A person or desk of an agency. `on_duty`: now."""

    id: UUID
    name: str
    title: str
    number: str | None
    email: str | None
    on_duty: bool
    shifts: tuple[ShiftView, ...]
    exceptions: tuple[ExceptionView, ...]


class AgencyView(Shown):
    """An agency; ways and contacts in the order they are tried. `active` false: it is asked no more.

    `troubles`: why it is not reached as it should be.
    """

    code: str
    name: str
    active: bool
    version: int
    ways: tuple[WayView, ...]
    contacts: tuple[ContactView, ...]
    troubles: tuple[str, ...]


class AgencyList(Shown):
    """All agencies one may see, by code."""

    agencies: tuple[AgencyView, ...]
    total: int


class AgencyBookView(Shown):
    """Agencies, who is on duty now, and the run cards, as the database had them at `as_of`.

    `age_seconds`: how old that is. `routing_version` 0: no document is in force.
    """

    as_of: Instant
    age_seconds: float
    agencies: tuple[AgencyView, ...]
    routing_version: int
    default_first: tuple[str, ...]
    run_cards: tuple[RunCardView, ...]


class ByAgency(Given):
    """The path of an agency."""

    code: AgencyCode


class NewAgency(Given):
    """An agency to be made; it has its page alone at first."""

    code: AgencyCode
    name: Words


class GivenWay(Given):
    """A way: the fields of its kind, nothing else. Without a secret, that of the same kind and URL stays."""

    kind: WayKind
    url: Annotated[str, Field(min_length=1, max_length=500)] | None = None
    secret: Secret | None = None
    address: Annotated[str, Field(min_length=1, max_length=254)] | None = None
    number: Annotated[str, Field(min_length=1, max_length=20)] | None = None
    within_seconds: Annotated[int, Field(ge=5, le=3600)] | None = None


class GivenShift(Given):
    """Hours of the week, local; an `end` that is not behind `start` lies on the next day."""

    days: Annotated[list[Day], Field(min_length=1, max_length=7)]
    start: Clock
    end: Clock


class GivenException(Given):
    """A span in which somebody is on duty, or is not."""

    start: Instant
    end: Instant
    on_duty: bool
    note: Line = ""


class GivenContact(Given):
    """A contact; without `id` a new one. Without a shift they are never on duty."""

    id: UUID | None = None
    name: Words
    title: Annotated[str, Field(max_length=120)] = ""
    number: Annotated[str, Field(min_length=1, max_length=20)] | None = None
    email: Annotated[str, Field(min_length=1, max_length=254)] | None = None
    shifts: Annotated[list[GivenShift], Field(max_length=100)] = Field(default_factory=list)
    exceptions: Annotated[list[GivenException], Field(max_length=100)] = Field(default_factory=list)


class AgencyChange(Given):
    """What changes; what is left out stays. Ways and contacts are sent as a whole, in their order."""

    name: Words | None = None
    active: bool | None = None
    ways: Annotated[list[GivenWay], Field(max_length=10)] | None = None
    contacts: Annotated[list[GivenContact], Field(max_length=50)] | None = None
