"""Calls the fallback took, into the tables: exactly one record a call, whoever began it."""

import uuid
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from ct112.core.fallback import Begun, FallbackCall, facts_of, record_of
from ct112.core.ids import CallId, derive_call_id
from ct112.store import clean, records
from ct112.store.records import CALLS
from ct112.store.tables import Operator

LONGEST_CALL = timedelta(days=1)
SLACK = timedelta(seconds=5)  # between our clock and the node's


async def take_in(connection: AsyncConnection, found: FallbackCall) -> None:
    """Complete the call's record, or make it; to do it again changes nothing. Raises ValueError."""
    begun = await _begun(connection, found)
    operator = await connection.scalar(select(Operator.name).where(Operator.position == found.position))
    record = record_of(found, begun, operator)
    await records.write(connection, [record], facts_of(found, record))


async def _begun(connection: AsyncConnection, found: FallbackCall) -> Begun | None:
    """Return the record of the same call: by our own name for it, else by node and SIP Call-ID."""
    entered = clean.exact(found.entered_at)
    own = uuid.UUID(derive_call_id(found.node, found.leg, found.entered_at))
    same = (CALLS.c.node == found.node) & (CALLS.c.sip_call_id == clean.maybe(found.sip_call_id))
    wanted = (
        select(CALLS)
        .where((CALLS.c.id == own) | same)
        .where(CALLS.c.arrived_at.between(entered - LONGEST_CALL, entered + SLACK))
        .order_by(CALLS.c.arrived_at.desc())
        .limit(1)
    )
    row = (await connection.execute(wanted)).one_or_none()
    if row is None:
        return None
    return Begun(
        call=CallId(str(row.id)),
        revision=row.revision,
        arrived_at=row.arrived_at.timestamp(),
        classed=row.service_class is not None,
    )
