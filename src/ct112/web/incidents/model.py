"""Incidents as the API shows them and takes them."""

from typing import Annotated, Any
from uuid import UUID

from pydantic import Field, model_validator

from ct112.core.record import ServiceClass
from ct112.incidents.incident import MOST_PEOPLE, Content, Place
from ct112.incidents.likeness import Likeness
from ct112.incidents.states import Status
from ct112.incidents.view import IncidentView
from ct112.web.values import Cursor, Given, Instant, Line, PageSize, Shown

Text = Annotated[str, Field(max_length=4000, pattern=r"^[^\x00-\x08\x0b-\x1f\x7f]*$")]
"""Text of several lines for people, without other control characters."""
Code = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$", max_length=40)]
Area = Annotated[str, Field(pattern=r"^[0-9A-Za-z.-]{1,40}$", max_length=40, description="an area's code")]
Number = Annotated[str, Field(max_length=40, pattern=r"^[0-9+*# .()-]*$")]
Reason = Annotated[
    str,
    Field(min_length=1, max_length=500, pattern=r"^[^\x00-\x1f\x7f]*[^\s\x00-\x1f\x7f][^\x00-\x1f\x7f]*$"),
]
People = Annotated[int, Field(ge=0, le=MOST_PEOPLE)]
Priority = Annotated[
    int, Field(ge=1, le=4, description="1 life in danger, 2 at once, 3 within the hour, 4 later")
]
Latitude = Annotated[float, Field(ge=-90, le=90, allow_inf_nan=False)]
Longitude = Annotated[float, Field(ge=-180, le=180, allow_inf_nan=False)]


class PlaceView(Shown):
    """Where it is, as well as it is known; degrees are WGS 84."""

    kelurahan: str | None
    kelurahan_name: str | None = None
    landmark: str | None
    text: str | None
    latitude: float | None
    longitude: float | None


class PlaceGiven(Given):
    """Where it is; latitude and longitude both or neither."""

    kelurahan: Area | None = None
    landmark: Line | None = None
    text: Line | None = None
    latitude: Latitude | None = None
    longitude: Longitude | None = None

    @model_validator(mode="after")
    def _both(self) -> "PlaceGiven":
        if (self.latitude is None) != (self.longitude is None):
            raise ValueError("give latitude and longitude, or neither")
        return self

    def place(self) -> Place:
        """Return it as the core has it."""
        given = self.model_dump()
        return Place(place_text=given.pop("text"), **given)


class DispatchOf(Shown):
    """How far an agency is."""

    id: UUID
    agency: str
    status: str
    asked_at: Instant
    changed_at: Instant
    reason: str | None
    what: str | None


class IncidentShown(Shown):
    """An incident; times in UTC. `proposed`: agencies by the rules, in order; `dispatches`: who was asked."""

    id: UUID
    number: str
    version: int
    status: Status
    category: str
    category_name: str
    service_class: ServiceClass
    priority: int
    place: PlaceView
    description: str | None
    people_in_danger: int | None
    caller_name: str | None
    caller_number: str | None
    caller_withheld: bool
    opened_at: Instant
    opened_by: str
    changed_at: Instant
    closed_at: Instant | None
    close_reason: str | None
    merged_into: UUID | None
    calls: tuple[UUID, ...]
    dispatches: tuple[DispatchOf, ...]


class LikeView(Shown):
    """A live incident that may be the same event; `score` from 0 to 1."""

    id: UUID
    score: float
    metres: float | None
    why: str


class IncidentOpened(IncidentShown):
    """An incident that was opened, with the agencies the rules propose, and what may be the same event."""

    proposed: tuple[str, ...]
    why: tuple[str, ...]
    like: tuple[LikeView, ...]


class IncidentPage(Shown):
    """Some of the incidents. `total` in all, or more when not `exact`; `next`: `after` of the next page."""

    incidents: tuple[IncidentShown, ...]
    total: int
    exact: bool
    next: str | None


class LikeList(Shown):
    """What may be the same event, the likeliest first."""

    like: tuple[LikeView, ...]


class NewIncident(Given):
    """What an incident is opened with. `priority`: the category's unless it is given."""

    call_id: UUID | None = None
    category: Code
    place: PlaceGiven = PlaceGiven()
    description: Text | None = None
    people_in_danger: People | None = None
    priority: Priority | None = None
    caller_name: Line | None = None
    caller_number: Number | None = None
    caller_withheld: bool = False


class IncidentChanges(Given):
    """What changes; what is not sent stays, null is known no more. `place` is sent whole."""

    category: Code = "?"
    place: PlaceGiven | None = None
    description: Text | None = None
    people_in_danger: People | None = None
    priority: Priority = 1
    caller_name: Line | None = None
    caller_number: Number | None = None
    caller_withheld: bool = False

    def flat(self) -> dict[str, Any]:
        """Return the fields that were sent, as the core names them."""
        given = self.model_dump(include=self.model_fields_set - {"place"})
        if "place" in self.model_fields_set:
            place = Place() if self.place is None else self.place.place()
            given |= {name: getattr(place, name) for name in Place.__dataclass_fields__}
        return given


class IncidentFilter(Given):
    """Which incidents."""

    limit: PageSize = 50
    after: Cursor | None = None
    status: Status | None = None
    category: Code | None = None
    kelurahan: Area | None = None
    since: Annotated[Instant | None, Field(description="opened at this time or later")] = None
    until: Annotated[Instant | None, Field(description="opened before this time")] = None
    live: Annotated[bool | None, Field(description="true: open or dispatched; false: over")] = None
    call: Annotated[UUID | None, Field(description="that this call is about")] = None


class CallJoined(Given):
    """A call that is about the incident."""

    call_id: UUID


class MergeInto(Given):
    """The incident it turned out to be."""

    into: UUID


class Why(Given):
    """Why it is closed, or opened again."""

    reason: Reason


class TrailLine(Shown):
    """One thing that happened to the incident. `data`: what it was and what it is. `seq`: none for calls."""

    seq: int | None
    at: Instant
    by: str
    kind: str
    data: dict[str, Any]


class Timeline(Shown):
    """All that happened to the incident, in order."""

    timeline: tuple[TrailLine, ...]


def shown(view: IncidentView) -> IncidentShown:
    """Return an incident as the API shows it."""
    return IncidentShown(**_fields(view))


def opened(
    view: IncidentView, proposed: tuple[str, ...], why: tuple[str, ...], like: tuple[Likeness, ...]
) -> IncidentOpened:
    """Return an incident that was just opened."""
    similar = tuple(LikeView.model_validate(likeness) for likeness in like)
    return IncidentOpened(**_fields(view), proposed=proposed, why=why, like=similar)


def place_view(view: IncidentView) -> PlaceView:
    """Return where an incident is, as the API shows it."""
    place = view.content.place
    return PlaceView(
        kelurahan=place.kelurahan,
        kelurahan_name=view.kelurahan_name,
        landmark=place.landmark,
        text=place.place_text,
        latitude=place.latitude,
        longitude=place.longitude,
    )


def _fields(view: IncidentView) -> dict[str, Any]:
    content = view.content
    kept = {name: getattr(content, name) for name in Content.__dataclass_fields__}
    rest = {name: getattr(view, name) for name in IncidentView.__dataclass_fields__ if name != "content"}
    sent = tuple(DispatchOf.model_validate(dispatch) for dispatch in view.dispatches)
    return {**rest, **kept, "place": place_view(view), "dispatches": sent}
