"""A job of the worker: again and again, waiting for the database, ended before the worker leaves."""

import asyncio
from collections.abc import Callable

import pytest

from ct112.store import StoreUnavailable
from ct112.worker import jobs
from ct112.worker.jobs import Job, Running


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "FIRST_PAUSE_SECONDS", 0.01)
    monkeypatch.setattr(jobs, "LONGEST_PAUSE_SECONDS", 0.04)


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not holds():  # noqa: ASYNC110
            await asyncio.sleep(0.005)


class Work:
    """Work that may be kept waiting, and counts."""

    def __init__(self) -> None:
        self.began = self.done = 0
        self.error: Exception | None = None
        self.go = asyncio.Event()
        self.go.set()

    async def once(self) -> None:
        self.began += 1
        if self.error:
            raise self.error
        await self.go.wait()
        self.done += 1


async def ended(task: "asyncio.Task[None]") -> None:
    task.cancel()
    await asyncio.wait({task})


async def test_it_is_done_again_and_again() -> None:
    work = Work()
    task = asyncio.create_task(Running(Job("x", 0.01, work.once)).run())
    await until(lambda: work.done >= 3)
    await ended(task)


async def test_while_the_database_is_away_it_waits_and_then_goes_on() -> None:
    work = Work()
    running = Running(Job("x", 0.01, work.once))
    work.error = StoreUnavailable("away")
    task = asyncio.create_task(running.run())
    await until(lambda: work.began >= 3)
    assert running.waits == "away"
    assert not task.done()
    work.error = None
    await until(lambda: work.done >= 1 and running.waits is None)
    await ended(task)


async def test_any_other_fault_ends_it_so_that_it_is_an_alarm() -> None:
    work = Work()
    work.error = KeyError("x")
    with pytest.raises(KeyError):
        await Running(Job("x", 0.01, work.once)).run()


async def test_work_that_never_ends_is_ended() -> None:
    work = Work()
    work.go.clear()
    with pytest.raises(TimeoutError):
        await Running(Job("x", 0.01, work.once, limit_seconds=0.05)).run()


async def test_what_has_begun_is_ended_before_the_worker_leaves() -> None:
    work = Work()
    work.go.clear()
    task = asyncio.create_task(Running(Job("x", 60, work.once)).run())
    await until(lambda: work.began == 1)
    task.cancel()
    await asyncio.sleep(0.02)
    assert not task.done()
    work.go.set()
    await asyncio.wait({task}, timeout=1)
    assert (work.done, task.cancelled()) == (1, True)


async def test_what_does_not_end_is_cut_off_when_the_worker_leaves(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "GRACE_SECONDS", 0.05)
    work = Work()
    work.go.clear()
    task = asyncio.create_task(Running(Job("x", 60, work.once)).run())
    await until(lambda: work.began == 1)
    task.cancel()
    await asyncio.wait({task}, timeout=1)
    assert (work.done, task.cancelled()) == (0, True)
