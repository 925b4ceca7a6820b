"""Call-back tasks: made with the record of a call nobody answered, in the same transaction."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Row,
    Select,
    Table,
    Text,
    Update,
    Uuid,
    and_,
    any_,
    bindparam,
    case,
    func,
    insert,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from ct112.core.callback import (
    CLASSES,
    FORGOTTEN,
    CallbackPolicy,
    CallbackResult,
    TaskState,
    after,
    most_urgent,
)
from ct112.core.record import Outcome, ServiceClass
from ct112.store.tables import CallbackCall, CallbackTask, CallRow

CALLS: Table = CallRow.metadata.tables["call_record"]
TASKS: Table = CallbackTask.metadata.tables["callback_task"]
MADE_BY: Table = CallbackCall.metadata.tables["callback_call"]
POLICY = CallbackPolicy()
LONGEST = 64  # characters of a number that tell callers apart
LOCK = text("SELECT pg_advisory_xact_lock(112, 1)")  # one writer of tasks at a time

NUMBER = func.left(func.coalesce(CALLS.c.ani_e164, CALLS.c.ani), LONGEST)
URGENCY = case({name: at for at, name in enumerate(CLASSES)}, value=TASKS.c.service_class)


def _wanted() -> Select[Any]:
    """Of `these` calls, those that have to be called back and made no task yet."""
    known = select(MADE_BY.c.call_id).where(MADE_BY.c.call_id == CALLS.c.id).exists()
    return (
        select(CALLS, NUMBER.label("number"))
        .where(THESE, CALLS.c.outcome.in_(FORGOTTEN), CALLS.c.ani.is_not(None), ~known)
        .order_by(CALLS.c.ended_at)
    )


def _closing(which: ColumnElement[bool]) -> Update:
    """Close the tasks whose caller reached a person later; `which` calls are looked at."""
    answered = and_(
        which,
        CALLS.c.answered_at > TASKS.c.last_call_at,
        or_(CALLS.c.outcome.is_(None), CALLS.c.outcome != Outcome.DROPPED),
    )
    again = select(CALLS.c.id).where(answered, TASKS.c.number == NUMBER).exists()
    # A call found out later to have been answered is the last call itself.
    itself = select(MADE_BY.c.call_id).where(
        MADE_BY.c.task_id == TASKS.c.id,
        MADE_BY.c.call_id == CALLS.c.id,
        which,
        CALLS.c.answered_at.is_not(None),
        CALLS.c.outcome.not_in(FORGOTTEN),
        CALLS.c.ended_at >= TASKS.c.last_call_at,
    )
    closing = update(TASKS).where(TASKS.c.state != TaskState.CLOSED, or_(again, itself.exists()))
    return closing.values(
        state=TaskState.CLOSED, result=CallbackResult.CALLED_AGAIN, closed_at=bindparam("now")
    )


# Made once: this runs with every batch of records, on the thread that answers calls.
THESE = CALLS.c.id == any_(bindparam("these", type_=ARRAY(Uuid)))
WANTED = _wanted()
CLOSE_BY_CALL = _closing(THESE)
CLOSE_BY_NUMBER = _closing(any_(bindparam("numbers", type_=ARRAY(Text))) == NUMBER)


class CallbackError(ValueError):
    """This cannot be done with this task; the text says why and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """A task as stored; times in UTC."""

    id: int
    ani: str
    service_class: str
    reason: str
    state: str
    result: str | None
    calls: int
    attempts: int
    first_call_at: datetime
    last_call_at: datetime
    next_try_at: datetime
    taken_by: str | None


async def follow(connection: AsyncConnection, calls: Sequence[uuid.UUID]) -> None:
    """Make, merge and close the tasks that follow from these calls' records as they are now."""
    forgotten = await _forgotten(connection, calls)
    if forgotten:
        await connection.execute(LOCK)
        for call in await _forgotten(connection, calls):  # another writer may have been first
            await _remember(connection, call)
        numbers = sorted({call.number for call in forgotten})
        await connection.execute(CLOSE_BY_NUMBER, {"numbers": numbers, "now": datetime.now(UTC)})
    await connection.execute(CLOSE_BY_CALL, {"these": calls, "now": datetime.now(UTC)})


async def _forgotten(connection: AsyncConnection, calls: Sequence[uuid.UUID]) -> Sequence[Row[Any]]:
    found: Sequence[Row[Any]] = (await connection.execute(WANTED, {"these": calls})).all()
    return found


async def _remember(connection: AsyncConnection, call: Row[Any]) -> None:
    """Add the call to the live task of its number within the window, or make one."""
    since = call.arrived_at - timedelta(seconds=POLICY.window_seconds)
    live = (
        select(TASKS)
        .where(
            TASKS.c.number == call.number, TASKS.c.state != TaskState.CLOSED, TASKS.c.last_call_at >= since
        )
        .order_by(TASKS.c.id.desc())
        .limit(1)
    )
    task = (await connection.execute(live)).one_or_none()
    number = await _make(connection, call) if task is None else await _merge(connection, task, call)
    await connection.execute(insert(MADE_BY).values(call_id=call.id, task_id=number))


async def _make(connection: AsyncConnection, call: Row[Any]) -> int:
    new = (
        insert(TASKS)
        .values(
            number=call.number,
            ani=call.ani[:LONGEST],
            service_class=call.service_class or ServiceClass.EMERGENCY,
            reason=call.outcome,
            state=TaskState.OPEN,
            calls=1,
            attempts=0,
            first_call_at=call.arrived_at,
            last_call_at=call.ended_at,
            next_try_at=call.ended_at,
        )
        .returning(TASKS.c.id)
    )
    return int((await connection.execute(new)).scalar_one())


async def _merge(connection: AsyncConnection, task: Row[Any], call: Row[Any]) -> int:
    """Whoever calls again is waiting again: the task is due at once, in its most urgent class."""
    found = ServiceClass(call.service_class or ServiceClass.EMERGENCY)
    merged = update(TASKS).where(TASKS.c.id == task.id)
    merged = merged.values(
        calls=TASKS.c.calls + 1,
        service_class=most_urgent(ServiceClass(task.service_class), found),
        first_call_at=func.least(TASKS.c.first_call_at, call.arrived_at),
        last_call_at=func.greatest(TASKS.c.last_call_at, call.ended_at),
        next_try_at=func.least(TASKS.c.next_try_at, call.ended_at),
    )
    await connection.execute(merged)
    return int(task.id)


async def tasks(connection: AsyncConnection, *, all_: bool = False, limit: int = 200) -> list[Task]:
    """Return the live tasks in the order they are to be done; `all_`: closed ones too, the newest first."""
    order = (TASKS.c.id.desc(),) if all_ else (URGENCY, TASKS.c.first_call_at)
    wanted = select(TASKS).order_by(*order).limit(limit)
    if not all_:
        wanted = wanted.where(TASKS.c.state != TaskState.CLOSED)
    return [_task(row) for row in await connection.execute(wanted)]


async def withheld(connection: AsyncConnection, since: datetime) -> int:
    """Return how many callers without a number nobody answered since then: they cannot be called back."""
    wanted = (
        select(func.count())
        .select_from(CALLS)
        .where(CALLS.c.outcome.in_(FORGOTTEN), CALLS.c.ani.is_(None), CALLS.c.arrived_at >= since)
    )
    return int((await connection.execute(wanted)).scalar_one())


async def take(connection: AsyncConnection, number: int, operator: str) -> Task:
    """Give a task to an operator. Raises CallbackError when it is not there, over, or somebody else's."""
    now = datetime.now(UTC)
    free = or_(
        TASKS.c.state == TaskState.OPEN,
        TASKS.c.taken_at < now - timedelta(seconds=POLICY.forget_taken_seconds),
    )
    taking = (
        update(TASKS)
        .where(TASKS.c.id == number, TASKS.c.state != TaskState.CLOSED, free)
        .values(state=TaskState.TAKEN, taken_by=operator, taken_at=now, attempts=TASKS.c.attempts + 1)
        .returning(TASKS)
    )
    row = (await connection.execute(taking)).one_or_none()
    if row is None:
        raise CallbackError(await _why_not(connection, number))
    return _task(row)


async def finish(connection: AsyncConnection, number: int, result: CallbackResult, *, tried: bool) -> Task:
    """Note how a try went: the task closes, or is due again later. Raises CallbackError.

    `tried`: a number was dialled; else the try does not count against the caller.
    """
    row = (await connection.execute(select(TASKS).where(TASKS.c.id == number))).one_or_none()
    if row is None or row.state == TaskState.CLOSED:
        raise CallbackError(await _why_not(connection, number))
    now = datetime.now(UTC)
    attempts = row.attempts if tried or row.state != TaskState.TAKEN else row.attempts - 1
    then = after(result, attempts, POLICY, now.timestamp())
    again = now if not tried or then.again_at is None else datetime.fromtimestamp(then.again_at, UTC)
    changed = (
        update(TASKS)
        .where(TASKS.c.id == number)
        .values(
            state=then.state,
            result=result,
            attempts=attempts,
            next_try_at=again,
            taken_by=row.taken_by if then.state is TaskState.CLOSED else None,
            taken_at=None,
            closed_at=now if then.state is TaskState.CLOSED else None,
        )
        .returning(TASKS)
    )
    return _task((await connection.execute(changed)).one())


async def _why_not(connection: AsyncConnection, number: int) -> str:
    row = (await connection.execute(select(TASKS).where(TASKS.c.id == number))).one_or_none()
    if row is None:
        return f"there is no call-back {number}: see ct112 callback list"
    if row.state == TaskState.CLOSED:
        return f"call-back {number} is closed: {row.result}"
    return f"call-back {number} is with {row.taken_by} already"


def _task(row: Row[Any]) -> Task:
    return Task(**{name: getattr(row, name) for name in Task.__slots__})
