"""Dispatches as the API shows them and takes them."""

from enum import StrEnum
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, model_validator

from ct112.core.record import ServiceClass
from ct112.incidents.agencies import WayKind
from ct112.incidents.dispatches import OVER, DispatchStatus
from ct112.incidents.routing import FIRST_LEVEL, MOST_LEVELS
from ct112.incidents.spoken import Telling
from ct112.incidents.states import Status
from ct112.incidents.view import IncidentView
from ct112.store.dispatches_reading import StoredDispatch
from ct112.web.agencies.model import AgencyCode
from ct112.web.incidents.model import PlaceView, Reason, place_view
from ct112.web.values import Cursor, Given, Instant, PageSize, Shown

Said = Literal["received", "acknowledged", "en_route", "on_scene", "done", "declined", "cancelled"]
MOST_AGENCIES = 50


class How(StrEnum):
    """How somebody told the centre what an agency does."""

    RADIO = "radio"
    TELEPHONE = "telephone"
    IN_PERSON = "in_person"
    OTHER = "other"


class Asked(Given):
    """Which agencies are asked to act: none named, those the rules propose at this alarm level."""

    agencies: Annotated[tuple[AgencyCode, ...], Field(min_length=1, max_length=MOST_AGENCIES)] | None = None
    alarm_level: Annotated[
        int, Field(ge=FIRST_LEVEL, le=MOST_LEVELS, description="raises the run card of the category")
    ] = FIRST_LEVEL


class OnBehalf(Given):
    """Who of the agency said it, and how; the centre notes it for them."""

    how: How
    who: (
        Annotated[
            str, Field(max_length=120, pattern=r"^[^\x00-\x1f\x7f]*[^\s\x00-\x1f\x7f][^\x00-\x1f\x7f]*$")
        ]
        | None
    ) = None


class Report(Given):
    """How far an agency is; declined, cancelled: with a reason. `on_behalf`: the centre says it for them."""

    status: Said
    reason: Reason | None = None
    on_behalf: OnBehalf | None = None

    @model_validator(mode="after")
    def _why(self) -> "Report":
        if self.status in ("declined", "cancelled") and self.reason is None:
            raise ValueError("give the reason as well")
        return self


class DispatchFilter(Given):
    """Which dispatches."""

    limit: PageSize = 50
    after: Cursor | None = None
    agency: AgencyCode | None = None
    status: DispatchStatus | None = None
    incident: UUID | None = None
    live: Annotated[bool | None, Field(description="true: under way; false: over")] = None
    escalated: Annotated[bool | None, Field(description="true: nobody of the agency was found")] = None


class DispatchShown(Shown):
    """An agency that was asked to act, and `what` of it is to be sent.

    `escalated_at`: nobody of it was found, a supervisor has to. `noted_at`: a person had told it before, by
    telephone or radio; that was noted then.
    """

    id: UUID
    incident_id: UUID
    agency: str
    status: DispatchStatus
    version: int
    asked_at: Instant
    asked_by: str
    changed_at: Instant
    changed_by: str
    how: str | None
    what: str | None
    noted_at: Instant | None
    reason: str | None
    acknowledged_at: Instant | None
    on_scene_at: Instant | None
    escalated_at: Instant | None
    escalated_why: str | None


class Beside(Shown):
    """Another agency that was asked to act on the same incident."""

    agency: str
    status: str


class Task(Shown):
    """What an agency has to know of the incident; who called while it is under way, if they may be told."""

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
    opened_at: Instant


class DispatchWhole(DispatchShown):
    """A dispatch with what it is about and who else was asked.

    `unacknowledged`: what nobody of the agency has acknowledged yet; `changed`: what of it is new since.
    """

    incident: Task
    beside: tuple[Beside, ...]
    unacknowledged: Telling | None
    changed: tuple[str, ...]


class DispatchPage(Shown):
    """Some of the dispatches. `total` in all, or more when not `exact`; `next`: `after` of the next page."""

    dispatches: tuple[DispatchShown, ...]
    total: int
    exact: bool
    next: str | None


class DeliveryView(Shown):
    """One try to tell an agency something by one way; `outcome`: what came of it."""

    id: UUID
    telling: str
    way: WayKind
    state: str
    attempts: int
    created_at: Instant
    limit_at: Instant
    delivered_at: Instant | None
    ended_at: Instant | None
    outcome: str | None


class DeliveryList(Shown):
    """All that was tried for a dispatch, the oldest first."""

    deliveries: tuple[DeliveryView, ...]


def whole(
    dispatch: StoredDispatch,
    view: IncidentView,
    *,
    caller: bool,
    unacknowledged: Telling | None = None,
    changed: tuple[str, ...] = (),
) -> DispatchWhole:
    """Return a dispatch with its incident; `caller`: with who called, if they may be told."""
    beside = tuple(Beside.model_validate(one) for one in view.dispatches if one.id != dispatch.id)
    stored = DispatchShown.model_validate(dispatch).model_dump()
    task = _task(view if caller else view.without_caller())
    return DispatchWhole(
        **stored, incident=task, beside=beside, unacknowledged=unacknowledged, changed=changed
    )


def tells_caller(dispatch: StoredDispatch, view: IncidentView) -> bool:
    """Return whether an agency is told who called."""
    return dispatch.status not in OVER and not view.content.caller_withheld


def _task(view: IncidentView) -> Task:
    content = view.content
    return Task(
        id=view.id,
        number=view.number,
        version=view.version,
        status=view.status,
        category=content.category,
        category_name=view.category_name,
        service_class=view.service_class,
        priority=content.priority,
        place=place_view(view),
        description=content.description,
        people_in_danger=content.people_in_danger,
        caller_name=content.caller_name,
        caller_number=content.caller_number,
        opened_at=view.opened_at,
    )
