"""Closing the records nobody will close any more."""

import uuid
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, DateTime, Row, Update, bindparam, case, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from ct112.core.facts import Closed, fact_of
from ct112.core.ids import CallId
from ct112.core.record import ClassSource, EndedBy, Fact, Outcome, ServiceClass
from ct112.store import clean
from ct112.store.calls_writing import CALLS
from ct112.store.facts import append
from ct112.store.faults import NO_ROW, explain, of_the_row

ANSWERED = CALLS.c.answered_at.is_not(None)
LAST_KNOWN = func.greatest(CALLS.c.arrived_at, CALLS.c.picked_up_at, CALLS.c.queued_at, CALLS.c.answered_at)
AT = bindparam("at", type_=DateTime(timezone=True))
Refused = list[tuple[str, str]]


async def close_open(
    connection: AsyncConnection, node: str, live: Collection[str], now: float
) -> tuple[int, Refused]:
    """Close the node's records from before `now` (epoch seconds), `live` calls apart.

    Return how many, and (call, reason) of those that cannot be closed: they stand in nobody's way.

    How those calls ended was not seen: they were with the fallback, or with the operator who had
    answered. The revision stays, so that whatever is known better and still comes wins.
    """
    at = clean.exact(now)
    open_ = (CALLS.c.ended_at.is_(None)) & (CALLS.c.node == clean.text(node)) & (CALLS.c.arrived_at < at)
    found = (await connection.scalars(select(CALLS.c.id).where(open_, CALLS.c.id.not_in(_ids(live))))).all()
    if not found:
        return 0, []
    try:
        return await _close(connection, found, at), []
    except Exception as error:
        if not _of_a_row(error):
            raise
    return await _one_by_one(connection, found, at)


async def _one_by_one(
    connection: AsyncConnection, found: Sequence[uuid.UUID], at: datetime
) -> tuple[int, Refused]:
    closed, refused = 0, Refused()
    for call in found:
        try:
            closed += await _close(connection, [call], at)
        except Exception as error:
            if not _of_a_row(error):
                raise
            refused.append((str(call), explain(error)))
    return closed, refused


async def _close(connection: AsyncConnection, calls: Sequence[uuid.UUID], at: datetime) -> int:
    """Close these, all or none."""
    async with connection.begin_nested():
        rows = (await connection.execute(_closing(CALLS.c.id.in_(calls)), {"at": at})).all()
        await append(connection, [_fact(row, at.timestamp()) for row in rows])
    return len(rows)


def _closing(which: ColumnElement[bool]) -> Update:
    age = func.extract("epoch", AT - CALLS.c.arrived_at)
    return (
        update(CALLS)
        .where(which, CALLS.c.ended_at.is_(None))
        .values(
            ended_at=func.greatest(AT, LAST_KNOWN),
            ended_by=EndedBy.SYSTEM,
            outcome=case((ANSWERED, Outcome.ANSWERED), else_=Outcome.FALLBACK),
            service_class=func.coalesce(CALLS.c.service_class, ServiceClass.EMERGENCY),
            class_source=func.coalesce(CALLS.c.class_source, ClassSource.FALLBACK),
        )
        .returning(CALLS.c.id, age.label("age"), CALLS.c.outcome)
    )


def _fact(row: Row[Any], now: float) -> Fact:
    """Return the fact that a record was closed without its call; its number is the call's age in ms."""
    age = max(0, int(row.age * 1000))
    return fact_of(CallId(str(row.id)), age, now, Closed(Outcome(row.outcome)))


def _ids(calls: Collection[str]) -> list[uuid.UUID]:
    """Return the ids that are such: what is none has no record."""
    found = []
    for call in calls:
        try:
            found.append(uuid.UUID(call))
        except ValueError:
            continue
    return found


def _of_a_row(error: Exception) -> bool:
    return of_the_row(error) or isinstance(error, NO_ROW)
