"""The simulator finds nothing in the floor as it is, and finds what is broken on purpose."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import structlog

from ct112.core import leaving, survey, switch
from ct112.core.board import Board
from ct112.core.calls import Call, Waiting
from ct112.core.floor import Floor
from ct112.core.live import LiveCalls
from ct112.simulation.night import Failure, Night, digest, run
from ct112.simulation.scenario import Scenario

ROOT = Path(__file__).parents[2]
SEEDS_IN_CI = 60
MOST_SEEDS = 200


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    """Faults are meant here: nothing is logged."""
    with structlog.testing.capture_logs():
        yield


@pytest.mark.parametrize("first", range(0, SEEDS_IN_CI, 10))
def test_nothing_breaks_whatever_breaks(first: int) -> None:
    calls = sum(run(Scenario(seed=seed)).calls for seed in range(first, first + 10))
    assert calls > 400


def test_nothing_breaks_in_a_rush() -> None:
    for seed in range(3):
        run(Scenario(seed=seed, calls_per_hour=400, operators=3, hours=0.3))


def test_without_faults_every_patient_caller_is_answered() -> None:
    result = run(Scenario(seed=7, faults=False, operators=30, patience_seconds=1e9))
    assert set(result.outcomes) == {"answered"}
    assert result.unknown == 0
    assert sum(result.outcomes.values()) == result.calls > 30


def test_a_seed_is_the_same_night_in_every_process() -> None:
    code = (
        "from ct112.simulation.night import digest, run; from ct112.simulation.scenario import Scenario\n"
        "import logging, structlog\n"
        "structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))\n"
        "print(hash(digest(run(Scenario(seed=11)))[1:3:2]), digest(run(Scenario(seed=11))))"
    )
    found = set()
    for hash_seed in ("1", "2", "3"):
        environment = {**os.environ, "PYTHONHASHSEED": hash_seed, "PYTHONPATH": str(ROOT / "src")}
        said = subprocess.run(
            [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
        )
        found.add(said.stdout.partition(" ")[2])
    assert len(found) == 1
    assert digest(run(Scenario(seed=11))) != digest(run(Scenario(seed=12)))


# ── bugs put in on purpose: docs/invariants.md tells of each


def nothing(*_: Any) -> None:
    """Do nothing where something has to be done."""


def ends_twice(board: Board, call: Call, *rest: Any) -> None:
    """Write one more record after the last one."""
    close(board, call, *rest)
    board.save(call)


def newest_first(calls: LiveCalls, *_: Any) -> list[Call]:
    """Serve the queue from its end."""
    waiting = [call for call in calls.values() if isinstance(call.state, Waiting)]
    return sorted(waiting, key=lambda call: -call.queued_at)


close = leaving.close

BUGS: dict[str, tuple[Any, str, Callable[..., Any], str]] = {
    "a deadline is never armed": (Floor, "next_deadline", nothing, ""),
    "the switch is not pushed": (switch, "keep", nothing, "the switch is for our death"),
    "the switch is not armed again": (switch, "push", nothing, ""),
    "the operator is not freed": (leaving, "free_operator", nothing, "no double booking"),
    "a record after the last": (leaving, "close", ends_twice, "one record"),
    "the queue from its end": (LiveCalls, "heads", newest_first, "queue order"),
    "calls that ended meanwhile are forgotten": (survey, "close_missing", nothing, "one record"),
    "callers found after a restart are left": (survey, "adopt_waiting", nothing, ""),
}


@pytest.mark.parametrize("bug", BUGS)
def test_a_bug_put_in_on_purpose_is_found(bug: str, monkeypatch: pytest.MonkeyPatch) -> None:
    where, name, instead, invariant = BUGS[bug]
    monkeypatch.setattr(where, name, instead)
    found = None
    for seed in range(MOST_SEEDS):
        try:
            Night(Scenario(seed=seed)).run()
        except Failure as failure:
            found = str(failure)
            break
    assert found is not None, f"not in {MOST_SEEDS} seeds"
    assert invariant in found
    assert f"--seed {seed} " in found
