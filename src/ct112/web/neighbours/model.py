"""Neighbouring centres and what they offer, as the API shows and takes them. Secrets are never shown."""

from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, SecretStr, model_validator

from ct112.core.record import ServiceClass
from ct112.incidents.neighbours import Cause, OfferStatus
from ct112.incidents.spoken import Telling
from ct112.web.agencies.model import AgencyCode, Secret, Words
from ct112.web.incidents.model import (
    Code,
    Latitude,
    Longitude,
    Number,
    People,
    Priority,
    Text,
)
from ct112.web.values import Cursor, Given, Instant, Line, PageSize, Serial, Shown

Url = Annotated[
    str, Field(max_length=500, description="https://… of the neighbour's ct112: answers go there")
]
Token = Annotated[
    SecretStr, Field(min_length=16, max_length=200, description="the account we are there; never shown again")
]
MOST_CENTRES = 20


class NeighbourView(Shown):
    """A neighbouring centre, without its secrets."""

    code: str
    name: str
    url: str
    active: bool
    version: int


class NeighbourPage(Shown):
    """Some of the neighbours, by code."""

    neighbours: tuple[NeighbourView, ...]
    total: int
    exact: bool
    next: str | None


class NeighbourQuery(Given):
    """Which neighbours."""

    limit: PageSize = 50
    after: Cursor | None = None


class ByNeighbour(Given):
    """The path of a neighbour."""

    code: AgencyCode


class NewNeighbour(Given):
    """A neighbour to register. `secret` signs what it sends us; `token` is our account there."""

    code: AgencyCode
    name: Words
    url: Url
    secret: Secret
    token: Token


class NeighbourChanges(Given):
    """What is to change."""

    name: Words = "?"
    url: Url = ""
    secret: Secret = SecretStr("")
    token: Token = SecretStr("")
    active: bool = True


class Told(BaseModel):
    """What a neighbour sends; of what we do not know nothing is kept."""

    model_config = ConfigDict(extra="ignore", frozen=True)


class PlaceTold(Told):
    """Where it is; its areas have the neighbour's codes, so their names are taken."""

    kelurahan_name: Line | None = None
    landmark: Line | None = None
    text: Line | None = None
    latitude: Latitude | None = None
    longitude: Longitude | None = None

    @model_validator(mode="after")
    def _both(self) -> "PlaceTold":
        if (self.latitude is None) != (self.longitude is None):
            raise ValueError("give latitude and longitude, or neither")
        return self


class IncidentTold(Told):
    """The neighbour's incident."""

    number: Annotated[str, Field(min_length=1, max_length=40, pattern=r"^[^\x00-\x1f\x7f]*$")]
    version: Serial
    category: Code
    category_name: Line
    service_class: ServiceClass
    priority: Priority
    description: Text | None = None
    people_in_danger: People | None = None
    caller_name: Line | None = None
    caller_number: Number | None = None
    place: PlaceTold = PlaceTold()
    opened_at: Instant


class DispatchTold(Told):
    """The neighbour's dispatch: its id is where answers go."""

    id: UUID
    version: Serial
    what: Line | None = None


class OfferTold(Told):
    """A delivery of a neighbour: docs/neighbours.md."""

    delivery: UUID
    telling: Telling
    dispatch: DispatchTold
    incident: IncidentTold
    came_by: Annotated[tuple[UUID, ...], Field(max_length=MOST_CENTRES)] = ()


class PlaceOffered(Shown):
    """Where it is, as the neighbour says."""

    kelurahan_name: str | None = None
    landmark: str | None = None
    text: str | None = None
    latitude: float | None = None
    longitude: float | None = None


class IncidentOffered(Shown):
    """The neighbour's incident, as it said last; null: it was erased. `what` we are asked to send."""

    category: str | None = None
    category_name: str | None = None
    service_class: ServiceClass | None = None
    priority: int | None = None
    description: str | None = None
    people_in_danger: int | None = None
    caller_name: str | None = None
    caller_number: str | None = None
    place: PlaceOffered = PlaceOffered()
    opened_at: Instant | None = None
    what: str | None = None


class OfferView(Shown):
    """An offer; `number` is the neighbour's. `unseen`: since when a change waits to be acknowledged."""

    id: UUID
    neighbour: str
    number: str
    status: OfferStatus
    version: int
    incident: IncidentOffered
    received_at: Instant
    unseen: Instant | None
    answered_at: Instant | None
    answered_by: str | None
    cause: Cause | None
    reason: str | None
    incident_id: UUID | None


class OfferPage(Shown):
    """Some of the offers, the newest first."""

    offers: tuple[OfferView, ...]
    total: int
    exact: bool
    next: str | None


class OfferQuery(Given):
    """Which offers."""

    limit: PageSize = 50
    after: Cursor | None = None
    live: Annotated[bool | None, Field(description="true: to be answered or accepted; false: over")] = None


class OfferTaken(Shown):
    """That we have it, and how far it is."""

    status: OfferStatus


class Acceptance(Given):
    """As which incident: one that is there, or a new one; `category` when ours has another than theirs."""

    incident_id: UUID | None = None
    category: Code | None = None
    priority: Priority | None = None


class Refusal(Given):
    """Why we do not act on it; `words`: what more there is to say to them."""

    cause: Cause
    words: Line = ""
