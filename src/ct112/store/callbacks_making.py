"""Call-back tasks follow from records: made, merged and closed in the transaction that writes those.

Set by set: what a batch of calls needs is asked for and written at once, however many callers gave up.
"""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    DateTime,
    Row,
    Select,
    Table,
    Text,
    Update,
    Uuid,
    and_,
    any_,
    bindparam,
    false,
    func,
    insert,
    or_,
    select,
    text,
    union,
    update,
)
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from ct112.core.callback_rules import FORGOTTEN, CallbackPolicy, CallbackResult, TaskState, most_urgent
from ct112.core.record import EndedBy, Outcome, ServiceClass
from ct112.store.faults import StoreUnavailable, sqlstate
from ct112.store.numbers import not_dialled
from ct112.store.tables import CallbackCall, CallbackTask, CallRow

CALLS: Table = CallRow.metadata.tables["call_record"]
TASKS: Table = CallbackTask.metadata.tables["callback_task"]
MADE_BY: Table = CallbackCall.metadata.tables["callback_call"]
POLICY = CallbackPolicy()
LONGEST_CALL = timedelta(days=1)
WINDOW = timedelta(seconds=POLICY.window_seconds)
TAKEN = "23505"
LONGEST = 64  # characters of a number that tell callers apart
LOCK = text("SELECT pg_advisory_xact_lock(112, 1)")  # one maker of tasks at a time

NUMBER = func.left(func.coalesce(CALLS.c.ani_e164, CALLS.c.ani), LONGEST)
LIVE = TASKS.c.state != TaskState.CLOSED
# core.callback's was_cut_off and is_forgotten, in SQL; a call that has not ended is neither.
CUT_OFF = func.coalesce(
    or_(
        CALLS.c.outcome == Outcome.DROPPED,
        and_(CALLS.c.outcome == Outcome.FALLBACK_ANSWERED, CALLS.c.ended_by == EndedBy.SYSTEM),
    ),
    false(),
)
FORGOTTEN_CALL = or_(func.coalesce(CALLS.c.outcome.in_(FORGOTTEN), false()), CUT_OFF)


def _wanted() -> Select[Any]:
    """Of `these` calls, those that have to be called back and made no task yet."""
    known = select(MADE_BY.c.call_id).where(MADE_BY.c.call_id == CALLS.c.id).exists()
    return (
        select(CALLS, NUMBER.label("number"))
        .where(THESE, FORGOTTEN_CALL, CALLS.c.ani.is_not(None), ~known)
        .order_by(CALLS.c.ended_at)
    )


def _closing(which: ColumnElement[bool]) -> Update:
    """Close the tasks whose caller reached a person later; `which` calls are looked at."""
    over = union(_by_another_call(which), _by_its_own_call(which)).subquery()
    closing = update(TASKS).where(LIVE, TASKS.c.id.in_(select(over.c.id)))
    return closing.values(
        state=TaskState.CLOSED, result=CallbackResult.CALLED_AGAIN, closed_at=bindparam("now")
    )


def _by_another_call(which: ColumnElement[bool]) -> Select[Any]:
    """Joined by the number: to look for each task on its own would take the square of how many there are.

    Its own call, found out to live and answered since, closes it by its end alone: it may still drop.
    """
    own = select(MADE_BY.c.call_id).where(MADE_BY.c.task_id == TASKS.c.id, MADE_BY.c.call_id == CALLS.c.id)
    return (
        select(TASKS.c.id)
        .join_from(CALLS, TASKS, and_(TASKS.c.number == NUMBER, LIVE))
        .where(
            which,
            CALLS.c.answered_at > TASKS.c.last_call_at,
            ~CUT_OFF,
            ~own.exists(),
        )
    )


def _by_its_own_call(which: ColumnElement[bool]) -> Select[Any]:
    """A call found out later to have been answered is the last call itself."""
    return (
        select(TASKS.c.id)
        .join_from(CALLS, MADE_BY, MADE_BY.c.call_id == CALLS.c.id)
        .join(TASKS, and_(TASKS.c.id == MADE_BY.c.task_id, LIVE))
        .where(
            which,
            CALLS.c.answered_at.is_not(None),
            CALLS.c.outcome.is_not(None),
            ~FORGOTTEN_CALL,
            CALLS.c.ended_at >= TASKS.c.last_call_at,
        )
    )


def _merge() -> Update:
    """Whoever calls again is waiting again: the task is due at once."""
    time = DateTime(timezone=True)
    return (
        update(TASKS)
        .where(TASKS.c.id == bindparam("task"))
        .values(
            calls=TASKS.c.calls + bindparam("more"),
            service_class=bindparam("class"),
            first_call_at=func.least(TASKS.c.first_call_at, bindparam("first", type_=time)),
            last_call_at=func.greatest(TASKS.c.last_call_at, bindparam("last", type_=time)),
            next_try_at=func.least(TASKS.c.next_try_at, bindparam("first_end", type_=time)),
        )
    )


# Made once: this runs with every batch of records, on the thread that answers calls.
THESE = CALLS.c.id == any_(bindparam("these", type_=ARRAY(Uuid)))
NUMBERS = bindparam("numbers", type_=ARRAY(Text))
WANTED = _wanted()
CLOSE_BY_CALL = _closing(THESE)
CLOSE_BY_NUMBER = _closing((any_(NUMBERS) == NUMBER) & (CALLS.c.arrived_at >= bindparam("since")))
LIVE_TASKS = select(TASKS).where(LIVE, TASKS.c.number == any_(NUMBERS)).order_by(TASKS.c.id).with_for_update()
MAKE = insert(TASKS).returning(TASKS.c.id, sort_by_parameter_order=True)
MERGE = _merge()


@dataclass(slots=True)
class _Growing:
    """A task as these calls make it grow; `id` None: it is new."""

    id: int | None
    service_class: ServiceClass
    last_call_at: datetime
    calls: list[Row[Any]] = field(default_factory=list)

    def add(self, call: Row[Any]) -> None:
        """Take a call in; the most urgent class counts."""
        self.calls.append(call)
        self.last_call_at = max(self.last_call_at, call.ended_at)
        self.service_class = most_urgent(self.service_class, _class_of(call))


async def follow(connection: AsyncConnection, calls: Sequence[uuid.UUID]) -> None:
    """Make, merge and close the tasks that follow from these calls' records as they are now."""
    if await _forgotten(connection, calls):
        await connection.execute(LOCK)
        forgotten = await _forgotten(connection, calls)  # another maker may have been first
        numbers = sorted({call.number for call in forgotten})
        live = (await connection.execute(LIVE_TASKS, {"numbers": numbers})).all()
        grown = _grown(live, forgotten)
        await _write(connection, grown)
        since = min((task.last_call_at for task in grown), default=datetime.now(UTC)) - LONGEST_CALL
        known = {"numbers": numbers, "since": since, "now": datetime.now(UTC)}
        await connection.execute(CLOSE_BY_NUMBER, known)
    await connection.execute(CLOSE_BY_CALL, {"these": calls, "now": datetime.now(UTC)})


async def _forgotten(connection: AsyncConnection, calls: Sequence[uuid.UUID]) -> Sequence[Row[Any]]:
    found: Sequence[Row[Any]] = (await connection.execute(WANTED, {"these": calls})).all()
    return found


def _grown(live: Iterable[Row[Any]], forgotten: Iterable[Row[Any]]) -> list[_Growing]:
    """Add each call to the newest live task of its number within the window, or to a new one."""
    known: dict[str, list[_Growing]] = {}
    for row in live:
        task = _Growing(row.id, ServiceClass(row.service_class), row.last_call_at)
        known.setdefault(row.number, []).append(task)
    for call in forgotten:
        tasks = known.setdefault(call.number, [])
        since = call.arrived_at - WINDOW
        found = next((task for task in reversed(tasks) if task.last_call_at >= since), None)
        if found is None:
            found = _Growing(None, _class_of(call), call.ended_at)
            tasks.append(found)
        found.add(call)
    return [task for tasks in known.values() for task in tasks if task.calls]


async def _write(connection: AsyncConnection, grown: Sequence[_Growing]) -> None:
    new = [task for task in grown if task.id is None]
    old = [task for task in grown if task.id is not None]
    if old:
        await connection.execute(MERGE, [_merged(task) for task in old])
    if new:
        made = await _numbers(connection, new)
        for task, number in zip(new, made, strict=True):
            task.id = number
    told = [{"call_id": call.id, "task_id": task.id} for task in grown for call in task.calls]
    if told:
        await connection.execute(insert(MADE_BY), told)


async def _numbers(connection: AsyncConnection, new: Sequence[_Growing]) -> Sequence[int]:
    """Make tasks; return their numbers. Raises StoreUnavailable when one is taken.

    Its sequence stayed behind in a fail-over then (logical replication leaves those out): each try goes on
    by one.
    """
    try:
        return (await connection.scalars(MAKE, [_made(task) for task in new])).all()
    except IntegrityError as error:
        if sqlstate(error) == TAKEN:
            raise StoreUnavailable(f"the next call-back's number is taken ({TAKEN})", refused=True) from None
        raise


def _made(task: _Growing) -> dict[str, Any]:
    first = task.calls[0]
    return {
        "number": first.number,
        "ani": first.ani[:LONGEST],
        "service_class": task.service_class,
        "reason": first.outcome,
        "state": TaskState.OPEN,
        "calls": len(task.calls),
        "attempts": 0,
        "first_call_at": min(call.arrived_at for call in task.calls),
        "last_call_at": task.last_call_at,
        "next_try_at": min(call.ended_at for call in task.calls),
        "not_dialled": not_dialled(first.ani[:LONGEST]),
    }


def _merged(task: _Growing) -> dict[str, Any]:
    return {
        "task": task.id,
        "more": len(task.calls),
        "class": task.service_class,
        "first": min(call.arrived_at for call in task.calls),
        "last": task.last_call_at,
        "first_end": min(call.ended_at for call in task.calls),
    }


def _class_of(call: Row[Any]) -> ServiceClass:
    return ServiceClass(call.service_class or ServiceClass.EMERGENCY)
