"""The supervisor: a vital task that ends stops everything; any other is counted and starts again."""

import asyncio
import random
from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from ct112 import metrics, tasks
from ct112.tasks import Supervisor, TaskStopped


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tasks, "FIRST_PAUSE_SECONDS", 0.01)
    monkeypatch.setattr(tasks, "LONGEST_PAUSE_SECONDS", 0.02)


async def for_ever() -> None:
    await asyncio.Event().wait()


async def ends() -> None:
    return None


async def cancels_itself() -> None:
    raise asyncio.CancelledError


async def fails() -> None:
    raise ValueError("081234567890 is a caller's number")


class Flaky:
    """Dies `times` times, then runs on."""

    def __init__(self, times: int, dies: Callable[[], Coroutine[Any, Any, None]] = fails) -> None:
        self.starts = 0
        self.sound = asyncio.Event()
        self._times = times
        self._dies = dies

    async def run(self) -> None:
        self.starts += 1
        if self.starts <= self._times:
            await self._dies()
        else:
            self.sound.set()
            await for_ever()


async def run_until(supervisor: Supervisor, done: asyncio.Event) -> None:
    leave = asyncio.Event()
    task = asyncio.create_task(supervisor.run(leave))
    async with asyncio.timeout(5):
        await done.wait()
        assert not task.done()
        leave.set()
        await task


@pytest.mark.parametrize("dies", [fails, ends, cancels_itself])
async def test_a_task_that_ends_is_started_again(dies: Callable[[], Coroutine[Any, Any, None]]) -> None:
    flaky = Flaky(3, dies)
    before = metrics.task_restarts.labels(task="web")._value.get()
    await run_until(Supervisor({"switchboard": for_ever}, {"web": flaky.run}), flaky.sound)
    assert flaky.starts == 4
    assert metrics.task_restarts.labels(task="web")._value.get() == before + 3


@pytest.mark.parametrize("dies", [fails, ends, cancels_itself])
async def test_a_vital_task_that_ends_stops_everything(
    dies: Callable[[], Coroutine[Any, Any, None]],
) -> None:
    ended = asyncio.Event()

    async def other() -> None:
        try:
            await for_ever()
        finally:
            ended.set()

    supervisor = Supervisor({"telephone": Flaky(1, dies).run, "switchboard": other}, {"web": other})
    with pytest.raises(TaskStopped, match="telephone"):
        async with asyncio.timeout(5):
            await supervisor.run(asyncio.Event())
    assert ended.is_set()


async def test_one_that_dies_leaves_the_others_alone() -> None:
    steady, flaky = Flaky(0), Flaky(2)
    await run_until(Supervisor({"switchboard": for_ever}, {"a": steady.run, "b": flaky.run}), flaky.sound)
    assert steady.starts == 1


async def test_trouble_is_told_until_the_task_has_run_for_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tasks, "SOUND_SECONDS", 0.2)
    flaky = Flaky(1)
    supervisor = Supervisor({"switchboard": for_ever}, {"web": flaky.run})
    leave = asyncio.Event()
    task = asyncio.create_task(supervisor.run(leave))
    async with asyncio.timeout(5):
        await flaky.sound.wait()
        assert supervisor.troubles() == {"web": "ValueError"}  # what it choked on may be personal
        assert metrics.task_down.labels(task="web")._value.get() == 1
        while supervisor.troubles():  # noqa: ASYNC110 - nobody says when
            await asyncio.sleep(0.01)
        assert metrics.task_down.labels(task="web")._value.get() == 0
        leave.set()
        await task


async def test_pauses_double_up_to_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tasks, "FIRST_PAUSE_SECONDS", 0.02)
    monkeypatch.setattr(tasks, "LONGEST_PAUSE_SECONDS", 0.08)
    slept: list[float] = []
    plain = asyncio.sleep

    async def sleep(seconds: float) -> None:
        slept.append(seconds)
        await plain(0)

    monkeypatch.setattr(asyncio, "sleep", sleep)
    monkeypatch.setattr(random, "uniform", lambda _low, high: high)
    flaky = Flaky(5)
    await run_until(Supervisor({"switchboard": for_ever}, {"web": flaky.run}), flaky.sound)
    assert slept == [0.02, 0.04, 0.08, 0.08, 0.08]


async def test_leaving_cancels_what_runs_and_what_rests() -> None:
    async def never() -> None:
        raise OSError("the port is taken")

    supervisor = Supervisor({"switchboard": for_ever}, {"web": never})
    leave = asyncio.Event()
    task = asyncio.create_task(supervisor.run(leave))
    await asyncio.sleep(0.05)
    assert supervisor.troubles() == {"web": "OSError: the port is taken"}
    leave.set()
    async with asyncio.timeout(5):
        await task
