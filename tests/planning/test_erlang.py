"""Erlang's formulas against published figures, against each other, and against the simulator."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ct112.planning.erlang import Traffic, blocking, lines_for, operators_for, service
from ct112.simulation.night import run
from ct112.simulation.scenario import Scenario

# Offered load at which so many lines block 1 %, as every Erlang B table has it.
ERLANG_B_1_PERCENT = {1: 0.0101, 2: 0.153, 5: 1.36, 10: 4.46, 20: 12.0, 30: 20.3, 50: 37.9, 100: 84.1}
ERLANG_B_ANY = [(10, 10, 0.2146), (20, 25, 0.0503), (5, 5, 0.2849)]


@pytest.mark.parametrize(("lines", "erlangs"), ERLANG_B_1_PERCENT.items())
def test_erlang_b_is_as_in_the_tables(lines: int, erlangs: float) -> None:
    assert blocking(erlangs, lines) == pytest.approx(0.01, rel=0.03)  # the tables have three digits
    assert lines_for(erlangs * 0.995, 0.01) == lines


@pytest.mark.parametrize(("erlangs", "lines", "blocked"), ERLANG_B_ANY)
def test_erlang_b_where_much_is_blocked(erlangs: float, lines: int, blocked: float) -> None:
    assert blocking(erlangs, lines) == pytest.approx(blocked, abs=6e-4)


def test_erlang_c_is_as_published() -> None:
    """The two worked examples that call-centre handbooks use most."""
    large = service(Traffic(calls_per_hour=720, handle_seconds=240), 55, 15)
    assert large.waiting == pytest.approx(0.239, abs=5e-4)
    assert large.wait_seconds == pytest.approx(8.2, abs=0.05)
    assert large.within_target == pytest.approx(0.845, abs=1e-3)
    small = service(Traffic(calls_per_hour=200, handle_seconds=180), 14, 20)
    assert (small.waiting, small.within_target) == pytest.approx((0.174, 0.888), abs=5e-4)
    assert small.wait_seconds == pytest.approx(7.8, abs=0.05)
    assert small.occupancy == pytest.approx(0.714, abs=5e-4)


def test_erlang_a_is_as_published() -> None:
    """Garnett, Mandelbaum, Reiman 2002: 48 calls and 50 operators, a minute each, patience two minutes."""
    patient = service(Traffic(calls_per_hour=48 * 60, handle_seconds=60), 50, 0)
    assert patient.wait_seconds == pytest.approx(20.8, abs=0.05)
    assert patient.occupancy == pytest.approx(0.96)
    traffic = Traffic(calls_per_hour=48 * 60, handle_seconds=60, patience_seconds=120)
    impatient = service(traffic, 50, 0)
    assert impatient.abandoned == pytest.approx(0.031, abs=5e-4)
    assert impatient.wait_seconds == pytest.approx(3.7, abs=0.05)
    assert impatient.occupancy == pytest.approx(0.93, abs=5e-3)


traffics = st.builds(
    Traffic,
    calls_per_hour=st.floats(0.1, 400),
    handle_seconds=st.floats(5, 600),
    patience_seconds=st.none() | st.floats(5, 600),
)


@given(traffics, st.integers(1, 60), st.floats(0, 300))
def test_shares_are_shares_and_one_more_operator_is_never_worse(
    traffic: Traffic, operators: int, seconds: float
) -> None:
    one, more = (service(traffic, number, seconds) for number in (operators, operators + 1))
    for share in (one.within_target, one.waiting, one.abandoned, one.occupancy):
        assert -1e-9 <= share <= 1 + 1e-9
    assert more.within_target >= one.within_target - 1e-9
    assert more.wait_seconds <= one.wait_seconds + 1e-9
    if not one.overloaded:
        assert 1 - one.within_target >= one.abandoned - 1 + one.waiting * 0 - 1e-9
        longer = service(traffic, operators, seconds + 5)
        assert longer.within_target >= one.within_target - 1e-9


@given(st.floats(1, 400), st.floats(5, 600), st.integers(1, 60), st.floats(0, 60))
def test_with_endless_patience_erlang_a_is_erlang_c(
    calls: float, handle: float, operators: int, seconds: float
) -> None:
    if calls * handle / 3600 > 0.9 * operators:
        return  # near the limit the queue of the patient is much longer than that of the nearly patient
    patient = service(Traffic(calls_per_hour=calls, handle_seconds=handle), operators, seconds)
    nearly = Traffic(calls_per_hour=calls, handle_seconds=handle, patience_seconds=1e7)
    found = service(nearly, operators, seconds)
    assert found.within_target == pytest.approx(patient.within_target, abs=2e-3)
    assert found.waiting == pytest.approx(patient.waiting, abs=2e-3)


@given(traffics, st.floats(0.05, 0.99), st.floats(1, 120))
def test_the_answer_is_enough_and_one_less_is_not(traffic: Traffic, share: float, seconds: float) -> None:
    enough = operators_for(traffic, share, seconds)
    assert enough.within_target >= share
    if enough.operators > 1:
        assert service(traffic, enough.operators - 1, seconds).within_target < share


def test_more_than_there_are_people_is_an_error() -> None:
    with pytest.raises(ValueError, match="operators"):
        operators_for(Traffic(calls_per_hour=1e6, handle_seconds=7200), 0.9, 15)
    with pytest.raises(ValueError, match="lines"):
        lines_for(1e6, 0.01)


def test_too_few_operators_are_said_to_be_overloaded() -> None:
    found = service(Traffic(calls_per_hour=60, handle_seconds=180), 3, 15)
    assert found.overloaded
    assert math.isinf(found.wait_seconds)


SEEDS = (112, 7, 2026)


@pytest.mark.timeout(400)
@pytest.mark.parametrize("patience", [None, 60.0])
def test_the_simulator_agrees_where_the_assumptions_hold(patience: float | None) -> None:
    """One class, everybody presses 1 after 8 s; operators pick up at once, no wrap-up, no call-backs."""
    calls, handle, operators, hours = 240.0, 60.0, 7, 3.0  # short talks: as many of them in less time
    nights = [
        run(
            Scenario(
                seed=seed,
                hours=hours,
                calls_per_hour=calls,
                operators=operators,
                handle_seconds=handle,
                patience_seconds=patience or 1e9,
                faults=False,
                nodes=1,
                keys=("1",),
                key_seconds=(8.0, 8.0),
                reaction_seconds=(0.0, 0.0),
                wrap_up_seconds=0.001,
                call_backs=False,
            )
        )
        for seed in SEEDS  # one night of so few calls may be anything
    ]
    count = sum(night.calls for night in nights)
    assert count > 0.9 * calls * hours * len(SEEDS)
    came = count / (hours * len(SEEDS))  # so many were drawn: the wait depends on them more than on anything
    told = service(
        Traffic(calls_per_hour=came, handle_seconds=handle, patience_seconds=patience), operators, 15
    )
    waits = [wait for night in nights for wait in night.wait_seconds]
    abandoned = sum(night.outcomes.get("abandoned", 0) for night in nights)
    assert sum(wait <= 15.5 for wait in waits) / count == pytest.approx(told.within_target, abs=0.04)
    assert 1 - sum(wait <= 0.5 for wait in waits) / count == pytest.approx(told.waiting, abs=0.04)
    assert abandoned / count == pytest.approx(told.abandoned, abs=0.03)


@pytest.mark.parametrize("patience", [None, 1.0, 300.0])
def test_so_many_operators_that_nobody_waits(patience: float | None) -> None:
    few = Traffic(calls_per_hour=0.01, handle_seconds=10, patience_seconds=patience)
    found = service(few, 500, 15)
    assert (found.within_target, found.waiting, found.abandoned) == (1.0, 0.0, 0.0)
    assert found.occupancy < 1e-6
