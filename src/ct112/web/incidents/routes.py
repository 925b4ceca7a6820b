"""The routes of incidents."""

from typing import Any

from ct112.store import (
    BadCursor,
    Connection,
    incidents,
    incidents_acting,
    incidents_reading,
)
from ct112.store.incidents_reading import IncidentQuery
from ct112.web import kinds
from ct112.web.access.principal import STAFF, Principal
from ct112.web.house import House
from ct112.web.incidents.model import (
    CallJoined,
    IncidentChanges,
    IncidentFilter,
    IncidentOpened,
    IncidentPage,
    IncidentShown,
    LikeList,
    LikeView,
    MergeInto,
    NewIncident,
    Timeline,
    Why,
    shown,
)
from ct112.web.incidents.opening import like, located, open_incident
from ct112.web.incidents.refusals import known_category, refusals
from ct112.web.incidents.timeline import timeline
from ct112.web.problems import bad_cursor
from ct112.web.routes import Handler, Reply, Route
from ct112.web.values import ById

BODY = 64 * 1024  # bytes; a description of 4,000 characters of any script


async def list_incidents(connection: Connection, query: IncidentFilter) -> IncidentPage:
    """List incidents, the newest first."""
    wanted = IncidentQuery(**query.model_dump(exclude={"limit", "after"}))
    try:
        page = await incidents_reading.page(connection, wanted, limit=query.limit, after=query.after)
    except BadCursor:
        raise bad_cursor() from None
    found = tuple(shown(view) for view in page.items)
    return IncidentPage(incidents=found, total=page.total, exact=page.exact, next=page.next)


async def add_incident(
    connection: Connection, house: House, who: Principal, body: NewIncident
) -> Reply[IncidentOpened]:
    """Open an incident; the answer names the agencies the rules propose."""
    return await open_incident(connection, house, who, body)


async def put_incident(
    connection: Connection, house: House, who: Principal, path: ById, body: NewIncident
) -> Reply[IncidentOpened]:
    """Open an incident under an id of the client's: the same again is the same, however often it is sent."""
    return await open_incident(connection, house, who, body, path.id)


async def read_incident(connection: Connection, path: ById) -> IncidentShown:
    """Read one incident."""
    with refusals():
        return shown(await incidents.get(connection, path.id))


async def change_incident(
    connection: Connection, house: House, who: Principal, path: ById, body: IncidentChanges, version: int
) -> IncidentShown:
    """Change what is known of an incident; agencies that were asked are told of it."""
    changes = await _changes(connection, house, body)
    if "category" in changes:
        await known_category(connection, changes["category"])
    with refusals():
        view = await incidents_acting.change(
            connection, path.id, version, changes, by=who.name, zone=house.zone
        )
    return shown(view)


async def _changes(connection: Connection, house: House, body: IncidentChanges) -> dict[str, Any]:
    """Return the fields that change, as the core names them."""
    changes = body.flat()
    if body.place is not None:
        changes["kelurahan"] = (await located(connection, house, body.place.place())).kelurahan
    return changes


async def join_call(connection: Connection, who: Principal, path: ById, body: CallJoined) -> IncidentShown:
    """Say that a call is about this incident."""
    with refusals():
        return shown(await incidents.join(connection, path.id, body.call_id, by=who.name))


async def merge_incident(
    connection: Connection, house: House, who: Principal, path: ById, body: MergeInto, version: int
) -> IncidentShown:
    """Say that an incident is another one; the answer is that one, with the agencies of both."""
    with refusals():
        view = await incidents_acting.merge(
            connection, path.id, body.into, version, by=who.name, zone=house.zone
        )
    return shown(view)


async def close_incident(
    connection: Connection, house: House, who: Principal, path: ById, body: Why, version: int | None
) -> IncidentShown:
    """Close an incident, and say why; agencies that are still under way stand down."""
    with refusals():
        view = await incidents_acting.close(
            connection, path.id, version, body.reason, by=who.name, zone=house.zone
        )
    return shown(view)


async def reopen_incident(
    connection: Connection, who: Principal, path: ById, body: Why, version: int | None
) -> IncidentShown:
    """Open a closed incident again."""
    with refusals():
        return shown(await incidents.reopen(connection, path.id, version, body.reason, by=who.name))


async def list_like(connection: Connection, path: ById) -> LikeList:
    """List the live incidents that may be the same event, the likeliest first."""
    with refusals():
        view = await incidents.get(connection, path.id)
    found = await like(connection, view.id, view.content, view.opened_at)
    return LikeList(like=tuple(LikeView.model_validate(likeness) for likeness in found))


async def read_timeline(connection: Connection, path: ById) -> Timeline:
    """Read all that happened to an incident and in its calls, in order."""
    with refusals():
        return Timeline(timeline=await timeline(connection, path.id))


PROBLEMS = frozenset({kinds.CONFLICT})
OPENING = frozenset({kinds.CONFLICT, kinds.REFUSED, kinds.STALE})


def _post(verb: str, handler: Handler, audit: str) -> Route:
    path = f"/api/v1/incidents/{{id}}/{verb}"
    return Route("POST", path, handler, STAFF, problems=PROBLEMS, keyed=True, audit=audit)


ROUTES = (
    Route("GET", "/api/v1/incidents", list_incidents, STAFF, audit="incident.list"),
    Route(
        "POST",
        "/api/v1/incidents",
        add_incident,
        STAFF,
        status=201,
        problems=OPENING,
        keyed=True,
        audit="incident.open",
        largest_body=BODY,
    ),
    Route(
        "PUT",
        "/api/v1/incidents/{id}",
        put_incident,
        STAFF,
        status=201,
        also={200: IncidentOpened},
        problems=OPENING,
        audit="incident.open",
        largest_body=BODY,
    ),
    Route("GET", "/api/v1/incidents/{id}", read_incident, STAFF, audit="incident.read"),
    Route(
        "PATCH",
        "/api/v1/incidents/{id}",
        change_incident,
        STAFF,
        problems=PROBLEMS | {kinds.REFUSED},
        audit="incident.change",
        largest_body=BODY,
    ),
    Route("GET", "/api/v1/incidents/{id}/like", list_like, STAFF, audit="incident.like"),
    Route("GET", "/api/v1/incidents/{id}/timeline", read_timeline, STAFF, audit="incident.timeline"),
    _post("calls", join_call, "incident.join"),
    _post("merge", merge_incident, "incident.merge"),
    _post("close", close_incident, "incident.close"),
    _post("reopen", reopen_incident, "incident.reopen"),
)
