"""Watches the list of call-backs: when it is left lying, the metrics and the log say so."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from ct112 import logs, metrics
from ct112.core.callback_rules import TaskState
from ct112.store import Store, Task, callbacks, clock

log = logs.get("callbacks")

MOST = 500  # how much of the list is looked through, the most urgent first
PATIENCE_SECONDS = 900.0  # so long may an emergency caller who reached nobody wait to be called
AGAIN_SECONDS = 300.0  # between two lines about it


Listed = Callable[[], Awaitable[tuple[Sequence[Task], int, datetime]]]
"""Returns the first tasks of the list, in their order, how many there are in all, and what time it is."""


async def first_of(store: Store) -> tuple[Sequence[Task], int, datetime]:
    """Return the head of the list, by the database's clock. Raises StoreUnavailable."""
    async with store.transaction() as connection:
        page = await callbacks.page(connection, all_=False, limit=MOST, after=None)
        now = await clock.now(connection)
    return page.items, page.total, now


@dataclass(frozen=True, slots=True)
class Backlog:
    """How many wait in all, and of those that could be taken now: how many, and the oldest's wait."""

    waiting: int
    due: int
    oldest_seconds: float
    overdue_emergencies: int


def backlog(tasks: Sequence[Task], total: int, now: datetime) -> Backlog:
    """Return how the list stands at `now`."""
    due = [task for task in tasks if _is_due(task, now)]
    waits = [(now - task.first_call_at).total_seconds() for task in due]
    overdue = sum(
        task.service_class == "emergency" and wait >= PATIENCE_SECONDS
        for task, wait in zip(due, waits, strict=True)
    )
    return Backlog(total, len(due), max(waits, default=0.0), overdue)


def _is_due(task: Task, now: datetime) -> bool:
    """Return whether an operator may take it now."""
    return task.state == TaskState.OPEN and task.not_dialled is None and task.next_try_at <= now


class CallbackWatch:
    """The job: looks at the list and says how it stands."""

    def __init__(self, listed: Listed) -> None:
        """Nothing is looked at yet."""
        self._listed = listed
        self._said_at: datetime | None = None

    async def look(self) -> None:
        """Look once. Raises StoreUnavailable."""
        tasks, total, now = await self._listed()
        stand = backlog(tasks, total, now)
        metrics.callbacks_waiting.set(stand.waiting)
        metrics.callbacks_due.set(stand.due)
        metrics.callback_oldest_seconds.set(stand.oldest_seconds)
        metrics.callbacks_overdue.set(stand.overdue_emergencies)
        self._alarm(stand, now)

    def _alarm(self, stand: Backlog, now: datetime) -> None:
        if not stand.overdue_emergencies:
            self._said_at = None
        elif self._said_at is None or (now - self._said_at).total_seconds() >= AGAIN_SECONDS:
            self._said_at = now
            log.error(
                "emergency callers wait to be called back: see ct112 callback list",
                overdue=stand.overdue_emergencies,
                oldest_seconds=round(stand.oldest_seconds),
            )
