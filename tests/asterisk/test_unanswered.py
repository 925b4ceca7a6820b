"""Every request gets its one answer, whatever loop runs below."""

import asyncio
from typing import Any

import pytest
import uvloop

from ct112.asterisk.ari import Disconnected, RequestTimeout, asterisk_config
from ct112.asterisk.ari.unanswered import Unanswered

PING = asterisk_config.ping()
LOOPS = {"asyncio": asyncio.new_event_loop, "uvloop": uvloop.new_event_loop}


@pytest.fixture(params=LOOPS)
def runner(request: pytest.FixtureRequest) -> Any:
    """Each loop in turn."""
    with asyncio.Runner(loop_factory=LOOPS[request.param]) as found:
        yield found


def test_a_step_is_answered_once_with_all_its_answers_in_order(runner: asyncio.Runner) -> None:
    async def play() -> None:
        told: list[list[Any]] = []
        times: list[float] = []
        unanswered = Unanswered(asyncio.get_running_loop(), times.append)
        first, second = unanswered.add([PING, PING], told.append, 5)
        unanswered.answer(second, "second")
        assert not told
        unanswered.answer(first, "first")
        unanswered.answer(first, "again")
        unanswered.answer("unknown", "nobody asked")
        assert told == [["first", "second"]]
        assert len(times) == 2

    runner.run(play())


def test_each_has_its_own_limit_and_late_answers_are_left(runner: asyncio.Runner) -> None:
    async def play() -> None:
        told: list[list[Any]] = []
        unanswered = Unanswered(asyncio.get_running_loop(), lambda _: None)
        (slow,) = unanswered.add([PING], told.append, 0.2)
        unanswered.add([PING], told.append, 0.05)
        await asyncio.sleep(0.12)
        assert [type(one[0]) for one in told] == [RequestTimeout]
        await asyncio.sleep(0.15)
        assert [type(one[0]) for one in told] == [RequestTimeout] * 2
        unanswered.answer(slow, "late")
        assert len(told) == 2

    runner.run(play())


def test_a_limit_that_is_over_already_harms_nothing(runner: asyncio.Runner) -> None:
    """A loop that was held up finds limits in the past; one kind of timer cannot say its time then."""

    async def play() -> None:
        told: list[list[Any]] = []
        unanswered = Unanswered(asyncio.get_running_loop(), lambda _: None)
        unanswered.add([PING], told.append, -1.0)
        unanswered.add([PING], told.append, 0.0)
        unanswered.add([PING], told.append, 5.0)
        await asyncio.sleep(0.02)
        assert len(told) == 2
        unanswered.fail_all(Disconnected("gone"))
        assert isinstance(told[2][0], Disconnected)

    runner.run(play())
