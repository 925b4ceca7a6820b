"""Nobody who called is forgotten: what makes a task, what merges, what closes it, what is tried again."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import update

from ct112.core.callback_rules import CallbackPolicy, CallbackResult, Next, TaskState, after
from ct112.core.record import CallRecord, Outcome, ServiceClass
from ct112.store.callbacks import TASKS, CallbackError, Task
from tests.store.examples import ARRIVED, record
from tests.store.once import Once

NUMBER = "081234567890"
HOUR = 3600.0


def call(number: int, outcome: str = "abandoned", at: float = 0.0, **known: Any) -> CallRecord:
    """A call that came `at` seconds after the first and ended twenty seconds later."""
    answered = outcome in ("answered", "fallback_answered")
    arrived = ARRIVED + at
    told: dict[str, Any] = {
        "ani": NUMBER,
        "arrived_at": arrived,
        "answered_at": arrived + 10 if answered else None,
        "ended_at": arrived + 20,
        "outcome": Outcome(outcome),
        "service_class": ServiceClass.EMERGENCY,
    }
    return record(number, **(told | known))


async def live(store: Once) -> list[Task]:
    return await store.tasks()


async def only(store: Once) -> Task:
    (task,) = await live(store)
    return task


@pytest.mark.parametrize("outcome", ["abandoned", "dropped", "fallback_abandoned"])
async def test_a_call_nobody_answered_makes_a_task(store: Once, outcome: str) -> None:
    await store.write([call(1, outcome)], [])
    task = await only(store)
    assert (task.ani, task.reason, task.state, task.calls, task.attempts) == (NUMBER, outcome, "open", 1, 0)
    assert task.service_class == "emergency"


@pytest.mark.parametrize("outcome", ["answered", "fallback_answered", "fallback"])
async def test_other_calls_make_none(store: Once, outcome: str) -> None:
    await store.write([call(1, outcome)], [])
    assert await live(store) == []


async def test_a_talk_cut_by_a_restart_makes_one(store: Once) -> None:
    await store.write([call(1, "dropped", answered_at=ARRIVED + 5)], [])
    assert (await only(store)).reason == "dropped"


async def test_a_call_under_way_makes_none(store: Once) -> None:
    await store.write([replace(call(1), ended_at=None, outcome=None)], [])
    assert await live(store) == []


async def test_a_record_written_twice_counts_once(store: Once) -> None:
    one = call(1)
    await store.write([one], [])
    await store.write([one, replace(one, revision=9)], [])
    assert (await only(store)).calls == 1


async def test_calls_of_one_number_within_the_window_are_one_task(store: Once) -> None:
    await store.write([call(1, service_class=ServiceClass.INFORMATION)], [])
    await store.write(
        [call(2, at=HOUR, ani="+62 812-3456-7890")], []
    )  # the same telephone, written otherwise
    task = await only(store)
    assert (task.calls, task.service_class) == (2, "emergency")
    assert task.last_call_at - task.first_call_at == timedelta(seconds=HOUR + 20)


async def test_after_the_window_it_is_another_task(store: Once) -> None:
    await store.write([call(1), call(2, at=3 * HOUR), call(3, ani="08111222333")], [])
    assert len(await live(store)) == 3


async def test_a_later_answered_call_closes_it(store: Once) -> None:
    await store.write([call(1)], [])
    await store.write([replace(call(2, "answered", at=60), ended_at=None, outcome=None)], [])
    assert await live(store) == []
    (task,) = await store.tasks(all_=True)
    assert (task.state, task.result) == ("closed", "called_again")


async def test_an_earlier_answered_call_does_not(store: Once) -> None:
    await store.write([call(1, "answered", at=-60), call(2)], [])
    assert len(await live(store)) == 1


async def test_news_in_the_wrong_order_end_alike(store: Once) -> None:
    await store.write([call(2, "answered", at=60)], [])
    await store.write([call(1)], [])
    assert await live(store) == []


async def test_a_call_found_out_to_have_been_answered_closes_its_own_task(store: Once) -> None:
    await store.write([call(1, revision=5)], [])
    await store.write([call(1, "fallback_answered", revision=6)], [])
    assert await live(store) == []


@pytest.mark.parametrize(("end", "open_"), [("answered", False), ("dropped", True), ("abandoned", True)])
async def test_a_call_that_turned_out_to_live_is_judged_by_its_real_end(
    store: Once, end: str, open_: bool
) -> None:
    talk = call(1, "dropped", answered_at=ARRIVED + 10)
    await store.write([talk], [])
    alive = replace(talk, revision=2, ended_at=None, ended_by=None, outcome=None)
    await store.write([alive], [])
    found = await store.call(talk.call)
    assert (found.ended_at, found.ended_by, found.outcome) == (None, None, None)
    assert (await only(store)).calls == 1
    await store.write([replace(alive, revision=3, ended_at=ARRIVED + 90, outcome=Outcome(end))], [])
    assert bool(await live(store)) is open_


@pytest.mark.parametrize(("end", "open_"), [("answered", False), ("dropped", True)])
async def test_a_call_answered_after_it_turned_out_to_live_closes_its_task_only_by_its_end(
    store: Once, end: str, open_: bool
) -> None:
    given_up = call(1, "abandoned")
    await store.write([given_up], [])
    answered = replace(
        given_up, revision=2, ended_at=None, ended_by=None, outcome=None, answered_at=ARRIVED + 50
    )
    await store.write([answered], [])
    assert await live(store)
    await store.write([replace(answered, revision=3, ended_at=ARRIVED + 90, outcome=Outcome(end))], [])
    assert bool(await live(store)) is open_


async def test_thousands_of_callers_who_gave_up_are_written_in_time(store: Once) -> None:
    """A flood: what a batch costs does not grow with the square of who is on the list."""
    for first in range(0, 6000, 2000):
        flood = [call(n, at=n / 10, ani=f"0812{n:07d}") for n in range(first, first + 2000)]
        await store.write(flood, [])  # raises StoreUnavailable after 8 s for a statement
    again = [call(10_000 + n, "answered", at=7000, ani=f"0812{n:07d}") for n in range(500)]
    await store.write(again, [])
    assert (await store.task_page(limit=1)).total == 5500


async def test_callers_without_a_number_are_counted(store: Once) -> None:
    await store.write([call(1, ani=None), call(2, "answered", ani=None), call(3)], [])
    assert len(await live(store)) == 1
    assert await store.withheld(datetime.fromtimestamp(ARRIVED - 1, UTC)) == 1
    assert await store.withheld(datetime.fromtimestamp(ARRIVED + 1, UTC)) == 0


async def test_the_most_urgent_and_oldest_come_first(store: Once) -> None:
    await store.write(
        [
            call(1, ani="0811000001", service_class=ServiceClass.INFORMATION),
            call(2, at=50, ani="0811000002"),
            call(3, at=40, ani="0811000003"),
            call(4, at=30, ani="0811000004", service_class=ServiceClass.URGENT),
        ],
        [],
    )
    assert [task.ani[-1] for task in await live(store)] == ["3", "2", "4", "1"]


async def test_a_task_is_with_one_operator_only(store: Once) -> None:
    await store.write([call(1)], [])
    number = (await only(store)).id
    taken = await store.take_callback(number, "operator-1")
    assert (taken.state, taken.taken_by, taken.attempts) == ("taken", "operator-1", 1)
    with pytest.raises(CallbackError, match="with operator-1 already"):
        await store.take_callback(number, "operator-2")
    with pytest.raises(CallbackError, match="there is no call-back 99"):
        await store.take_callback(99, "operator-2")


async def test_a_task_taken_long_ago_with_no_result_is_free_again(
    store: Once, monkeypatch: pytest.MonkeyPatch
) -> None:
    await store.write([call(1)], [])
    number = (await only(store)).id
    await store.take_callback(number, "operator-1")
    monkeypatch.setattr("ct112.store.callbacks.POLICY", CallbackPolicy(forget_taken_seconds=-1))
    assert (await store.take_callback(number, "operator-2")).taken_by == "operator-2"


async def test_nobody_there_is_tried_again_later_and_in_the_end_not(store: Once) -> None:
    await store.write([call(1)], [])
    number = (await only(store)).id
    for attempt in (1, 2):
        await store.take_callback(number, "operator-1")
        task = await store.finish_callback(number, CallbackResult.NO_ANSWER)
        assert (task.state, task.result, task.attempts, task.taken_by) == ("open", "no_answer", attempt, None)
        pause = (task.next_try_at - datetime.now(UTC)).total_seconds()
        assert pause == pytest.approx(300 * attempt, abs=30)
        with pytest.raises(CallbackError, match="was tried: no_answer"):
            await store.take_callback(number, "operator-1")
        await _forward(store, 300 * attempt)
    await store.take_callback(number, "operator-1")
    task = await store.finish_callback(number, CallbackResult.BUSY)
    assert (task.state, task.result, task.attempts) == ("closed", "busy", 3)
    with pytest.raises(CallbackError, match="is closed: busy"):
        await store.take_callback(number, "operator-1")


async def _forward(store: Once, seconds: float) -> None:
    """Let that much time pass for all call-backs."""
    async with store.transaction() as connection:
        passed = timedelta(seconds=seconds)
        await connection.execute(update(TASKS).values(next_try_at=TASKS.c.next_try_at - passed))


async def test_a_try_in_which_nothing_was_dialled_does_not_count(store: Once) -> None:
    await store.write([call(1)], [])
    number = (await only(store)).id
    await store.take_callback(number, "operator-1")
    task = await store.finish_callback(number, CallbackResult.FAILED, tried=False)
    assert (task.state, task.attempts) == ("open", 0)
    assert task.next_try_at <= datetime.now(UTC)


async def test_reached_is_the_end_of_it(store: Once) -> None:
    await store.write([call(1)], [])
    number = (await only(store)).id
    await store.take_callback(number, "operator-1")
    task = await store.finish_callback(number, CallbackResult.REACHED)
    assert (task.state, task.result, task.taken_by) == ("closed", "reached", "operator-1")
    await store.write([call(2, at=HOUR)], [])  # calls, and is not answered, again: another task
    assert (await only(store)).calls == 1


@pytest.mark.parametrize(
    ("result", "attempts", "then"),
    [
        (CallbackResult.REACHED, 1, Next(TaskState.CLOSED, None)),
        (CallbackResult.CANCELLED, 1, Next(TaskState.CLOSED, None)),
        (CallbackResult.NO_ANSWER, 1, Next(TaskState.OPEN, 1300.0)),
        (CallbackResult.BUSY, 2, Next(TaskState.OPEN, 1600.0)),
        (CallbackResult.FAILED, 3, Next(TaskState.CLOSED, None)),
    ],
)
def test_what_follows_from_a_try(result: CallbackResult, attempts: int, then: Next) -> None:
    assert after(result, attempts, CallbackPolicy(), now=1000.0) == then
