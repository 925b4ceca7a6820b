"""All that happened to an incident: its trail, and its calls as their records have them."""

from collections.abc import AsyncIterator, Iterable, Iterator
from uuid import UUID

from ct112.core.record import EndedBy
from ct112.store import Connection, UnknownCall, calls, incident_changes, incidents
from ct112.store.calls import StoredCall
from ct112.web.incidents.model import TrailLine

MOMENTS = ("arrived", "answered", "ended")
"""Of a call: its record says when, by the clock of its node."""


async def timeline(connection: Connection, id_: UUID) -> tuple[TrailLine, ...]:
    """Return every line, the oldest first. Raises IncidentUnknown.

    A call whose record is still on its way through the spool has no lines yet.
    """
    view = await incidents.get(connection, id_)
    trail = [TrailLine.model_validate(line) for line in await incident_changes.of_incident(connection, id_)]
    return tuple(sorted([*trail, *[line async for line in _calls(connection, view.calls)]], key=_at))


def _at(line: TrailLine) -> tuple[object, int]:
    return line.at, line.seq or 0


async def _calls(connection: Connection, ids: Iterable[UUID]) -> AsyncIterator[TrailLine]:
    for id_ in ids:
        try:
            call = await calls.get(connection, str(id_))
        except UnknownCall:
            continue
        for line in _lines(call):
            yield line


def _lines(call: StoredCall) -> Iterator[TrailLine]:
    for moment in MOMENTS:
        at = getattr(call, f"{moment}_at")
        if at is not None:
            by = _by(call, moment)
            data = {"call": call.id} | ({"outcome": call.outcome} if moment == "ended" else {})
            yield TrailLine(seq=None, at=at, by=by, kind=f"call_{moment}", data=data)


def _by(call: StoredCall, moment: str) -> str:
    """Return who did it; "ct112" when it was neither the caller nor an operator."""
    if moment == "arrived" or (moment == "ended" and call.ended_by is EndedBy.CALLER):
        return "caller"
    if moment == "answered" or call.ended_by is EndedBy.OPERATOR:
        return call.operator or "ct112"
    return "ct112"
