"""What `GET /api/v1/live/work` sends: a snapshot, then changes; `kind` says which message it is."""

from typing import Literal
from uuid import UUID

from ct112.incidents.alerts import AlertStatus
from ct112.incidents.dispatches import DispatchStatus
from ct112.incidents.neighbours import OfferStatus
from ct112.incidents.spoken import Telling
from ct112.incidents.states import Status
from ct112.web.values import Instant, Shown


class CameraNear(Shown):
    """A camera near an alert, by its code."""

    metres: float
    code: str


class WorkAlert(Shown):
    """An alert somebody has to look at: a task. Where it is is null for a wallboard."""

    id: UUID
    version: int
    status: AlertStatus
    kind: str
    source: str | None
    latitude: float | None
    longitude: float | None
    place_text: str | None
    times: int
    first_at: Instant
    last_at: Instant
    taken_by: str | None
    taken_at: Instant | None
    cameras: tuple[CameraNear, ...]


class WorkIncident(Shown):
    """An incident that is open or dispatched, without who called. Where it is is null for a wallboard."""

    id: UUID
    number: str
    version: int
    status: Status
    category: str
    priority: int
    kelurahan: str | None
    landmark: str | None
    place_text: str | None
    latitude: float | None
    longitude: float | None
    opened_at: Instant
    opened_by: str | None
    changed_at: Instant


class WorkDispatch(Shown):
    """An agency that was asked to act, and how far it is.

    `unacknowledged`: what nobody of the agency has acknowledged yet. One that is over stays until its
    stand-down is acknowledged, or its incident is over as well.
    """

    id: UUID
    incident_id: UUID
    agency: str
    status: DispatchStatus
    version: int
    asked_at: Instant
    changed_at: Instant
    reason: str | None
    acknowledged_at: Instant | None
    on_scene_at: Instant | None
    escalated_at: Instant | None
    escalated_why: str | None
    unacknowledged: Telling | None


class WorkOffer(Shown):
    """An incident a neighbouring centre offers: a task while it is offered, or while `unseen` is set."""

    id: UUID
    neighbour: str
    number: str
    status: OfferStatus
    version: int
    category: str | None
    priority: int | None
    received_at: Instant
    unseen: Instant | None
    incident_id: UUID | None


class WorkSnapshot(Shown):
    """All there is. `version`: of this connection's stream; `cut`: only the newest thousand of a part.

    `old_since`: the database is away, and this is what it held then.
    """

    kind: Literal["snapshot"] = "snapshot"
    version: int
    at: Instant
    old_since: Instant | None
    cut: bool
    alerts: tuple[WorkAlert, ...]
    incidents: tuple[WorkIncident, ...]
    dispatches: tuple[WorkDispatch, ...]
    offers: tuple[WorkOffer, ...]


class WorkChange(Shown):
    """What looks different now, by id; null: it is gone. `version` is one more than the message before."""

    kind: Literal["change"] = "change"
    version: int
    at: Instant
    alerts: dict[str, WorkAlert | None]
    incidents: dict[str, WorkIncident | None]
    dispatches: dict[str, WorkDispatch | None]
    offers: dict[str, WorkOffer | None]


class WorkAway(Shown):
    """The database is away: what is shown is as old as `since` (null: nothing was read yet).

    A snapshot comes when it is back.
    """

    kind: Literal["away"] = "away"
    at: Instant
    since: Instant | None


MESSAGES = (WorkSnapshot, WorkChange, WorkAway)
