"""Alerts and cameras as the API shows them and takes them."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from ct112.incidents.alerts import AlertStatus
from ct112.web.incidents.model import Code, Latitude, Longitude, Priority, Reason, Text
from ct112.web.values import Cursor, Given, Instant, Line, PageSize, Shown

CameraCode = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,39}$", max_length=40)]
Stream = Annotated[
    str,
    Field(
        pattern=r"^(rtsps?|https?)://[A-Za-z0-9.\[\]:-]+(/[^\s@\x00-\x1f\x7f]*)?$",
        max_length=500,
        description="rtsp, rtsps, http or https, without a password in it",
    ),
]
Value = Annotated[str, Field(max_length=500, pattern=r"^[^\x00-\x1f\x7f]*$")]


class Evidence(Given):
    """What the sensor goes by: a value with its unit, a picture's address, words."""

    value: float | None = Field(default=None, allow_inf_nan=False)
    unit: Value | None = None
    picture: Stream | None = None
    text: Text | None = None
    device: Value | None = None


class NewAlert(Given):
    """What was seen, where. `kind`: a word of the sensor's, as "smoke" or "water_level"."""

    kind: Code
    latitude: Latitude
    longitude: Longitude
    place_text: Line | None = None
    evidence: Evidence = Evidence()


class AlertTaken(Shown):
    """Which alert it is now: a new one, or one it was merged into."""

    id: UUID
    status: AlertStatus
    times: int


class SaidView(Shown):
    """What was said, when and by which account."""

    at: Instant
    by: str
    said: Evidence


class CameraView(Shown):
    """A camera of the city."""

    code: str
    name: str
    latitude: float
    longitude: float
    stream: str
    active: bool
    version: int


class NearCamera(Shown):
    """A camera near by."""

    metres: float
    camera: CameraView


class AlertView(Shown):
    """An alert: a task for an operator while it is open or taken; in UTC. `times`: how often it came."""

    id: UUID
    version: int
    status: AlertStatus
    kind: str
    source: str
    latitude: float
    longitude: float
    place_text: str | None
    times: int
    first_at: Instant
    last_at: Instant
    taken_by: str | None
    taken_at: Instant | None
    closed_at: Instant | None
    close_reason: str | None
    incident_id: UUID | None


class AlertWithCameras(AlertView):
    """An alert with what was said, and the cameras nearest to it."""

    evidence: tuple[SaidView, ...]
    cameras: tuple[NearCamera, ...]


class AlertPage(Shown):
    """Some of the alerts, the newest first."""

    alerts: tuple[AlertView, ...]
    total: int
    exact: bool
    next: str | None


class AlertQuery(Given):
    """Which alerts."""

    limit: PageSize = 50
    after: Cursor | None = None
    live: Annotated[bool | None, Field(description="true: to be looked at; false: over")] = None


class Dismissal(Given):
    """Why nobody has to act."""

    reason: Reason


class AsIncident(Given):
    """Which incident it is: one that is there, or a new one of a category."""

    incident_id: UUID | None = None
    category: Code | None = None
    priority: Priority | None = None
    description: Text | None = None


class ByCamera(Given):
    """The path of a camera."""

    code: CameraCode


class NewCamera(Given):
    """A camera to register."""

    code: CameraCode
    name: Annotated[Line, Field(min_length=1)]
    latitude: Latitude
    longitude: Longitude
    stream: Stream


class CameraChanges(Given):
    """What is to change."""

    name: Annotated[Line, Field(min_length=1)] = ""
    latitude: Latitude = 0.0
    longitude: Longitude = 0.0
    stream: Stream = ""
    active: bool = True


class CameraPage(Shown):
    """Some of the cameras, by code."""

    cameras: tuple[CameraView, ...]
    total: int
    exact: bool
    next: str | None


class CameraQuery(Given):
    """Which cameras."""

    limit: PageSize = 50
    after: Cursor | None = None
