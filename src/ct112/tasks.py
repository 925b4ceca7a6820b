"""Named tasks that are watched. Only a vital one ends the service; any other is an alarm and starts again."""

import asyncio
import os
import random
import signal
import threading
import traceback
from collections.abc import Callable, Coroutine, Mapping
from pathlib import Path
from typing import Any

from ct112 import logs, metrics

log = logs.get("tasks")

FIRST_PAUSE_SECONDS = 0.5
LONGEST_PAUSE_SECONDS = 60.0
SOUND_SECONDS = 60.0  # a task that has run this long is well again
FRAMES = 8
LEAVE_SECONDS = 8.0  # less than whoever stops a process waits before killing it

Run = Callable[[], Coroutine[Any, Any, None]]
"""Makes the coroutine of a task that should run for ever; called again for each start."""


def leave_on_signals(within: float = LEAVE_SECONDS) -> asyncio.Event:
    """Return what SIGTERM and SIGINT set from now on; the process is gone within so many seconds of them.

    For a process that keeps nothing itself: a database that answers nothing must not hold it. What was not
    committed is rolled back there.
    """
    leave, loop = asyncio.Event(), asyncio.get_running_loop()

    def asked() -> None:
        if not leave.is_set():
            cut = threading.Timer(within, _cut_short)
            cut.daemon = True
            cut.start()
        leave.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, asked)
    return leave


def _cut_short() -> None:
    """Leave at once, from a thread: the loop may be what hangs."""
    log.warning("left without waiting any longer")
    os._exit(0)


class TaskStopped(RuntimeError):
    """A vital task came to its end."""


class Supervisor:
    """Runs tasks until told to leave.

    When a vital task ends, `run` raises and everything stops: the dialplan takes over. When any other ends,
    by an error or without one, that is a log line and a metric, and it starts again after a pause.
    """

    def __init__(self, vital: Mapping[str, Run], others: Mapping[str, Run]) -> None:
        """Nothing runs yet."""
        self._vital = dict(vital)
        self._others = dict(others)
        self._troubles: dict[str, str] = {}
        for name in self._others:
            metrics.task_down.labels(task=name).set(0)

    def troubles(self) -> Mapping[str, str]:
        """Return the tasks that died within their last minute of running, each with what ended it."""
        return dict(self._troubles)

    async def run(self, leave: asyncio.Event) -> None:
        """Run until `leave` is set, then cancel all tasks and wait for them. Raises TaskStopped."""
        leaving = asyncio.create_task(leave.wait(), name="leave")
        vital = [asyncio.create_task(run(), name=name) for name, run in self._vital.items()]
        kept = [asyncio.create_task(self._keep(name, run), name=name) for name, run in self._others.items()]
        try:
            done, _ = await asyncio.wait([leaving, *vital], return_when=asyncio.FIRST_COMPLETED)
            for task in done - {leaving}:
                _raise_why(task)
        finally:
            await _end(leaving, *vital, *kept)

    async def _keep(self, name: str, run: Run) -> None:
        """Start the task, and start it again whenever it ends."""
        loop, pause = asyncio.get_running_loop(), FIRST_PAUSE_SECONDS
        while True:
            started = loop.time()
            error = await self._outcome(name, run)
            if loop.time() - started >= SOUND_SECONDS:
                pause = FIRST_PAUSE_SECONDS
            self._died(name, error, pause)
            await asyncio.sleep(pause * random.uniform(0.5, 1.0))  # noqa: S311 (jitter, no secret)
            pause = min(pause * 2, LONGEST_PAUSE_SECONDS)

    async def _outcome(self, name: str, run: Run) -> BaseException | None:
        """Run the task to its end in a task of its own, so that a cancellation inside it is not ours."""
        task = asyncio.create_task(run(), name=name)
        try:
            done, _ = await asyncio.wait({task}, timeout=SOUND_SECONDS)
            if not done:
                self._well(name)
                await asyncio.wait({task})
        finally:
            await _end(task)
        return asyncio.CancelledError() if task.cancelled() else task.exception()

    def _well(self, name: str) -> None:
        self._troubles.pop(name, None)
        metrics.task_down.labels(task=name).set(0)

    def _died(self, name: str, error: BaseException | None, pause: float) -> None:
        reason = why(error)
        self._troubles[name] = reason
        metrics.task_down.labels(task=name).set(1)
        metrics.task_restarts.labels(task=name).inc()
        log.error("a task died and starts again", task=name, error=reason, pause_seconds=pause, at=at(error))


def why(error: BaseException | None) -> str:
    """Return what ended a task, without the data it choked on: that may be personal."""
    if error is None:
        return "it came to its end"
    return f"{type(error).__name__}: {error}" if isinstance(error, OSError) else type(error).__name__


def at(error: BaseException | None) -> list[str]:
    """Return where the error was raised, innermost last: `file:line function`."""
    frames = traceback.extract_tb(error.__traceback__) if error is not None else []
    return [f"{Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in frames[-FRAMES:]]


async def _end(*tasks: "asyncio.Task[Any]") -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def _raise_why(task: "asyncio.Task[Any]") -> None:
    """Raise what ended the task."""
    error = None if task.cancelled() else task.exception()
    log.error("a vital task died; the service stops", task=task.get_name(), error=why(error), at=at(error))
    raise TaskStopped(task.get_name()) from error
