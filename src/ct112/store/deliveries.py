"""Deliveries: leased rows. A row says what is due; its outcome is written by who holds the lease alone.

Any number of workers may take them. The database's clock counts; a worker that was stopped and comes back
after its lease finds another token in the row, and changes nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, Table, func, insert, or_, select, update

from ct112.incidents.agencies import WayKind, steps
from ct112.incidents.due import Try, key, next_step
from ct112.incidents.spoken import Telling
from ct112.store import agencies, clean, incident_changes, pushes
from ct112.store.dispatch_tables import DeliveryRow
from ct112.store.dispatches_reading import DISPATCHES, StoredDispatch
from ct112.store.engine import Connection

DELIVERIES: Table = DeliveryRow.metadata.tables["delivery"]
LIVE = DELIVERIES.c.due_at.is_not(None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Leased:
    """A delivery that this worker alone works on, until `leased_until`; times in UTC."""

    id: UUID
    dispatch_id: UUID
    telling: Telling
    told: UUID
    way: WayKind
    step: str
    state: str
    attempts: int
    limit_at: datetime
    lease_token: UUID
    leased_until: datetime


async def lease(connection: Connection, most: int, seconds: float) -> list[Leased]:
    """Take up to `most` deliveries that are due and that nobody works on, for so long."""
    now = func.clock_timestamp()
    free = or_(DELIVERIES.c.leased_until.is_(None), DELIVERIES.c.leased_until < now)
    due = (
        select(DELIVERIES.c.id)
        .where(DELIVERIES.c.due_at <= now, free)
        .order_by(DELIVERIES.c.due_at)
        .limit(most)
        .with_for_update(skip_locked=True)
    )
    taken = (
        update(DELIVERIES)
        .where(DELIVERIES.c.id.in_(due))
        .values(
            lease_token=func.gen_random_uuid(),
            leased_until=now + timedelta(seconds=seconds),
            attempts=DELIVERIES.c.attempts + 1,
        )
        .returning(*(DELIVERIES.c[name] for name in Leased.__dataclass_fields__))
    )
    return [_leased(row) for row in (await connection.execute(taken)).mappings()]


async def settle(
    connection: Connection, leased: Leased, *, state: str, due_at: datetime | None, outcome: str
) -> bool:
    """Write what came of a delivery and give the lease back; False: it is somebody else's by now."""
    values: dict[str, Any] = {"state": state, "due_at": due_at, "outcome": clean.text(outcome)[:200]}
    values |= {"lease_token": None, "leased_until": None}
    if state == "delivered":
        values["delivered_at"] = func.coalesce(DELIVERIES.c.delivered_at, func.clock_timestamp())
    if due_at is None:
        values["ended_at"] = func.clock_timestamp()
    held = (DELIVERIES.c.id == leased.id, DELIVERIES.c.lease_token == leased.lease_token)
    done = await connection.execute(update(DELIVERIES).where(*held).values(values))
    return bool(done.rowcount)


async def begin(
    connection: Connection, dispatch: UUID, agency: str, telling: Telling, priority: int, here: datetime
) -> None:
    """Begin to tell an agency something, by the first of its ways; its phones are woken beside that.

    `here`: now, in the centre's zone.
    """
    await pushes.queue(connection, dispatch, agency, telling)
    await advance(connection, dispatch, agency, telling, uuid4(), priority, here)


async def advance(
    connection: Connection,
    dispatch: UUID,
    agency: str,
    telling: Telling,
    told: UUID,
    priority: int,
    here: datetime,
) -> None:
    """Go on to the next step of what an agency is told, or to the supervisor. `told`: which telling."""
    tried = (await connection.execute(select(DELIVERIES.c.step).where(DELIVERIES.c.told == told))).scalars()
    found = await agencies.get(connection, agency)
    following = next_step(steps(found, here), set(tried), priority, here)
    if not isinstance(following, Try):
        await escalate(connection, dispatch, telling, following.reason)
        return
    row = {
        "id": uuid4(),
        "dispatch_id": dispatch,
        "telling": telling,
        "told": told,
        "way": following.step.way,
        "step": key(following.step),
        "state": "pending",
        "due_at": here,
        "limit_at": following.limit,
    }
    await connection.execute(insert(DELIVERIES).values(row))


async def acknowledged(connection: Connection, dispatch: UUID, telling: Telling | None = None) -> None:
    """End what is on its way to an agency: a person there has it. `telling` None: whatever it was told."""
    await _end(connection, dispatch, "acknowledged", "acknowledged", telling)


async def over(connection: Connection, dispatch: UUID, why: str, telling: Telling | None = None) -> None:
    """End what is on its way to an agency: it need not be told any more."""
    await _end(connection, dispatch, "over", why, telling)


async def declined(connection: Connection, dispatch: StoredDispatch, priority: int, here: datetime) -> None:
    """Go on to the next step at once. Who declines when nothing is on its way is for the supervisor."""
    told = await _end(connection, dispatch.id, "over", "declined", Telling.NEW)
    if not told:
        query = select(DELIVERIES.c.told).where(
            DELIVERIES.c.dispatch_id == dispatch.id, DELIVERIES.c.telling == Telling.NEW
        )
        told = set((await connection.execute(query.limit(1))).scalars())
    for each in told:
        await advance(connection, dispatch.id, dispatch.agency, Telling.NEW, each, priority, here)


async def arrived(connection: Connection, dispatch: UUID) -> bool:
    """Return whether somebody who was asked to act has that, and has not answered yet."""
    query = select(DELIVERIES.c.id).where(
        DELIVERIES.c.dispatch_id == dispatch,
        DELIVERIES.c.telling == Telling.NEW,
        DELIVERIES.c.state == "delivered",
        LIVE,
    )
    return (await connection.execute(query)).first() is not None


async def waits(connection: Connection, dispatch: UUID, telling: Telling) -> bool:
    """Return whether this was not sent yet, nor is before this transaction ends: it will say what is known.

    The row is locked. Otherwise a worker could lease it now, and read the incident as it was.
    """
    query = select(DELIVERIES.c.id).where(
        DELIVERIES.c.dispatch_id == dispatch,
        DELIVERIES.c.telling == telling,
        DELIVERIES.c.state == "pending",
        DELIVERIES.c.attempts == 0,
    )
    return (await connection.execute(query.with_for_update())).first() is not None


async def of_dispatch(connection: Connection, dispatch: UUID) -> Sequence[Mapping[Any, Any]]:
    """Return what was tried, the oldest first."""
    query = select(DELIVERIES).where(DELIVERIES.c.dispatch_id == dispatch).order_by(DELIVERIES.c.created_at)
    return (await connection.execute(query)).mappings().all()


async def _end(
    connection: Connection, dispatch: UUID, state: str, why: str, telling: Telling | None
) -> set[UUID]:
    """End live deliveries; whoever holds a lease of one finds it gone. Returns what they told."""
    which: list[ColumnElement[bool]] = [DELIVERIES.c.dispatch_id == dispatch, LIVE]
    if telling is not None:
        which.append(DELIVERIES.c.telling == telling)
    ended = (
        update(DELIVERIES)
        .where(*which)
        .values(
            state=state,
            outcome=why,
            due_at=None,
            ended_at=func.clock_timestamp(),
            lease_token=None,
            leased_until=None,
        )
        .returning(DELIVERIES.c.told)
    )
    return set((await connection.execute(ended)).scalars())


async def escalate(connection: Connection, dispatch: UUID, telling: Telling, why: str) -> None:
    """Put a dispatch on the supervisor's list."""
    listed = (
        update(DISPATCHES)
        .where(DISPATCHES.c.id == dispatch)
        .values(
            escalated_at=func.coalesce(DISPATCHES.c.escalated_at, func.clock_timestamp()),
            escalated_why=why,
            version=DISPATCHES.c.version + 1,
        )
        .returning(DISPATCHES.c.incident_id, DISPATCHES.c.agency)
    )
    row = (await connection.execute(listed)).one()
    said = {"dispatch": str(dispatch), "agency": row.agency, "telling": telling, "why": why}
    await incident_changes.append(connection, row.incident_id, by="ct112", kind="escalated", data=said)


def _leased(row: Mapping[Any, Any]) -> Leased:
    return Leased(**{**row, "telling": Telling(row["telling"]), "way": WayKind(row["way"])})
