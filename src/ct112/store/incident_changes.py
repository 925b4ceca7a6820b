"""The trail of an incident: everything that happened to it, in order. The one place that writes it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Table, func, insert, select

from ct112.store import clean
from ct112.store.engine import Connection
from ct112.store.incident_tables import IncidentChange

CHANGES: Table = IncidentChange.metadata.tables["incident_change"]


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredChange:
    """A line of the trail; `at` in UTC. `data`: fields with what they were and what they are."""

    seq: int
    at: datetime
    by: str
    kind: str
    data: Mapping[str, Any]


async def append(
    connection: Connection,
    incident_id: UUID,
    *,
    by: str,
    kind: str,
    data: Mapping[str, Any],
    at: datetime | None = None,
) -> int:
    """Write a line and return its number; `at` None: now, by the database's clock.

    The caller's transaction holds the incident's row (`incidents.lock`), so that no two lines get one number.
    """
    last = select(func.coalesce(func.max(CHANGES.c.seq), 0) + 1).where(CHANGES.c.incident_id == incident_id)
    values = {
        "incident_id": incident_id,
        "seq": last.scalar_subquery(),
        "at": func.clock_timestamp() if at is None else at,
        "by": clean.text(by),
        "kind": kind,
        "data": clean.json(data),
    }
    return int(await connection.scalar(insert(CHANGES).values(**values).returning(CHANGES.c.seq)) or 0)


async def of_incident(connection: Connection, incident_id: UUID) -> list[StoredChange]:
    """Return the trail, the oldest line first."""
    columns = (CHANGES.c.seq, CHANGES.c.at, CHANGES.c.by, CHANGES.c.kind, CHANGES.c.data)
    query = select(*columns).where(CHANGES.c.incident_id == incident_id).order_by(CHANGES.c.seq)
    return [StoredChange(**row) for row in (await connection.execute(query)).mappings()]
