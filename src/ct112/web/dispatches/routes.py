"""The routes of dispatches: the centre asks, an agency sees and moves its own alone."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from uuid import UUID

from ct112.incidents.dispatches import DispatchStatus
from ct112.incidents.routing import Proposal, propose
from ct112.incidents.spoken import Telling
from ct112.store import (
    BadCursor,
    Connection,
    clock,
    deliveries,
    dispatches,
    dispatches_reading,
    dispatches_telling,
    incidents,
    routing,
)
from ct112.store.agencies import AgencyError, AgencyUnknown
from ct112.store.dispatches_reading import DispatchQuery, DispatchUnknown, StoredDispatch
from ct112.web import kinds
from ct112.web.access.principal import STAFF, Principal, Role
from ct112.web.dispatches.model import (
    Asked,
    DeliveryList,
    DeliveryView,
    DispatchFilter,
    DispatchPage,
    DispatchShown,
    DispatchWhole,
    Report,
    tells_caller,
    whole,
)
from ct112.web.house import House
from ct112.web.incidents.model import IncidentShown, shown
from ct112.web.incidents.refusals import refusals
from ct112.web.problems import Problem, bad_cursor, refused_field
from ct112.web.routes import Route
from ct112.web.values import ById

WHO_SEES = STAFF | {Role.AGENCY}


async def ask_agencies(
    house: House, who: Principal, connection: Connection, path: ById, body: Asked
) -> IncidentShown:
    """Ask agencies to act on an incident; who is asked already is told alone what is sent more."""
    with refusals(), _problems():
        proposal = await _proposal(connection, house, path.id, body)
        codes = body.agencies or proposal.agencies
        if not codes:
            raise refused_field("agencies", "are not proposed by any rule", "name them: agencies=[…]")
        view = await dispatches.ask(
            connection, path.id, codes, by=who.name, zone=house.zone, what=proposal.what
        )
    return shown(view)


async def list_dispatches(who: Principal, connection: Connection, query: DispatchFilter) -> DispatchPage:
    """List dispatches, the newest first; an agency its own alone, which are received by that."""
    if who.role is Role.AGENCY and query.agency not in (None, who.agency):
        raise Problem(kinds.NOT_FOUND, "an agency sees its own dispatches alone", title="no such agency")
    given = query.model_dump(exclude={"limit", "after"})
    wanted = DispatchQuery(**given | {"agency": _own(who) or query.agency})
    try:
        page = await dispatches_reading.page(connection, wanted, limit=query.limit, after=query.after)
    except BadCursor:
        raise bad_cursor() from None
    items = await _received(who, connection, page.items)
    found = tuple(DispatchShown.model_validate(dispatch) for dispatch in items)
    return DispatchPage(dispatches=found, total=page.total, exact=page.exact, next=page.next)


async def read_dispatch(who: Principal, connection: Connection, path: ById) -> DispatchWhole:
    """Read a dispatch and what it is about; an agency its own alone, which is received by that."""
    with _problems():
        found = await dispatches.get(connection, path.id, _own(who))
        (found,) = await _received(who, connection, [found])
        return await _whole(who, connection, found)


async def report_status(
    house: House, who: Principal, connection: Connection, path: ById, body: Report
) -> DispatchWhole:
    """Note how far an agency is: by itself, or by the centre for it. Said twice, it is said once."""
    _may_say(who, body)
    how = (
        None if body.on_behalf is None else ": ".join(filter(None, (body.on_behalf.how, body.on_behalf.who)))
    )
    with refusals(), _problems():
        moved = await dispatches.report(
            connection,
            path.id,
            DispatchStatus(body.status),
            by=who.name,
            zone=house.zone,
            reason=body.reason,
            how=how,
            agency=_own(who),
        )
        return await _whole(who, connection, moved)


async def list_deliveries(connection: Connection, path: ById) -> DeliveryList:
    """List what was tried to tell an agency, the oldest first."""
    with _problems():
        await dispatches.get(connection, path.id)
    rows = await deliveries.of_dispatch(connection, path.id)
    return DeliveryList(deliveries=tuple(DeliveryView.model_validate(dict(row)) for row in rows))


async def _proposal(connection: Connection, house: House, id_: UUID, body: Asked) -> Proposal:
    """Return whom the rules propose, and what of them is sent; that no rule fits is an alarm."""
    content = (await incidents.get(connection, id_)).content
    area, here = content.place.kelurahan, (await clock.now(connection)).astimezone(house.zone)
    proposal = propose(await routing.book(connection), content.category, area, here, body.alarm_level)
    if proposal.alarm and not body.agencies:
        await routing.unmatched(connection, id_, content.category, area, proposal.version)
    return proposal


async def _received(
    who: Principal, connection: Connection, found: Sequence[StoredDispatch]
) -> Sequence[StoredDispatch]:
    """Note that an agency's page or program has these now, and return them as they are then."""
    if who.role is not Role.AGENCY or not any(one.status is DispatchStatus.SENT for one in found):
        return found
    await dispatches.received(connection, found, by=who.name, how="its page")
    sent = DispatchStatus.SENT
    return [await dispatches.get(connection, one.id) if one.status is sent else one for one in found]


async def _whole(who: Principal, connection: Connection, dispatch: StoredDispatch) -> DispatchWhole:
    view = await incidents.get(connection, dispatch.incident_id)
    telling = await dispatches_telling.waits_for(connection, dispatch)
    new = await dispatches_telling.changed_since(connection, dispatch) if telling is Telling.CHANGE else ()
    caller = who.role is not Role.AGENCY or tells_caller(dispatch, view)
    return whole(dispatch, view, caller=caller, unacknowledged=telling, changed=new)


def _own(who: Principal) -> str | None:
    """Return the agency somebody is of; None: of the centre. An agency's account without one sees nothing."""
    return (who.agency or "") if who.role is Role.AGENCY else None


def _may_say(who: Principal, body: Report) -> None:
    """Refuse what is not theirs to say. Raises Problem."""
    if who.role is Role.AGENCY:
        if body.status == "cancelled":
            raise Problem(kinds.NOT_ALLOWED, "the centre cancels: an agency declines, with a reason")
        if body.on_behalf is not None:
            raise refused_field("on_behalf", "is for the centre", "leave it out: you speak for yourselves")
    elif body.on_behalf is None and body.status != "cancelled":
        remedy = "say how they told you: {how: radio, telephone, in_person or other, who}"
        raise refused_field("on_behalf", "is missing: you are not of this agency", remedy)


@contextmanager
def _problems() -> Iterator[None]:
    """Raise what the store refuses as a problem."""
    try:
        yield
    except DispatchUnknown as error:
        raise Problem(kinds.NOT_FOUND, str(error), title="no such dispatch") from None
    except AgencyUnknown as error:
        raise refused_field("agencies", "has one that is not there", str(error)) from None
    except AgencyError as error:
        raise refused_field("agencies", "has one that cannot be asked", str(error)) from None


CONFLICT = frozenset({kinds.CONFLICT})
ROUTES = (
    Route(
        "POST",
        "/api/v1/incidents/{id}/dispatches",
        ask_agencies,
        STAFF,
        problems=CONFLICT | {kinds.REFUSED},
        keyed=True,
        audit="dispatch.ask",
    ),
    Route(
        "GET",
        "/api/v1/dispatches",
        list_dispatches,
        WHO_SEES,
        problems=frozenset({kinds.NOT_FOUND}),
        audit="dispatch.list",
    ),
    Route("GET", "/api/v1/dispatches/{id}", read_dispatch, WHO_SEES, audit="dispatch.read"),
    Route(
        "POST",
        "/api/v1/dispatches/{id}/status",
        report_status,
        WHO_SEES,
        problems=CONFLICT | {kinds.REFUSED},
        keyed=True,
        audit="dispatch.report",
    ),
    Route("GET", "/api/v1/dispatches/{id}/deliveries", list_deliveries, STAFF, audit="dispatch.deliveries"),
)
