"""Calls as the API shows them."""

from typing import Annotated, Any
from uuid import UUID

from pydantic import ConfigDict, Field

from ct112.core.record import ClassSource, EndedBy, Outcome, ServiceClass
from ct112.web.values import Cursor, Given, Instant, Name, PageSize, Shown


class Location(Shown):
    """Where the caller is, as the network says it: `raw`, and its parts. Degrees are WGS 84."""

    model_config = ConfigDict(from_attributes=True, frozen=True, extra="allow")
    __pydantic_extra__: dict[str, str] = Field(init=False)

    raw: str
    latitude: float | None = None
    longitude: float | None = None


class Recording(Shown):
    """How a call was recorded, once it is."""

    model_config = ConfigDict(from_attributes=True, frozen=True, extra="allow")


class CallView(Shown):
    """A call; times in UTC. `answered_at`: a person; `picked_up_at`: the IVR."""

    id: UUID
    node: str
    sip_call_id: str | None
    ani: str | None
    ani_e164: str | None
    dialled: str
    arrived_at: Instant
    picked_up_at: Instant | None
    queued_at: Instant | None
    answered_at: Instant | None
    ended_at: Instant | None
    service_class: ServiceClass | None
    class_source: ClassSource | None
    ivr_version: int | None
    ivr_path: tuple[str, ...]
    keys_pressed: str | None
    operator: str | None
    position: str | None
    outcome: Outcome | None
    ended_by: EndedBy | None
    location: Location | None
    recording: Recording | None


class CallFact(Shown):
    """One thing that happened to a call."""

    seq: int
    at: Instant
    kind: str
    data: dict[str, Any]


class CallWithFacts(CallView):
    """A call with all that happened to it, in order."""

    facts: tuple[CallFact, ...]


class CallPage(Shown):
    """Some of the calls. `total` in all, or more when not `exact`; `next`: `after` of the next page."""

    calls: tuple[CallView, ...]
    total: int
    exact: bool
    next: str | None


class CallQuery(Given):
    """Which calls."""

    limit: PageSize = 50
    after: Cursor | None = None
    service_class: ServiceClass | None = None
    outcome: Outcome | None = None
    operator: Name | None = None
    node: Name | None = None
    number: Annotated[str | None, Field(max_length=40, description="in E.164, or as dialled here")] = None
    digits: Annotated[str | None, Field(pattern=r"^[0-9]{4,15}$", description="a number's last")] = None
    since: Annotated[Instant | None, Field(description="arrived at this time or later")] = None
    until: Annotated[Instant | None, Field(description="arrived before this time")] = None
    live: Annotated[bool | None, Field(description="true: under way; false: over")] = None
