"""Call-back tasks without PostgreSQL: the same rules, written a second time, one call after the other."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from ct112.core.callback_rules import (
    CLASSES,
    CallbackPolicy,
    CallbackResult,
    TaskState,
    after,
    is_forgotten,
    most_urgent,
    was_cut_off,
)
from ct112.core.record import ServiceClass
from ct112.store import CallbackError, Task
from ct112.store.numbers import not_dialled

Row = Mapping[str, Any]
LONGEST = 64


class Tasks:
    """The tasks and which calls made them. Copy it before a change that may fail."""

    def __init__(self, policy: CallbackPolicy) -> None:
        self.policy = policy
        self.all: dict[int, Task] = {}
        self.numbers: dict[int, str] = {}
        self.taken_at: dict[int, datetime] = {}
        self.made_by: dict[Any, int] = {}

    def copy(self) -> "Tasks":
        """Return one that changes alone."""
        new = Tasks(self.policy)
        new.all, new.numbers = dict(self.all), dict(self.numbers)
        new.taken_at, new.made_by = dict(self.taken_at), dict(self.made_by)
        return new

    def follow(self, rows: Iterable[Row], everyone: Iterable[Row]) -> None:
        """Make, merge and close what follows from these rows; `everyone`: all records there are."""
        written = list(rows)
        for row in sorted(written, key=_ended):
            if (
                is_forgotten(row["outcome"], row["ended_by"])
                and row["ani"] is not None
                and row["id"] not in self.made_by
            ):
                self._remember(row)
        live = {self.numbers[task.id] for task in self.all.values() if task.state != TaskState.CLOSED}
        if not live:
            return
        for row in [*written, *(row for row in everyone if number_of(row) in live)]:
            self._close_answered(row)

    def take(self, number: int, operator: str, now: datetime) -> Task:
        """Give a task to an operator. Raises CallbackError."""
        task = self._live(number)
        since = now - timedelta(seconds=self.policy.forget_taken_seconds)
        if task.state == TaskState.TAKEN and self.taken_at[number] >= since:
            raise CallbackError(f"call-back {number} is with {task.taken_by} already")
        if task.not_dialled is not None:
            raise CallbackError(f"call-back {number} is not dialled: {task.not_dialled}")
        if task.result is not None and task.next_try_at > now:
            raise CallbackError(f"call-back {number} was tried: {task.result}; again later")
        self.taken_at[number] = now
        changed = replace(task, state=TaskState.TAKEN, taken_by=operator, attempts=task.attempts + 1)
        self.all[number] = changed
        return changed

    def finish(self, number: int, result: CallbackResult, now: datetime, *, tried: bool) -> Task:
        """Note how a try went. Raises CallbackError."""
        task = self._live(number)
        counts = (tried and result is not CallbackResult.UNAVAILABLE) or task.state != TaskState.TAKEN
        attempts = task.attempts if counts else task.attempts - 1
        then = after(result, attempts, self.policy, now.timestamp())
        at_once = then.again_at is None or (not tried and result is not CallbackResult.UNAVAILABLE)
        again = now if at_once else datetime.fromtimestamp(then.again_at or 0, UTC)
        closed = then.state is TaskState.CLOSED
        changed = replace(
            task,
            state=then.state,
            result=result,
            attempts=attempts,
            next_try_at=again,
            taken_by=task.taken_by if closed else None,
        )
        self.all[number] = changed
        return changed

    def listed(self, now: datetime, *, all_: bool) -> list[Task]:
        """Return them in order."""
        if all_:
            return sorted(self.all.values(), key=lambda task: -task.id)
        live = [task for task in self.all.values() if task.state != TaskState.CLOSED]
        return sorted(
            live,
            key=lambda task: (
                task.not_dialled is not None,
                CLASSES.index(ServiceClass(task.service_class)),
                task.next_try_at > now,
                task.first_call_at,
                task.id,
            ),
        )

    def _live(self, number: int) -> Task:
        task = self.all.get(number)
        if task is None:
            raise CallbackError(f"there is no call-back {number}")
        if task.state == TaskState.CLOSED:
            raise CallbackError(f"call-back {number} is closed: {task.result}")
        return task

    def _remember(self, row: Row) -> None:
        since = row["arrived_at"] - timedelta(seconds=self.policy.window_seconds)
        number, found = number_of(row), ServiceClass(row["service_class"] or ServiceClass.EMERGENCY)
        live = [
            task
            for task in self.all.values()
            if self.numbers[task.id] == number
            and task.state != TaskState.CLOSED
            and task.last_call_at >= since
        ]
        task = max(live, key=lambda task: task.id) if live else self._made(row, number or "")
        self.all[task.id] = replace(
            task,
            calls=task.calls + 1,
            service_class=most_urgent(ServiceClass(task.service_class), found),
            first_call_at=min(task.first_call_at, row["arrived_at"]),
            last_call_at=max(task.last_call_at, row["ended_at"]),
            next_try_at=min(task.next_try_at, row["ended_at"]),
        )
        self.made_by[row["id"]] = task.id

    def _made(self, row: Row, number: str) -> Task:
        new = len(self.all) + 1
        self.numbers[new] = number
        return Task(
            id=new,
            ani=row["ani"][:LONGEST],
            service_class=row["service_class"] or ServiceClass.EMERGENCY,
            reason=row["outcome"],
            state=TaskState.OPEN,
            result=None,
            calls=0,
            attempts=0,
            first_call_at=row["arrived_at"],
            last_call_at=row["ended_at"],
            next_try_at=row["ended_at"],
            taken_by=None,
            not_dialled=not_dialled(row["ani"][:LONGEST]),
        )

    def _close_answered(self, row: Row) -> None:
        """Close the tasks whose caller this call shows to have reached a person."""
        for task in [task for task in self.all.values() if task.state != TaskState.CLOSED]:
            if self._by_another_call(task, row) or self._by_its_own(task, row):
                self.all[task.id] = replace(task, state=TaskState.CLOSED, result=CallbackResult.CALLED_AGAIN)

    def _by_another_call(self, task: Task, row: Row) -> bool:
        """Its own call, found to live and answered since, closes it by its end alone: it may still drop."""
        if self.made_by.get(row["id"]) == task.id:
            return False
        answered = row["answered_at"] is not None and row["answered_at"] > task.last_call_at
        cut_off = was_cut_off(row["outcome"], row["ended_by"])
        return answered and not cut_off and self.numbers[task.id] == number_of(row)

    def _by_its_own(self, task: Task, row: Row) -> bool:
        return (
            self.made_by.get(row["id"]) == task.id
            and row["answered_at"] is not None
            and row["outcome"] is not None
            and not is_forgotten(row["outcome"], row["ended_by"])
            and row["ended_at"] >= task.last_call_at
        )


def number_of(row: Row) -> str | None:
    """Return what makes two calls the same caller."""
    number: str | None = row["ani_e164"] or row["ani"]
    return None if number is None else number[:LONGEST]


def _ended(row: Row) -> float:
    return 0.0 if row["ended_at"] is None else float(row["ended_at"].timestamp())
