"""The service's two times: one never steps, the other is the machine's."""

import time

import pytest

from ct112.clock import SteadyClock


@pytest.mark.parametrize("step", [3600.0, -3600.0])
def test_a_clock_that_is_set_moves_the_wall_and_nothing_else(
    step: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock, machine = SteadyClock(), time.time
    before = clock.now()
    monkeypatch.setattr(time, "time", lambda: machine() + step)
    assert 0 <= clock.now() - before < 60
    assert clock.wall() == pytest.approx(machine() + step, abs=60)


def test_both_agree_on_a_machine_whose_clock_is_left_alone() -> None:
    clock = SteadyClock()
    assert clock.now() == pytest.approx(clock.wall(), abs=1)
