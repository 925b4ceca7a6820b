"""Call-back tasks: listing them in the order they are to be done, taking one, noting how it went."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import (
    Integer,
    Row,
    Table,
    case,
    cast,
    func,
    select,
    true,
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
from ct112.store import pages
from ct112.store.callbacks_making import FORGOTTEN_CALL
from ct112.store.numbers import not_dialled
from ct112.store.pages import COUNTED, Order, Page
from ct112.store.tables import CallbackTask, CallRow

CALLS: Table = CallRow.metadata.tables["call_record"]
TASKS: Table = CallbackTask.metadata.tables["callback_task"]
POLICY = CallbackPolicy()
MOST_LIVE = 100_000  # so far the live ones are counted: they have an index of their own
LARGEST_ID = 2**63 - 1

LIVE = TASKS.c.state != TaskState.CLOSED
URGENCY = case({name: at for at, name in enumerate(CLASSES)}, value=TASKS.c.service_class)
LEFT_TO_A_PERSON = cast(TASKS.c.not_dialled.is_not(None), Integer)
PAUSES = cast(TASKS.c.next_try_at > func.now(), Integer)
URGENT_FIRST = Order(
    "callbacks",
    (LEFT_TO_A_PERSON, URGENCY, PAUSES, TASKS.c.first_call_at, TASKS.c.id),
    (int, int, int, datetime, int),
)
NEWEST_FIRST = Order("all-callbacks", (TASKS.c.id,), (int,), newest_first=True)
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


async def page(
    connection: AsyncConnection, *, all_: bool = False, limit: int = 50, after: str | None = None
) -> Page[Task]:
    """Return a page of the live tasks in the order they are to be done; `all_`: also closed, newest first.

    That order: what can be dialled before what is not, then the class, what is due before what pauses, and
    the oldest first. `limit`: 1 to 500. `after`: `next` of the page before. Raises BadCursor.
    """
    order, wanted = (NEWEST_FIRST, true()) if all_ else (URGENT_FIRST, LIVE)
    behind = true() if after is None else order.behind(after)
    keys = [key.label(f"key_{number}") for number, key in enumerate(order.keys)]
    size = pages.size(limit)
    query = select(TASKS, *keys).where(wanted, behind).order_by(*order.by()).limit(size + 1)
    rows = (await connection.execute(query)).all()
    total, exact = await pages.count(
        connection, select(TASKS.c.id).where(wanted), COUNTED if all_ else MOST_LIVE
    )
    last = rows[size - 1][-len(keys) :] if len(rows) > size else None
    return Page(
        items=[_task(row) for row in rows[:size]],
        total=total,
        exact=exact,
        next=None if last is None else pages.write(order.name, last),
    )


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


async def get(connection: AsyncConnection, number: int) -> Task:
    """Return one task. Raises CallbackError when there is none."""
    row = (await connection.execute(select(TASKS).where(TASKS.c.id == _id(number)))).one_or_none()
    if row is None:
        raise CallbackError(_unknown(number))
    return _task(row)


async def finish(
    connection: AsyncConnection, number: int, result: CallbackResult, *, tried: bool = True
) -> Task:
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
