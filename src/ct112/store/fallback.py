"""Calls the fallback took, into the tables: exactly one record a call, whoever began it."""

import uuid
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, Table, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from ct112.core.fallback import (
    LONGEST_CALL,
    Begun,
    FallbackCall,
    begun_of,
    created_about,
    facts_of,
    own_id,
    record_of,
)
from ct112.core.ids import CallId, OperatorName
from ct112.core.record import Outcome
from ct112.store import calls_writing, clean, seating
from ct112.store.calls_writing import CALLS
from ct112.store.faults import NO_ROW, RowRefused
from ct112.store.tables import FactRow

FACTS: Table = FactRow.metadata.tables["call_fact"]
LONGEST = timedelta(seconds=LONGEST_CALL)
TAKEN = (Outcome.FALLBACK_ANSWERED, Outcome.FALLBACK_ABANDONED)
NEAR_SECONDS = 3.0  # a leg's name has whole seconds, an id milliseconds
MOST_MS = (1 << 48) - 1


async def take_in(connection: AsyncConnection, found: FallbackCall) -> None:
    """Complete the call's record, or make it; to do it again changes nothing. Raises RowRefused."""
    try:
        candidates = [_begun(row) for row in await connection.execute(_candidates(found))]
        begun = begun_of(found, candidates)
        at = clean.exact(found.answered_at or found.entered_at)
        who = await seating.who_sat(connection, clean.maybe(found.position), at)
        record = record_of(found, begun, None if who is None else OperatorName(who))
        facts = facts_of(found, begun, record)
    except NO_ROW as error:
        raise RowRefused(type(error).__name__) from None
    await calls_writing.write(connection, [record], facts)


def _candidates(found: FallbackCall) -> Select[Any]:
    """Records that may be of the same call: by our own name for it, by its leg, by node and SIP Call-ID."""
    entered = clean.exact(found.entered_at)
    same = (CALLS.c.id == uuid.UUID(own_id(found))) | _by_sip_call(
        found, entered - LONGEST, entered + LONGEST
    )
    created = created_about(found.leg)
    if created is not None:
        same |= CALLS.c.id.between(_lowest(created - NEAR_SECONDS), _lowest(created + NEAR_SECONDS))
    leg = (
        select(func.min(FACTS.c.data["leg"].astext))
        .where(FACTS.c.call_id == CALLS.c.id, FACTS.c.kind == "fallback_entered")
        .scalar_subquery()
    )
    return select(CALLS, leg.label("leg")).where(CALLS.c.node == clean.text(found.node), same)


def _by_sip_call(found: FallbackCall, since: Any, until: Any) -> ColumnElement[bool]:
    known = CALLS.c.sip_call_id == clean.maybe(found.sip_call_id)
    return known & CALLS.c.arrived_at.between(since, until)


def _lowest(created: float) -> uuid.UUID:
    """Return the lowest id of that moment (epoch seconds)."""
    return uuid.UUID(int=min(max(0, int(created * 1000)), MOST_MS) << 80)


def _begun(row: Row[Any]) -> Begun:
    times = (row.arrived_at, row.picked_up_at, row.queued_at)
    return Begun(
        call=CallId(str(row.id)),
        revision=row.revision,
        arrived_at=row.arrived_at.timestamp(),
        last_at=max(at for at in times if at is not None).timestamp(),
        classed=row.service_class is not None,
        sip_call_id=row.sip_call_id,
        ani=row.ani,
        taken=row.outcome in TAKEN,
        leg=row.leg,
    )
