"""Noting a dispatch that a person made, by telephone or radio, before the database knew of it.

Nothing is delivered for it: the agency has been told. Its times are those of the talk; the trail says when
it was noted, and by whom.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert

from ct112.incidents.dispatches import OVER, DispatchStatus
from ct112.incidents.spoken import Telling
from ct112.incidents.states import IncidentRefused, Status
from ct112.incidents.view import IncidentView
from ct112.store import agencies, clean, clock, deliveries, incident_changes, incidents
from ct112.store.calls import CALLS
from ct112.store.dispatches_reading import DISPATCHES, StoredDispatch, get
from ct112.store.engine import Connection
from ct112.store.incidents import DraftedOtherwise, IncidentUnknown

CLOCKS_DIFFER = timedelta(seconds=10)
LONGEST_AWAY = timedelta(days=7)
NOT_ACKNOWLEDGED = "told by a person, not acknowledged yet"


class NotArrived(LookupError):
    """The incident is still on its way: send it, then this again."""


class ToldWrongly(ValueError):
    """The agency cannot have been told then; the text says what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """What a person told an agency, when and by which way. `acknowledged`: they said yes.

    `how` has to whom, too. `digest` tells this note from another under the same id.
    """

    id: UUID
    incident: UUID
    agency: str
    told_at: datetime
    told_by: str
    how: str
    acknowledged: bool
    what: str | None
    digest: bytes


async def note(connection: Connection, given: Note, *, by: str) -> tuple[StoredDispatch, bool]:
    """Note a dispatch; return it, and whether it is new. The same note under its id again changes nothing.

    It joins the incident, or the one that was merged into. Raises NotArrived, IncidentRefused, ToldWrongly,
    DraftedOtherwise, and AgencyUnknown; an agency that is not active any more may have been told before.
    """
    known = await _known(connection, given)
    if known is not None:
        return known, False
    view = await _lock(connection, given.incident)
    known = await _known(connection, given)  # sent twice at once, the second has waited for the first
    if known is not None:
        return known, False
    code = (await agencies.get(connection, given.agency)).code
    told_at = await _told_at(connection, view, given)
    if not await _insert(connection, view.id, given, told_at):
        raise await _taken(connection, view.id, given)
    words = {} if given.what is None else {code: given.what}
    await incidents.dispatched(connection, view.id, [code], by=by, what=words)
    await incident_changes.append(
        connection, view.id, by=by, kind="dispatch_noted", data=_said(given, told_at)
    )
    if not given.acknowledged:
        await deliveries.escalate(connection, given.id, Telling.NEW, NOT_ACKNOWLEDGED)
    return await get(connection, given.id), True


async def _known(connection: Connection, given: Note) -> StoredDispatch | None:
    query = select(DISPATCHES.c.drafted_as).where(DISPATCHES.c.id == given.id)
    row = (await connection.execute(query)).one_or_none()
    if row is None:
        return None
    if row.drafted_as != given.digest:
        raise DraftedOtherwise("under this id another dispatch is known: choose a new id")
    return await get(connection, given.id)


async def _lock(connection: Connection, incident: UUID) -> IncidentView:
    """Return the incident, or the one it was merged into, that nobody else changes meanwhile."""
    try:
        view = await incidents.get(connection, incident)
        while view.merged_into is not None:
            view = await incidents.get(connection, view.merged_into)
        view = await incidents.lock(connection, view.id)
    except IncidentUnknown:
        raise NotArrived(
            "the incident is not here yet: send it by PUT /api/v1/incidents/{id}, then this again"
        ) from None
    if view.status is Status.MERGED:
        raise IncidentRefused("it was merged into another incident just now: send this again")
    return view


async def _told_at(connection: Connection, view: IncidentView, given: Note) -> datetime:
    """Return when the agency was told: not in the future, and not before the call."""
    now = await clock.now(connection)
    if given.told_at > now + CLOCKS_DIFFER:
        raise ToldWrongly(f"is in the future: it is {now:%Y-%m-%dT%H:%M:%SZ} now, set this computer's clock")
    query = select(func.min(CALLS.c.arrived_at)).where(CALLS.c.id.in_(view.calls))
    called: datetime | None = await connection.scalar(query)
    first = view.opened_at - LONGEST_AWAY if called is None else called - CLOCKS_DIFFER
    if given.told_at < first:
        raise ToldWrongly("is before the call: give the time at which the agency was told")
    return min(given.told_at, now)


async def _insert(connection: Connection, incident: UUID, given: Note, told_at: datetime) -> bool:
    """Return whether it was inserted; False: the agency is asked already, or the id is taken."""
    row: dict[str, Any] = {
        "id": given.id,
        "incident_id": incident,
        "agency": given.agency,
        "status": DispatchStatus.ACKNOWLEDGED if given.acknowledged else DispatchStatus.SENT,
        "asked_at": told_at,
        "asked_by": clean.text(given.told_by),
        "changed_at": told_at,
        "changed_by": clean.text(given.told_by),
        "how": clean.text(given.how),
        "what": clean.maybe(given.what),
        "acknowledged_at": told_at if given.acknowledged else None,
        "noted_at": func.clock_timestamp(),
        "drafted_as": given.digest,
    }
    done = await connection.execute(insert(DISPATCHES).values(row).on_conflict_do_nothing())
    return bool(done.rowcount)


async def _taken(connection: Connection, incident: UUID, given: Note) -> Exception:
    """Return why it could not be inserted."""
    query = select(DISPATCHES.c.id).where(
        DISPATCHES.c.incident_id == incident,
        DISPATCHES.c.agency == given.agency,
        DISPATCHES.c.status.not_in(OVER),
    )
    other = await connection.scalar(query)
    if other is None:
        return DraftedOtherwise("under this id another dispatch is known: choose a new id")
    remedy = f"say how far it is by POST /api/v1/dispatches/{other}/status, with on_behalf"
    return IncidentRefused(f"{given.agency} is asked already: {remedy}")


def _said(given: Note, told_at: datetime) -> dict[str, Any]:
    return {
        "dispatch": str(given.id),
        "agency": given.agency,
        "told_at": told_at.isoformat(timespec="seconds"),
        "told_by": given.told_by,
        "how": given.how,
        "status": DispatchStatus.ACKNOWLEDGED if given.acknowledged else DispatchStatus.SENT,
        "what": given.what,
    }
