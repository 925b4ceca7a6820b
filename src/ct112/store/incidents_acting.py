"""What is done to an incident, and what its agencies are told of it: one transaction for both.

Whoever changes, merges or closes an incident does it here, over HTTP and at the command line, so that no
agency drives on for what is over.
"""

from collections.abc import Mapping
from datetime import tzinfo
from typing import Any
from uuid import UUID

from ct112.incidents.dispatches import OVER
from ct112.incidents.incident import is_material
from ct112.incidents.states import Status
from ct112.incidents.view import IncidentView
from ct112.store import dispatches, incidents
from ct112.store.engine import Connection


async def change(
    connection: Connection, id_: UUID, version: int, changes: Mapping[str, Any], *, by: str, zone: tzinfo
) -> IncidentView:
    """Change fields of the content; agencies are told of what matters. Raises as `incidents.change`."""
    view, difference = await incidents.change(connection, id_, version, changes, by=by)
    if is_material(difference):
        await dispatches.incident_changed(connection, view, zone=zone)
    return view


async def merge(
    connection: Connection, id_: UUID, into: UUID, version: int, *, by: str, zone: tzinfo
) -> IncidentView:
    """Merge an incident into a live one: that has the agencies of both. Raises as `incidents.merge`."""
    view = await incidents.merge(connection, id_, into, version, by=by)
    await dispatches.merged(connection, id_, view, by=by, zone=zone)
    view = await incidents.get(connection, into)
    under_way = [dispatch.agency for dispatch in view.dispatches if dispatch.status not in OVER]
    if view.status is Status.OPEN and under_way:
        return await incidents.dispatched(connection, into, under_way, by=by)
    return view


async def close(
    connection: Connection, id_: UUID, version: int | None, reason: str, *, by: str, zone: tzinfo
) -> IncidentView:
    """Close an incident; agencies that are still under way stand down. Raises as `incidents.close`."""
    await incidents.close(connection, id_, version, reason, by=by)
    await dispatches.stand_down(connection, id_, by=by, zone=zone, reason=reason)
    return await incidents.get(connection, id_)
