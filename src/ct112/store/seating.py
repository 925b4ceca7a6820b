"""Who sits where and who sat where: kept from the facts of each stay, whatever order they come in."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Table, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from ct112.core.record import Fact
from ct112.core.stays import StayKind
from ct112.store import clean, pages
from ct112.store.pages import Order, Page
from ct112.store.tables import Stay

STAYS: Table = Stay.metadata.tables["seating"]
KINDS = frozenset(kind.value for kind in StayKind)
NEWEST_FIRST = Order("stays", (STAYS.c.since, STAYS.c.id), (datetime, uuid.UUID), newest_first=True)

APPEND = """
    INSERT INTO seating_fact (stay, seq, at, kind, operator, position, since, ready, reason, by)
    SELECT call_id, seq, at, kind, data->>'operator', data->>'position',
           to_timestamp(CAST(data->>'since' AS double precision)),
           CAST(data->>'ready' AS boolean), data->>'reason', data->>'by'
    FROM ({given}) AS g ON CONFLICT DO NOTHING
"""
KEEP = text("""
    INSERT INTO seating (id, operator, position, since, until, ready, reason)
    SELECT DISTINCT ON (stay) stay, operator, position, since,
        max(at) FILTER (WHERE kind = 'logged_out') OVER (PARTITION BY stay), ready, reason
    FROM seating_fact WHERE stay = ANY(CAST(:stays AS uuid[])) ORDER BY stay, seq DESC
    ON CONFLICT (id) DO UPDATE SET until = coalesce(excluded.until, seating.until),
        ready = excluded.ready, reason = excluded.reason
""")
# A stay whose log-out was lost ends where the next one there, or of the same person, begins.
CLOSE = text("""
    UPDATE seating AS old SET until = new.since
    FROM seating AS new
    WHERE new.id = ANY(CAST(:stays AS uuid[])) AND old.until IS NULL AND old.id <> new.id
        AND (old.operator = new.operator OR old.position = new.position) AND old.since <= new.since
""")


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredStay:
    """One stay as stored; times in UTC. `until` is None while the operator sits there."""

    id: str
    operator: str
    position: str
    since: datetime
    until: datetime | None
    ready: bool
    reason: str | None


async def append(connection: AsyncConnection, given: str, facts: str, stays: Sequence[str]) -> None:
    """Write facts of stays, each once, and keep the stays. `given` is the SQL that takes `facts` apart."""
    await connection.execute(text(APPEND.format(given=given)), {"facts": facts})
    touched = {"stays": sorted(set(stays))}
    await connection.execute(KEEP, touched)
    await connection.execute(CLOSE, touched)


def of_stays(facts: Sequence[Fact]) -> list[Fact]:
    """Return those facts that are of stays and not of calls."""
    return [fact for fact in facts if fact.kind in KINDS]


async def current(connection: AsyncConnection) -> list[StoredStay]:
    """Return who sits where, by position."""
    return await _stays(connection, STAYS.c.until.is_(None), order=(STAYS.c.position, STAYS.c.since))


async def who_sat(connection: AsyncConnection, position: str | None, at: datetime) -> str | None:
    """Return who sat at a position at a moment; None when nobody did, as far as it was written."""
    covering = (STAYS.c.since <= at) & (STAYS.c.until.is_(None) | (STAYS.c.until > at))
    found: str | None = await connection.scalar(
        select(STAYS.c.operator)
        .where(STAYS.c.position == position, covering)
        .order_by(STAYS.c.since.desc())
        .limit(1)
    )
    return found


async def page(
    connection: AsyncConnection,
    *,
    operator: str | None = None,
    position: str | None = None,
    limit: int = 50,
    after: str | None = None,
) -> Page[StoredStay]:
    """Return a page of who sat where, the newest first. Raises BadCursor."""
    wanted: list[ColumnElement[bool]] = []
    if operator is not None:
        wanted.append(STAYS.c.operator == clean.text(operator))
    if position is not None:
        wanted.append(STAYS.c.position == clean.text(position))
    behind = [] if after is None else [NEWEST_FIRST.behind(after)]
    size = pages.size(limit)
    rows = await _stays(connection, *wanted, *behind, order=NEWEST_FIRST.by(), limit=size + 1)
    total, exact = await pages.count(connection, select(STAYS.c.id).where(*wanted))
    last = rows[size - 1] if len(rows) > size else None
    more = None if last is None else pages.write(NEWEST_FIRST.name, (last.since, last.id))
    return Page(items=rows[:size], total=total, exact=exact, next=more)


async def _stays(
    connection: AsyncConnection, *wanted: ColumnElement[bool], order: Any, limit: int | None = None
) -> list[StoredStay]:
    rows = await connection.execute(select(STAYS).where(*wanted).order_by(*order).limit(limit))
    return [StoredStay(**{**row, "id": str(row["id"])}) for row in rows.mappings()]
