"""Nights in which agencies are called: one outcome for each, nobody is rung twice, callers lose nothing."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import structlog

from ct112.core import agency_operators
from ct112.serve.attempts import Attempt, Attempts
from ct112.simulation.night import Failure, run
from ct112.simulation.scenario import Scenario

Patch = Callable[[Any, str, Any], None]


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    """Faults are meant here: nothing is logged."""
    with structlog.testing.capture_logs():
        yield


def night(seed: int, *, faults: bool = True, calls: float = 60.0) -> Scenario:
    """Return a short night with many calls to agencies."""
    return Scenario(seed=seed, hours=0.25, calls_per_hour=calls, agency_calls_per_hour=60, faults=faults)


def test_without_faults_who_accepts_has_accepted() -> None:
    result = run(night(1, faults=False))
    assert set(result.agencies) == {"accepted", "not_acknowledged", "put_through"}


def test_whatever_breaks_each_delivery_has_one_outcome() -> None:
    found = [run(night(seed)).agencies for seed in (1, 2, 4)]
    assert sum(sum(outcomes.values()) for outcomes in found) > 30
    assert {"accepted", "not_acknowledged"} <= {outcome for outcomes in found for outcome in outcomes}


def not_written(patch: Patch) -> None:
    """The attempt is not on the disk when the number is dialled."""
    patch(Attempts, "begin", lambda _self, _attempt: None)


def never_looked_for(patch: Patch) -> None:
    """What was begun before a restart is not known to the floor, and never looked for."""

    def load(_self: Attempts) -> list[Attempt]:
        return []

    patch(Attempts, "load", load)


def agencies_keep_operators(patch: Patch) -> None:
    """An operator whose phone rings for an agency is not given to a caller who comes."""
    patch(agency_operators, "make_way", lambda _board: False)


BUGS = {
    "the attempt is not written first": (not_written, 1, 20.0, "an agency is called once"),
    "what was begun is not looked for": (never_looked_for, 4, 20.0, "one outcome for each"),
    "agencies keep operators from callers": (agencies_keep_operators, 11, 200.0, "callers come first"),
}
"""Each with the seed that finds it, how many callers that takes, and what says so."""


@pytest.mark.parametrize("name", BUGS)
def test_a_bug_put_in_on_purpose_is_found(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    bug, seed, calls, broken = BUGS[name]
    bug(monkeypatch.setattr)
    with pytest.raises(Failure, match=broken):
        run(night(seed, calls=calls))
