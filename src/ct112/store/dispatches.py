"""Dispatches: asking agencies to act, what they report, changes and stand-downs.

In the caller's transaction. The incident's row is locked first, always: what happens to its dispatches
happens one after another.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, tzinfo
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert

from ct112.incidents.dispatches import OVER, SEEN, UNANSWERED, DispatchStatus, moved
from ct112.incidents.routing import MORE
from ct112.incidents.spoken import Telling
from ct112.incidents.states import IncidentRefused
from ct112.incidents.view import IncidentView
from ct112.store import agencies, clean, clock, deliveries, incident_changes, incidents
from ct112.store.agencies import AgencyError
from ct112.store.dispatches_reading import DISPATCHES, StoredDispatch, get
from ct112.store.engine import Connection


async def ask(
    connection: Connection,
    incident: UUID,
    codes: Sequence[str],
    *,
    by: str,
    zone: tzinfo,
    what: Mapping[str, str] | None = None,
) -> IncidentView:
    """Ask agencies to act. Who is asked already is not asked twice. Returns the incident.

    `what` of each agency is to be sent, in words. One that is asked already is told what is sent more as a
    change.

    Raises IncidentUnknown, IncidentRefused, and AgencyError for one that is not there or not active.
    """
    view = await incidents.lock(connection, incident)
    now = (await clock.now(connection)).astimezone(zone)
    what, new, priority = what or {}, [], view.content.priority
    for code in dict.fromkeys(codes):
        agency = await agencies.get(connection, code)
        if not agency.active:
            raise AgencyError(f"agency {code} is not active: ask another one")
        made = await _insert(connection, incident, code, by, what.get(code))
        if made is not None:
            new.append((code, made))
        elif code in what:
            await _more(connection, incident, code, what[code], priority, now, by=by)
    if new:
        asked = [code for code, _ in new]
        words = {code: what[code] for code in asked if code in what}
        await incidents.dispatched(connection, incident, asked, by=by, what=words)
    for code, made in new:
        await deliveries.begin(connection, made, code, Telling.NEW, priority, now)
    return await incidents.get(connection, incident)


async def report(
    connection: Connection,
    id_: UUID,
    to: DispatchStatus,
    *,
    by: str,
    zone: tzinfo,
    reason: str | None = None,
    how: str | None = None,
    agency: str | None = None,
) -> StoredDispatch:
    """Note how far an agency is. `how`: by radio, by telephone, when somebody else says it for them.

    `agency`: it has to be this one's. An acknowledgement is of all the agency was told until now; what is on
    its way to it needs no further try. A decline is followed by the next step at once; the same decline sent
    once more changes nothing, as long as nobody else was told.
    Raises DispatchUnknown, IncidentRefused.
    """
    old = await lock(connection, id_, agency)
    if to is DispatchStatus.CANCELLED:
        return await cancel(connection, id_, by=by, zone=zone, reason=reason or "")
    changed = moved(old.status, to)
    if changed:
        await _move(connection, old, to, by=by, reason=reason, how=how)
    now = (await clock.now(connection)).astimezone(zone)
    if to is DispatchStatus.ACKNOWLEDGED:
        await deliveries.acknowledged(connection, id_)
        listed = {"escalated_at": None, "escalated_why": None}
        await connection.execute(update(DISPATCHES).where(DISPATCHES.c.id == id_).values(listed))
    elif to is DispatchStatus.DONE:
        await deliveries.over(connection, id_, "done")
    elif to in SEEN:
        await deliveries.acknowledged(connection, id_, Telling.NEW)
    elif to is DispatchStatus.DECLINED and (changed or await deliveries.arrived(connection, id_)):
        await deliveries.declined(connection, old, await _priority(connection, old), now)
    return await get(connection, id_)


async def cancel(connection: Connection, id_: UUID, *, by: str, zone: tzinfo, reason: str) -> StoredDispatch:
    """Have an agency stand down; that is delivered and acknowledged as a dispatch is. Raises as `report`."""
    old = await lock(connection, id_)
    if not moved(old.status, DispatchStatus.CANCELLED):
        return old
    await _move(connection, old, DispatchStatus.CANCELLED, by=by, reason=reason, how=None)
    await deliveries.over(connection, id_, "cancelled")
    now = (await clock.now(connection)).astimezone(zone)
    priority = await _priority(connection, old)
    await deliveries.begin(connection, id_, old.agency, Telling.STAND_DOWN, priority, now)
    return await get(connection, id_)


async def stand_down(connection: Connection, incident: UUID, *, by: str, zone: tzinfo, reason: str) -> None:
    """Have every agency that is still asked to act on an incident stand down."""
    await incidents.lock(connection, incident)
    for dispatch in await _under_way(connection, incident):
        await cancel(connection, dispatch.id, by=by, zone=zone, reason=reason)


async def incident_changed(connection: Connection, view: IncidentView, *, zone: tzinfo) -> None:
    """Tell every agency that was asked to act what has changed. What was not sent yet says it anyway."""
    now = (await clock.now(connection)).astimezone(zone)
    for dispatch in await _under_way(connection, view.id):
        await _tell_change(connection, dispatch, view.content.priority, now)


async def merged(connection: Connection, gone: UUID, into: IncidentView, *, by: str, zone: tzinfo) -> None:
    """Have the agencies of a merged incident go on for the other; who is asked there already stands down."""
    already = {dispatch.agency: dispatch for dispatch in await _under_way(connection, into.id)}
    now = (await clock.now(connection)).astimezone(zone)
    for dispatch in await _under_way(connection, gone):
        if dispatch.agency in already:
            if dispatch.what and not already[dispatch.agency].what:
                what, priority = dispatch.what, into.content.priority
                await _more(connection, into.id, dispatch.agency, what, priority, now, by=by)
            reason = f"it is incident {into.number}"
            await cancel(connection, dispatch.id, by=by, zone=zone, reason=reason)
            continue
        there = update(DISPATCHES).where(DISPATCHES.c.id == dispatch.id).values(incident_id=into.id)
        await connection.execute(there.values(version=DISPATCHES.c.version + 1))
        await incident_changes.append(
            connection, into.id, by=by, kind="dispatch_moved", data={"agency": dispatch.agency}
        )
        priority = into.content.priority
        await deliveries.begin(connection, dispatch.id, dispatch.agency, Telling.CHANGE, priority, now)


async def received(connection: Connection, ids: Sequence[StoredDispatch], *, by: str, how: str) -> None:
    """Note that an agency's machine has these; of those somebody there has seen, nothing is to be noted."""
    for each in sorted(ids, key=lambda one: one.incident_id):  # in the order in which incidents are merged
        if each.status is DispatchStatus.SENT:
            old = await lock(connection, each.id)
            if old.status is DispatchStatus.SENT:
                await _move(connection, old, DispatchStatus.RECEIVED, by=by, reason=None, how=how)


async def lock(connection: Connection, id_: UUID, agency: str | None = None) -> StoredDispatch:
    """Return a dispatch; nobody else changes its incident meanwhile. Raises DispatchUnknown."""
    while True:
        first = await get(connection, id_, agency)
        async with connection.begin_nested() as begun:
            await incidents.lock(connection, first.incident_id)
            found = await get(connection, id_, agency)
            if found.incident_id == first.incident_id:
                return found
            await begun.rollback()  # merged meanwhile: let go of the one before another is waited for


async def _tell_change(
    connection: Connection, dispatch: StoredDispatch, priority: int, here: datetime
) -> None:
    """Tell an agency what has changed; what was not sent yet says it anyway."""
    if await deliveries.waits(connection, dispatch.id, Telling.NEW):
        return
    await deliveries.over(connection, dispatch.id, "a later change", Telling.CHANGE)
    await deliveries.begin(connection, dispatch.id, dispatch.agency, Telling.CHANGE, priority, here)


async def _more(
    connection: Connection, incident: UUID, agency: str, what: str, priority: int, here: datetime, *, by: str
) -> None:
    """Tell an agency that is asked already what is sent more; a lower alarm level takes nothing back."""
    for old in await _under_way(connection, incident):
        was = old.what or ""
        if old.agency != agency or was == what or was.startswith(what + MORE):
            continue
        version = DISPATCHES.c.version + 1
        values = {"what": clean.text(what), "version": version}
        await connection.execute(update(DISPATCHES).where(DISPATCHES.c.id == old.id).values(values))
        said = {"dispatch": str(old.id), "agency": agency, "was": old.what, "what": what}
        await incident_changes.append(connection, incident, by=by, kind="dispatch_raised", data=said)
        await _tell_change(connection, old, priority, here)


async def _insert(
    connection: Connection, incident: UUID, agency: str, by: str, what: str | None
) -> UUID | None:
    """Return the id of a new dispatch; None: the agency is asked already."""
    made = uuid4()
    row = {
        "id": made,
        "incident_id": incident,
        "agency": agency,
        "status": DispatchStatus.SENT,
        "asked_by": clean.text(by),
        "what": clean.maybe(what),
        "changed_by": clean.text(by),
    }
    done = await connection.execute(insert(DISPATCHES).values(row).on_conflict_do_nothing())
    return made if done.rowcount else None


async def _move(
    connection: Connection,
    old: StoredDispatch,
    to: DispatchStatus,
    *,
    by: str,
    reason: str | None,
    how: str | None,
) -> None:
    values: dict[str, Any] = {"status": to, "reason": clean.maybe(reason), "how": clean.maybe(how)}
    if to in SEEN - OVER | {DispatchStatus.DONE}:
        values["acknowledged_at"] = func.coalesce(DISPATCHES.c.acknowledged_at, func.now())
        if old.status in UNANSWERED or to is DispatchStatus.DONE:  # a change nobody acknowledged stays listed
            values |= {"escalated_at": None, "escalated_why": None}
    if to in (DispatchStatus.ON_SCENE, DispatchStatus.DONE):
        values["on_scene_at"] = func.coalesce(DISPATCHES.c.on_scene_at, func.now())
    values |= {"version": DISPATCHES.c.version + 1, "changed_at": func.now(), "changed_by": clean.text(by)}
    await connection.execute(update(DISPATCHES).where(DISPATCHES.c.id == old.id).values(values))
    said = {"dispatch": str(old.id), "agency": old.agency, "was": old.status, "reason": reason, "how": how}
    await incident_changes.append(connection, old.incident_id, by=by, kind=f"dispatch_{to}", data=said)


async def _under_way(connection: Connection, incident: UUID) -> list[StoredDispatch]:
    query = select(DISPATCHES.c.id).where(
        DISPATCHES.c.incident_id == incident, DISPATCHES.c.status.not_in(OVER)
    )
    return [await get(connection, id_) for id_ in (await connection.execute(query)).scalars().all()]


async def _priority(connection: Connection, dispatch: StoredDispatch) -> int:
    return (await incidents.get(connection, dispatch.incident_id)).content.priority


__all__ = ["IncidentRefused", "ask", "cancel", "get", "incident_changed", "lock", "merged"]
__all__ += ["received", "report", "stand_down"]
