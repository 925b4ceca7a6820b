"""Incidents: each change is one row, one version and one line of the trail, in the caller's transaction."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as insert_or

from ct112.incidents.incident import Content, changed, content
from ct112.incidents.numbering import number
from ct112.incidents.states import IncidentRefused, Status, Step, after
from ct112.incidents.view import IncidentView
from ct112.store import clean, incident_changes
from ct112.store.engine import Connection
from ct112.store.faults import Stale
from ct112.store.incident_tables import IncidentCall, IncidentDay
from ct112.store.incidents_reading import INCIDENTS, IncidentUnknown, get

DAYS = IncidentDay.metadata.tables["incident_day"]
CALLS = IncidentCall.metadata.tables["incident_call"]


class DraftedOtherwise(ValueError):
    """Under this id another incident was opened."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What an incident is opened with. `id` and `digest`: of a client that may have to send it again."""

    content: Content
    calls: tuple[UUID, ...] = ()
    id: UUID | None = None
    digest: bytes | None = None


async def open_(connection: Connection, draft: Draft, *, by: str, day: date) -> tuple[IncidentView, bool]:
    """Open an incident; `day` is the centre's local date. Returns it, and whether it is new.

    The same draft under the same id again opens nothing. Raises DraftedOtherwise when the id has another.
    """
    wanted = uuid4() if draft.id is None else draft.id
    if draft.id is not None:  # sent twice at once, the second waits here and takes no number
        key = int.from_bytes(wanted.bytes[:8], "big", signed=True)
        await connection.execute(select(func.pg_advisory_xact_lock(key)))
        known = await drafted(connection, wanted, draft.digest)
        if known is not None:
            return known, False
    row = {
        **_clean(draft.content),
        "id": wanted,
        "number": number(day, await _serial(connection, day)),
        "status": Status.OPEN,
        "opened_by": clean.text(by),
        "drafted_as": draft.digest,
    }
    await connection.execute(insert(INCIDENTS).values(row))
    await incident_changes.append(connection, wanted, by=by, kind=Step.OPENED, data=_opened(draft))
    await _add_calls(connection, wanted, draft.calls, by)
    return await get(connection, wanted), True


async def drafted(connection: Connection, id_: UUID, digest: bytes | None) -> IncidentView | None:
    """Return the incident that a draft of this digest opened under this id. Raises DraftedOtherwise."""
    query = select(INCIDENTS.c.drafted_as).where(INCIDENTS.c.id == id_)
    row = (await connection.execute(query)).one_or_none()
    if row is None:
        return None
    if row.drafted_as != digest:
        raise DraftedOtherwise("under this id another incident was opened: choose a new id")
    return await get(connection, id_)


async def change(
    connection: Connection, id_: UUID, version: int, changes: Mapping[str, Any], *, by: str
) -> tuple[IncidentView, dict[str, tuple[Any, Any]]]:
    """Change fields of the content; return the incident, and what differs.

    What changes nothing is no change, no version and no line. Raises IncidentUnknown, IncidentRefused, Stale,
    and ValueError for what no incident can have.
    """
    old = await lock(connection, id_, version)
    after(old.status, Step.CHANGED)
    new = content(old.content.flat() | dict(changes))
    difference = changed(old.content, new)
    if not difference:
        return old, {}
    values = {name: _clean(new)[name] for name in difference}
    return await _step(connection, old, Step.CHANGED, by, difference, **values), difference


async def join(connection: Connection, id_: UUID, call: UUID, *, by: str) -> IncidentView:
    """Say that a call is about this incident; the same again changes nothing. Raises as `change`."""
    old = await lock(connection, id_)
    if call in old.calls:
        return old
    after(old.status, Step.CALL_JOINED)
    await _add_calls(connection, id_, (call,), by)
    return await _step(connection, old, Step.CALL_JOINED, by, {"call": str(call)})


async def merge(connection: Connection, id_: UUID, into: UUID, version: int, *, by: str) -> IncidentView:
    """Say that an incident is another one, which must be live; return that one, with the calls of both.

    Raises as `change`.
    """
    if id_ == into:
        raise IncidentRefused("an incident cannot be merged into itself: name the other one")
    for each in sorted((id_, into)):  # always in one order: two who merge at once wait for each other
        await lock(connection, each)
    old, other = await lock(connection, id_, version), await lock(connection, into)
    after(other.status, Step.TOOK_IN)
    await _step(connection, old, Step.MERGED, by, {"into": str(into)}, merged_into=into)
    await _add_calls(connection, into, old.calls, by)
    return await _step(connection, other, Step.TOOK_IN, by, {"incident": str(id_), "number": old.number})


async def close(
    connection: Connection, id_: UUID, version: int | None, reason: str, *, by: str
) -> IncidentView:
    """Close an incident, and say why. Raises as `change`."""
    old = await lock(connection, id_, version)
    ended = {"closed_at": func.now(), "close_reason": clean.text(reason)}
    return await _step(connection, old, Step.CLOSED, by, {"reason": reason}, **ended)


async def reopen(
    connection: Connection, id_: UUID, version: int | None, reason: str, *, by: str
) -> IncidentView:
    """Open a closed incident again. Raises as `change`."""
    old = await lock(connection, id_, version)
    begun = {"closed_at": None, "close_reason": None}
    return await _step(connection, old, Step.REOPENED, by, {"reason": reason}, **begun)


async def dispatched(
    connection: Connection,
    id_: UUID,
    agencies: Iterable[str],
    *,
    by: str,
    what: Mapping[str, str] | None = None,
) -> IncidentView:
    """Note that agencies were asked to act, and `what` of them is sent. Raises as `change`."""
    old = await lock(connection, id_)
    data = {"agencies": sorted(agencies)} | ({"what": dict(what)} if what else {})
    return await _step(connection, old, Step.DISPATCHED, by, data)


async def lock(connection: Connection, id_: UUID, version: int | None = None) -> IncidentView:
    """Return an incident that nobody else changes until the transaction ends.

    Raises IncidentUnknown; Stale when it is not at `version`.
    """
    query = select(INCIDENTS.c.version).where(INCIDENTS.c.id == id_).with_for_update()
    found = await connection.scalar(query)
    if found is None:
        raise IncidentUnknown("there is no such incident: use an id from GET /api/v1/incidents")
    if version not in (None, found):
        raise Stale
    return await get(connection, id_)


async def _step(
    connection: Connection, old: IncidentView, step: Step, by: str, data: Mapping[str, Any], **values: Any
) -> IncidentView:
    """Take a step with an incident that is locked. Raises IncidentRefused."""
    status = after(old.status, step)
    await connection.execute(
        update(INCIDENTS)
        .where(INCIDENTS.c.id == old.id)
        .values(**values, status=status, version=INCIDENTS.c.version + 1, changed_at=func.now())
    )
    await incident_changes.append(connection, old.id, by=by, kind=step, data=data)
    return await get(connection, old.id)


async def _serial(connection: Connection, day: date) -> int:
    """Return the next number of the day; whoever asks next waits until this transaction ends."""
    first = insert_or(DAYS).values(day=day, last=1)
    row = first.on_conflict_do_update(index_elements=["day"], set_={"last": DAYS.c.last + 1})
    return int(await connection.scalar(row.returning(DAYS.c.last)) or 0)


async def _add_calls(connection: Connection, id_: UUID, calls: Iterable[UUID], by: str) -> None:
    for call in calls:
        row = {"incident_id": id_, "call_id": call, "joined_by": clean.text(by)}
        await connection.execute(insert_or(CALLS).values(row).on_conflict_do_nothing())


def _clean(new: Content) -> dict[str, Any]:
    return clean.texts(new.flat())


def _opened(draft: Draft) -> dict[str, Any]:
    known = {name: value for name, value in draft.content.flat().items() if value is not None}
    return known | {"calls": [str(call) for call in draft.calls]}


__all__ = ["Draft", "DraftedOtherwise", "IncidentUnknown", "change", "close", "dispatched", "drafted", "get"]
__all__ += ["join", "lock", "merge", "open_", "reopen"]
