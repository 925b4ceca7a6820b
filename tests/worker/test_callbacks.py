"""The watch over the list of call-backs: what is due, the oldest, and the alarm."""

from datetime import UTC, datetime, timedelta

import pytest
from structlog.testing import capture_logs

from ct112.store import Task
from ct112.worker.callbacks import PATIENCE_SECONDS, CallbackWatch, backlog

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)


def task(number: int, waits: float, *, now: datetime = NOW, **other: object) -> Task:
    """Return an emergency caller's task that may be taken."""
    since = now - timedelta(seconds=waits)
    known: dict[str, object] = {
        "id": number, "ani": "0812", "service_class": "emergency", "reason": "abandoned", "state": "open",
        "result": None, "calls": 1, "attempts": 0, "first_call_at": since, "last_call_at": since,
        "next_try_at": since, "taken_by": None, "not_dialled": None,
    }  # fmt: skip
    return Task(**known | other)  # type: ignore[arg-type]


def test_only_what_an_operator_could_take_now_is_due() -> None:
    tasks = [
        task(1, 100),
        task(2, 5000, state="taken"),
        task(3, 5000, not_dialled="code"),
        task(4, 5000, next_try_at=NOW + timedelta(seconds=1)),
        task(5, 40, service_class="information"),
    ]
    stand = backlog(tasks, 9, NOW)
    assert (stand.waiting, stand.due, stand.oldest_seconds, stand.overdue_emergencies) == (9, 2, 100, 0)


def test_an_empty_list_is_no_trouble() -> None:
    assert backlog([], 0, NOW).oldest_seconds == 0


@pytest.mark.parametrize(("waits", "service_class", "overdue"), [
    (PATIENCE_SECONDS, "emergency", 1), (PATIENCE_SECONDS - 1, "emergency", 0), (9999, "information", 0),
])  # fmt: skip
def test_an_emergency_has_a_quarter_of_an_hour(waits: float, service_class: str, overdue: int) -> None:
    assert backlog([task(1, waits, service_class=service_class)], 1, NOW).overdue_emergencies == overdue


async def test_the_alarm_is_one_line_and_names_no_caller() -> None:
    tasks = [task(1, PATIENCE_SECONDS + 60, now=datetime.now(UTC))]

    async def listed() -> tuple[list[Task], int, datetime]:
        return tasks, len(tasks), datetime.now(UTC)

    watch = CallbackWatch(listed)
    with capture_logs() as lines:
        await watch.look()
        await watch.look()
    (line,) = lines
    assert (line["log_level"], line["overdue"]) == ("error", 1)
    assert "0812" not in str(line)
    tasks.clear()
    with capture_logs() as lines:
        await watch.look()
    assert lines == []
