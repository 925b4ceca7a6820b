"""Named tasks that are watched: if one dies, all stop, loudly."""

import asyncio
from collections.abc import Coroutine
from typing import Any

from ct112 import logs

log = logs.get("tasks")


class TaskStopped(RuntimeError):
    """A task that should run for ever came to its end."""


async def run_together(jobs: dict[str, Coroutine[Any, Any, None]], leave: asyncio.Event) -> None:
    """Run the jobs until `leave` is set; raise when one of them ends before that.

    The jobs are cancelled in the end, and waited for.
    """
    tasks = [asyncio.create_task(job, name=name) for name, job in jobs.items()]
    leaving = asyncio.create_task(leave.wait(), name="leave")
    try:
        done, _ = await asyncio.wait([leaving, *tasks], return_when=asyncio.FIRST_COMPLETED)
        for task in done - {leaving}:
            _raise_why(task)
    finally:
        for task in [leaving, *tasks]:
            task.cancel()
        await asyncio.gather(leaving, *tasks, return_exceptions=True)


def _raise_why(task: "asyncio.Task[Any]") -> None:
    """Raise what ended the task."""
    error = None if task.cancelled() else task.exception()
    log.error("a task died; the service stops", task=task.get_name(), error=repr(error))
    raise TaskStopped(task.get_name()) from error
