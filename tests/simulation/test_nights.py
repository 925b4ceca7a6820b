"""The simulator finds nothing in the program as it is, and it finds what is broken on purpose."""

import os
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
import structlog

from ct112.simulation.night import Failure, digest, run
from ct112.simulation.scenario import Scenario
from tests.simulation.mutations import ATTACKS, OTHERS
from tests.simulation.shifts import SETTINGS, SHIFTS
from tests.simulation.strangers import CHOSEN

ROOT = Path(__file__).parents[2]
MOST_SEEDS = 300


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    """Faults are meant here: nothing is logged."""
    with structlog.testing.capture_logs():
        yield


@pytest.mark.parametrize("first", [1, 5])
def test_nothing_breaks_whatever_breaks(first: int) -> None:
    calls = sum(run(Scenario(seed=seed)).calls for seed in range(first, first + 4))
    assert calls > 150


def test_nothing_breaks_in_a_rush() -> None:
    assert run(Scenario(seed=1, calls_per_hour=400, hours=0.25)).calls > 60


def test_without_faults_every_patient_caller_is_answered() -> None:
    result = run(Scenario(seed=7, faults=False, operators=12, patience_seconds=1e9, hours=0.5))
    assert set(result.outcomes) == {"answered"}
    assert result.unknown == 0
    assert sum(result.outcomes.values()) == result.calls > 15


def test_a_seed_is_the_same_night_in_every_process() -> None:
    code = (
        "from ct112.simulation.night import digest, run; from ct112.simulation.scenario import Scenario\n"
        "import logging, structlog\n"
        "structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))\n"
        "print(digest(run(Scenario(seed=11, hours=0.4))))"
    )
    found = set()
    for hash_seed in ("1", "2"):
        environment = {**os.environ, "PYTHONHASHSEED": hash_seed, "PYTHONPATH": str(ROOT / "src")}
        said = subprocess.run(
            [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
        )
        found.add(said.stdout)
    found.add(f"{digest(run(Scenario(seed=11, hours=0.4)))}\n")
    assert len(found) == 1
    assert found != {f"{digest(run(Scenario(seed=12, hours=0.4)))}\n"}


# ── bugs put in on purpose: docs/invariants.md tells of each


@pytest.mark.parametrize("name", [*ATTACKS, *OTHERS, *CHOSEN, *SHIFTS, *SETTINGS])
def test_a_bug_put_in_on_purpose_is_found(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The seed known to find it is tried first: it is one of those from 1 on, so no more are needed."""
    bug = {**ATTACKS, **OTHERS, **CHOSEN, **SHIFTS, **SETTINGS}[name]
    assert bug.found_by < MOST_SEEDS
    bug.put_in(monkeypatch.setattr)
    seed, story = first_broken([bug.found_by, *range(1, MOST_SEEDS)])
    assert bug.broken in story
    assert f"--seed {seed} " in story
    print(f"{name}: found by seed {seed}")


def first_broken(seeds: Iterable[int]) -> tuple[int, str]:
    """Return the first seed whose night fails, and what it says."""
    for seed in seeds:
        try:
            run(Scenario(seed=seed))
        except Failure as failure:
            return seed, str(failure)
    raise AssertionError(f"not in {MOST_SEEDS} seeds")
