"""The routes of alerts."""

from collections.abc import Iterator
from contextlib import contextmanager

from ct112.incidents.alerts import AlertStatus
from ct112.store import BadCursor, Connection, alerts, cameras
from ct112.store import incidents as stored_incidents
from ct112.store.alerts import AlertRefused, AlertUnknown, Raised, StoredAlert, TooManyAlerts
from ct112.web import kinds
from ct112.web.access.principal import STAFF, Principal, Role
from ct112.web.alerts.model import (
    AlertPage,
    AlertQuery,
    AlertTaken,
    AlertView,
    AlertWithCameras,
    AsIncident,
    CameraView,
    Dismissal,
    NearCamera,
    NewAlert,
    SaidView,
)
from ct112.web.house import House
from ct112.web.incidents.model import NewIncident, PlaceGiven
from ct112.web.incidents.opening import open_incident
from ct112.web.incidents.refusals import refusals
from ct112.web.problems import Problem, bad_cursor
from ct112.web.routes import Handler, Reply, Route
from ct112.web.values import ById


async def add_alert(connection: Connection, who: Principal, body: NewAlert) -> Reply[AlertTaken]:
    """Raise an alert; one that repeats another of its kind near by is merged into it (200)."""
    said = body.evidence.model_dump(exclude_none=True)
    raised = Raised(**body.model_dump(exclude={"evidence"}), evidence=said)
    try:
        alert, new = await alerts.raise_(connection, raised, by=who.name)
    except TooManyAlerts as error:
        raise Problem(kinds.SLOW_DOWN, str(error), title="too many alerts") from None
    return Reply(AlertTaken.model_validate(alert), 201 if new else 200)


async def list_alerts(connection: Connection, query: AlertQuery) -> AlertPage:
    """List alerts, the newest first."""
    try:
        page = await alerts.page(connection, live=query.live, limit=query.limit, after=query.after)
    except BadCursor:
        raise bad_cursor() from None
    found = tuple(map(AlertView.model_validate, page.items))
    return AlertPage(alerts=found, total=page.total, exact=page.exact, next=page.next)


async def read_alert(connection: Connection, path: ById) -> AlertWithCameras:
    """Read one alert, with what was said and the nearest cameras."""
    with _refusals():
        return await _shown(connection, await alerts.get(connection, path.id))


async def take_alert(connection: Connection, who: Principal, path: ById) -> AlertWithCameras:
    """Say that you look at an alert."""
    with _refusals():
        return await _shown(connection, await alerts.take(connection, path.id, by=who.name))


async def dismiss_alert(
    connection: Connection, who: Principal, path: ById, body: Dismissal
) -> AlertWithCameras:
    """Say that nobody has to act on an alert, and why."""
    with _refusals():
        return await _shown(connection, await alerts.dismiss(connection, path.id, body.reason, by=who.name))


async def make_incident_of_alert(
    connection: Connection, house: House, who: Principal, path: ById, body: AsIncident
) -> AlertWithCameras:
    """Open an incident from an alert, or say to which it belongs."""
    if (body.incident_id is None) == (body.category is None):
        raise Problem(kinds.REFUSED, "send incident_id of one that is there, or category for a new one")
    with _refusals():
        alert = await alerts.lock(connection, path.id)
        alerts.may(alert, AlertStatus.INCIDENT)
        if body.incident_id is None:
            opened = await open_incident(connection, house, who, _draft(alert, body))
            incident = opened.body.id
        else:
            with refusals():
                incident = (await stored_incidents.get(connection, body.incident_id)).id
        return await _shown(connection, await alerts.became(connection, path.id, incident, by=who.name))


def _draft(alert: StoredAlert, body: AsIncident) -> NewIncident:
    assert body.category is not None
    place = PlaceGiven(latitude=alert.latitude, longitude=alert.longitude, text=alert.place_text)
    words = body.description or f"{alert.kind}: {alert.source}"
    return NewIncident(category=body.category, priority=body.priority, place=place, description=words)


async def _shown(connection: Connection, alert: StoredAlert) -> AlertWithCameras:
    near = await cameras.near(connection, alert.latitude, alert.longitude)
    return AlertWithCameras(
        **AlertView.model_validate(alert).model_dump(),
        evidence=tuple(SaidView.model_validate(said) for said in alert.evidence),
        cameras=tuple(
            NearCamera(metres=round(metres, 1), camera=CameraView.model_validate(camera))
            for metres, camera in near
        ),
    )


@contextmanager
def _refusals() -> Iterator[None]:
    try:
        yield
    except AlertUnknown as error:
        raise Problem(kinds.NOT_FOUND, str(error), title="no such alert") from None
    except AlertRefused as error:
        raise Problem(kinds.CONFLICT, str(error)) from None


CONFLICTS = frozenset({kinds.CONFLICT})


def _post(verb: str, handler: Handler) -> Route:
    path, audit = f"/api/v1/alerts/{{id}}/{verb}", f"alert.{verb}"
    return Route("POST", path, handler, STAFF, problems=CONFLICTS, keyed=True, audit=audit)


ROUTES = (
    Route(
        "POST",
        "/api/v1/alerts",
        add_alert,
        frozenset({Role.INTEGRATION, Role.ADMIN}),
        status=201,
        also={200: AlertTaken},
        keyed=True,
        audit="alert.raise",
    ),
    Route("GET", "/api/v1/alerts", list_alerts, STAFF, audit="alert.list"),
    Route("GET", "/api/v1/alerts/{id}", read_alert, STAFF, audit="alert.read"),
    _post("take", take_alert),
    _post("dismiss", dismiss_alert),
    _post("incident", make_incident_of_alert),
)
