"""What a drill says of what was seen; the drills themselves run by `./run drill`."""

from datetime import UTC, datetime
from typing import Any

import pytest

from lab.drills.judging import Seen, judge

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def row(sip_call_id: str = "a", **known: Any) -> dict[str, Any]:
    """Return a complete row."""
    times = {"arrived_at": NOW, "queued_at": NOW, "answered_at": NOW, "ended_at": NOW}
    return {"sip_call_id": sip_call_id, "outcome": "answered", "service_class": "urgent"} | times | known


def test_who_kept_talking_and_who_reached_a_person_is_not_lost() -> None:
    seen = [
        Seen(sip_call_id="a", talked=True, kept=True),
        Seen(sip_call_id="b", reached_after=4.0),
        Seen(sip_call_id="c", reached_after=3.0),
        Seen(sip_call_id="d", called_back=True),
        Seen(sip_call_id="e", left=True),
    ]
    verdict = judge("x", seen, [row(name) for name in "abcde"])
    assert verdict.good
    assert (verdict.kept, verdict.rerouted, verdict.called_back) == (1, 2, 1)
    assert (verdict.first_seconds, verdict.last_seconds) == (3.0, 4.0)


def test_who_reached_nobody_is_lost() -> None:
    verdict = judge("x", [Seen(sip_call_id="a")], [row()])
    assert (verdict.lost, verdict.missing, verdict.good) == (1, 0, False)


@pytest.mark.parametrize(
    "rows",
    [
        [],
        [row(), row()],
        [row(ended_at=None)],
        [row(outcome=None)],
        [row(service_class=None)],
        [row(answered_at=datetime(2025, 1, 1, tzinfo=UTC))],
        [row("another")],
    ],
)
def test_a_row_that_is_not_there_once_and_whole_is_missing(rows: list[dict[str, Any]]) -> None:
    verdict = judge("x", [Seen(sip_call_id="a", kept=True)], rows)
    assert (verdict.lost, verdict.missing, verdict.good) == (0, 1, False)


def test_who_left_in_the_menu_has_no_class_and_that_is_right() -> None:
    early = row(outcome="abandoned", service_class=None, queued_at=None, answered_at=None)
    assert judge("x", [Seen(sip_call_id="a", left=True)], [early]).good


def test_a_promise_of_the_drills_own_that_did_not_hold_is_not_good_and_is_named() -> None:
    kept = [Seen(sip_call_id="a", kept=True)]
    assert judge("x", kept, [row()], "fine").good
    verdict = judge("x", kept, [row()], "fine", ["too late: 50 s, 10 at most"])
    assert (verdict.good, verdict.lost, verdict.missing) == (False, 0, 0)
    assert verdict.note == "fine; too late: 50 s, 10 at most"
