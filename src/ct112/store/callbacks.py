"""Call-back tasks: listing them in the order they are to be done, taking one, noting how it went."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Integer,
    Row,
    Select,
    Table,
    case,
    cast,
    func,
    select,
    tuple_,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from ct112.core.callback_rules import (
    CLASSES,
    CallbackPolicy,
    CallbackResult,
    NotDialled,
    TaskState,
    after,
)
from ct112.store.callbacks_making import FORGOTTEN_CALL
from ct112.store.numbers import not_dialled
from ct112.store.tables import CallbackTask, CallRow

CALLS: Table = CallRow.metadata.tables["call_record"]
TASKS: Table = CallbackTask.metadata.tables["callback_task"]
POLICY = CallbackPolicy()
MOST = 500  # tasks in a page
LARGEST_ID = 2**63 - 1

URGENCY = case({name: at for at, name in enumerate(CLASSES)}, value=TASKS.c.service_class)
WHY_NOT_DIALLED = {
    NotDialled.CODE: "it has a * or # in it, which would change something on our own line",
    NotDialled.EMERGENCY: "it is an emergency number",
    NotDialled.PREMIUM: "it is a premium-rate number",
    NotDialled.SATELLITE: "it is a satellite or other global network's number",
    NotDialled.NO_DIGIT: "it has no digit",
}


class CallbackError(ValueError):
    """This cannot be done with this task; the text says why and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """A task as stored; times in UTC. `not_dialled`: why nobody dials the number for an operator."""

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
    not_dialled: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskPage:
    """Some of the tasks, how many there are in all, and where the next page begins (None: at the end)."""

    tasks: Sequence[Task]
    total: int
    next: int | None


async def page(connection: AsyncConnection, *, all_: bool, limit: int, after_: int | None) -> TaskPage:
    """Return a page of the live tasks in the order they are to be done; `all_`: also closed, newest first.

    That order: what can be dialled before what is not, then the class, what is due before what pauses, and
    the oldest first. `limit`: 1 to 500. `after_`: the last id of the page before. Raises CallbackError.
    """
    keys = _newest() if all_ else _urgency()
    wanted = None if all_ else TASKS.c.state != TaskState.CLOSED
    query, count = select(TASKS), select(func.count()).select_from(TASKS)
    if wanted is not None:
        query, count = query.where(wanted), count.where(wanted)
    size = min(max(limit, 1), MOST)
    behind = await _behind(connection, query, keys, after_)
    rows = (await connection.execute(behind.order_by(*keys).limit(size + 1))).all()
    found = [_task(row) for row in rows[:size]]
    total = int((await connection.execute(count)).scalar_one())
    return TaskPage(tasks=found, total=total, next=found[-1].id if len(rows) > size else None)


def _newest() -> list[ColumnElement[Any]]:
    return [-TASKS.c.id]


def _urgency() -> list[ColumnElement[Any]]:
    left_to_a_person = cast(TASKS.c.not_dialled.is_not(None), Integer)
    pauses = cast(TASKS.c.next_try_at > func.now(), Integer)
    return [left_to_a_person, URGENCY, pauses, TASKS.c.first_call_at, TASKS.c.id]


async def _behind(
    connection: AsyncConnection, query: Select[Any], keys: Sequence[ColumnElement[Any]], last: int | None
) -> Select[Any]:
    """Return the query for what comes after that task."""
    if last is None:
        return query
    place = (await connection.execute(select(*keys).where(TASKS.c.id == _id(last)))).one_or_none()
    if place is None:
        raise CallbackError(_unknown(last))
    return query.where(tuple_(*keys) > tuple_(*place))


async def withheld(connection: AsyncConnection, since: datetime) -> int:
    """Return how many callers without a number nobody answered since then: they cannot be called back."""
    wanted = (
        select(func.count())
        .select_from(CALLS)
        .where(FORGOTTEN_CALL, CALLS.c.ani.is_(None), CALLS.c.arrived_at >= since)
    )
    return int((await connection.execute(wanted)).scalar_one())


async def take(connection: AsyncConnection, number: int, operator: str) -> Task:
    """Give a task to an operator. Raises CallbackError.

    It is refused when the task is not there, over, somebody else's, not to be dialled, or pausing.
    """
    now = datetime.now(UTC)
    row = await _locked(connection, number)
    why_not = _why_not(row, number, now)
    if why_not is not None:
        raise CallbackError(why_not)
    taking = update(TASKS).where(TASKS.c.id == number)
    taking = taking.values(
        state=TaskState.TAKEN, taken_by=operator, taken_at=now, attempts=TASKS.c.attempts + 1
    )
    return _task((await connection.execute(taking.returning(TASKS))).one())


async def finish(connection: AsyncConnection, number: int, result: CallbackResult, *, tried: bool) -> Task:
    """Note how a try went: the task closes, or is due again later. Raises CallbackError.

    `tried`: a number was dialled; else, or when we were to blame, the try does not count against the caller.
    """
    row = await _locked(connection, number)
    if row is None:
        raise CallbackError(_unknown(number))
    if row.state == TaskState.CLOSED:
        raise CallbackError(_closed(row))
    now = datetime.now(UTC)
    counts = tried and result is not CallbackResult.UNAVAILABLE
    attempts = row.attempts if counts or row.state != TaskState.TAKEN else row.attempts - 1
    then = after(result, attempts, POLICY, now.timestamp())
    at_once = then.again_at is None or (not tried and result is not CallbackResult.UNAVAILABLE)
    changed = (
        update(TASKS)
        .where(TASKS.c.id == number)
        .values(
            state=then.state,
            result=result,
            attempts=attempts,
            next_try_at=now if at_once else datetime.fromtimestamp(then.again_at or 0, UTC),
            taken_by=row.taken_by if then.state is TaskState.CLOSED else None,
            taken_at=None,
            closed_at=now if then.state is TaskState.CLOSED else None,
        )
        .returning(TASKS)
    )
    return _task((await connection.execute(changed)).one())


async def _locked(connection: AsyncConnection, number: int) -> Row[Any] | None:
    wanted = select(TASKS).where(TASKS.c.id == _id(number)).with_for_update()
    return (await connection.execute(wanted)).one_or_none()


def _id(number: int) -> int:
    """Return the number. Raises CallbackError when no task can have it."""
    if not 0 < number <= LARGEST_ID:
        raise CallbackError("there is no such call-back: see ct112 callback list")
    return number


def _why_not(row: Row[Any] | None, number: int, now: datetime) -> str | None:
    """Return why nobody may take this task now; None when somebody may."""
    if row is None:
        return _unknown(number)
    if row.state == TaskState.CLOSED:
        return _closed(row)
    if row.state == TaskState.TAKEN and row.taken_at >= now - timedelta(seconds=POLICY.forget_taken_seconds):
        return f"call-back {number} is with {row.taken_by} already"
    reason = not_dialled(row.ani)
    if reason is not None:
        return (
            f"call-back {number} is not dialled: {WHY_NOT_DIALLED[reason]}. Should the caller be real,"
            f" call by other means, then: ct112 callback result {number} reached"
        )
    if row.result is not None and row.next_try_at > now:
        return f"call-back {number} was tried: {row.result}; again from {row.next_try_at:%H:%M:%S} UTC"
    return None


def _unknown(number: int) -> str:
    return f"there is no call-back {number}: see ct112 callback list"


def _closed(row: Row[Any]) -> str:
    return f"call-back {row.id} is closed: {row.result}"


def _task(row: Row[Any]) -> Task:
    return Task(**{name: getattr(row, name) for name in Task.__slots__})
