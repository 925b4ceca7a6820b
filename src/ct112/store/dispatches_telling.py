"""What an agency was told and nobody of it has acknowledged yet, and what of an incident is new to it."""

from sqlalchemy import ColumnElement, case, func, select

from ct112.incidents.dispatches import UNANSWERED, DispatchStatus
from ct112.incidents.spoken import Telling
from ct112.store.deliveries import DELIVERIES
from ct112.store.dispatches_reading import DISPATCHES, StoredDispatch
from ct112.store.engine import Connection
from ct112.store.incident_changes import CHANGES

RAISED, MOVED = "dispatch_raised", "dispatch_moved"


def unacknowledged() -> ColumnElement[str | None]:
    """Return the SQL of the newest telling that waits for an acknowledgement; beside a row of `dispatch`.

    What is on its way; or what was given up after the last way: then the dispatch is escalated.
    """
    status = DISPATCHES.c.status
    on_its_way = (
        select(DELIVERIES.c.telling)
        .where(DELIVERIES.c.dispatch_id == DISPATCHES.c.id, DELIVERIES.c.due_at.is_not(None))
        .order_by(DELIVERIES.c.created_at.desc())
        .limit(1)
        .scalar_subquery()
    )
    given_up = case(
        (status.in_((DispatchStatus.SENT, DispatchStatus.RECEIVED)), str(Telling.NEW)),
        (DISPATCHES.c.escalated_at.is_(None), None),
        (status == DispatchStatus.CANCELLED, str(Telling.STAND_DOWN)),
        (status.in_(UNANSWERED), str(Telling.NEW)),
        else_=str(Telling.CHANGE),
    )
    return func.coalesce(on_its_way, given_up).label("unacknowledged")


async def waits_for(connection: Connection, dispatch: StoredDispatch) -> Telling | None:
    """Return what of a dispatch nobody of the agency has acknowledged; None: nothing."""
    query = select(unacknowledged()).where(DISPATCHES.c.id == dispatch.id)
    found = await connection.scalar(query)
    return None if found is None else Telling(found)


async def changed_since(connection: Connection, dispatch: StoredDispatch) -> tuple[str, ...]:
    """Return the names of what has changed since somebody of the agency acknowledged last.

    "what" of it is sent; "incident": it goes on for another one.
    """
    acknowledged = select(func.max(DELIVERIES.c.ended_at)).where(
        DELIVERIES.c.dispatch_id == dispatch.id, DELIVERIES.c.state == "acknowledged"
    )
    since = await connection.scalar(acknowledged) or dispatch.acknowledged_at or dispatch.asked_at
    lines = select(CHANGES.c.kind, CHANGES.c.data).where(
        CHANGES.c.incident_id == dispatch.incident_id,
        CHANGES.c.kind.in_(("changed", RAISED, MOVED)),
        CHANGES.c.at > since,
    )
    found: set[str] = set()
    for kind, data in await connection.execute(lines):
        if kind == "changed":
            found |= data.keys()
        elif data.get("agency") == dispatch.agency:
            found.add("what" if kind == RAISED else "incident")
    return tuple(sorted(found))
