"""Writing what came of a delivery: its row, the dispatch, and the next step, in one transaction."""

from datetime import datetime, timedelta, tzinfo
from typing import assert_never

from ct112.incidents.dispatches import DispatchStatus
from ct112.incidents.due import Again, after_failure, look_again
from ct112.incidents.outcomes import Acknowledged, Delivered, Failed, Outcome, Pending, Refused
from ct112.incidents.spoken import Telling
from ct112.store import clock, deliveries, dispatches, incidents
from ct112.store.deliveries import Leased
from ct112.store.dispatches_reading import StoredDispatch
from ct112.store.engine import Connection

LEAST_WAIT = timedelta(seconds=15)  # for a person, however late it got there


async def settled(connection: Connection, leased: Leased, outcome: Outcome, *, zone: tzinfo) -> bool:
    """Write what came of it; False: the lease is somebody else's by now, and nothing was written."""
    dispatch = await dispatches.lock(connection, leased.dispatch_id)
    now = await clock.now(connection)
    match outcome:
        case Delivered():
            return await _delivered(connection, leased, dispatch, outcome, now, zone)
        case Acknowledged(note):
            held = await deliveries.settle(
                connection, leased, state="acknowledged", due_at=None, outcome=note
            )
            if held:
                await _report(connection, leased, dispatch, DispatchStatus.ACKNOWLEDGED, zone)
            return held
        case Pending() if (again := _again(outcome, leased, now)) is not None:
            return await deliveries.settle(
                connection, leased, state=leased.state, due_at=again.at, outcome=outcome.note
            )
        case Failed(note) if (again_at := after_failure(leased.attempts, leased.limit_at, now)) is not None:
            return await deliveries.settle(
                connection, leased, state="pending", due_at=again_at.at, outcome=note
            )
        case Pending() | Failed() | Refused():
            return await _next(connection, leased, dispatch, outcome.note, now.astimezone(zone))
        case _:
            assert_never(outcome)


def _again(outcome: Pending, leased: Leased, now: datetime) -> Again | None:
    return look_again(outcome.seconds, leased.limit_at, now, listens=outcome.listens)


async def _delivered(
    connection: Connection,
    leased: Leased,
    dispatch: StoredDispatch,
    outcome: Delivered,
    now: datetime,
    zone: tzinfo,
) -> bool:
    due_at = max(leased.limit_at, now + LEAST_WAIT)
    note = outcome.note
    held = await deliveries.settle(connection, leased, state="delivered", due_at=due_at, outcome=note)
    if held and outcome.received and dispatch.status is DispatchStatus.SENT:
        await _report(connection, leased, dispatch, DispatchStatus.RECEIVED, zone)
    return held


async def _report(
    connection: Connection, leased: Leased, dispatch: StoredDispatch, to: DispatchStatus, zone: tzinfo
) -> None:
    """Note what the agency has said by this way; of a stand-down nothing but that is to be said."""
    if leased.telling is Telling.NEW or to is DispatchStatus.ACKNOWLEDGED:
        await dispatches.report(
            connection, dispatch.id, to, by=f"agency {dispatch.agency}", zone=zone, how=leased.way
        )


async def _next(
    connection: Connection, leased: Leased, dispatch: StoredDispatch, note: str, here: datetime
) -> bool:
    held = await deliveries.settle(connection, leased, state="over", due_at=None, outcome=note)
    if held:
        priority = (await incidents.get(connection, dispatch.incident_id)).content.priority
        await deliveries.advance(
            connection, dispatch.id, dispatch.agency, leased.telling, leased.told, priority, here
        )
    return held
