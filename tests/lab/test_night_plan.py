"""A night's plan: the same for the same seed, with enough of everything in it."""

import pytest

from lab.night.faults import catalogue
from lab.night.plan import Plan, enough, plan

NODES, POSITIONS = ("a", "b"), ("pos-1", "pos-2", "pos-3")
SEEDS = range(1, 21)


def planned(seed: int, minutes: float = 10) -> Plan:
    """Return the plan of a seed."""
    names = tuple(sorted(catalogue(NODES)))
    return plan(seed, minutes, nodes=NODES, positions=POSITIONS, faults=names)


def test_the_seed_decides_everything() -> None:
    assert planned(7) == planned(7)
    assert planned(7) != planned(8)


@pytest.mark.parametrize("seed", SEEDS)
def test_ten_minutes_have_enough_of_everything(seed: int) -> None:
    night = planned(seed)
    assert enough(night.seconds, len(night.calls), len(night.faults)) == []
    gaps = [after.at - before.at for before, after in zip(night.faults, night.faults[1:], strict=False)]
    assert all(10 <= gap <= 25 for gap in gaps)
    assert {fault.name for fault in night.faults} == catalogue(NODES).keys()
    assert {call.node for call in night.calls} == set(NODES)
    assert {"1", "2", "3", ""} <= {call.keys for call in night.calls}
    assert any(call.patience for call in night.calls)
    kinds = {answer.kind for answers in night.answers.values() for answer in answers}
    assert kinds == {"answer", "decline", "ignore", "vanish"}
    assert any(answer.hold for answers in night.answers.values() for answer in answers)
    assert max(call.at for call in night.calls) <= night.seconds + 1


def test_too_few_calls_or_faults_is_a_failed_run() -> None:
    assert enough(600, 60, 25) == []
    assert enough(600, 59, 25) == ["59 calls in 10 min, at least 60 wanted"]
    assert enough(600, 60, 24) == ["24 faults in 10 min, at least 25 wanted"]
    assert enough(60, 6, 2) == []


def test_each_fault_of_one_node_is_there_for_the_other() -> None:
    both = catalogue(NODES).keys()
    assert {name for name in both if "-a-" in name} == {
        name.replace("-b-", "-a-") for name in both if "-b-" in name and not name.startswith("node-b")
    }
    assert not [name for name in catalogue(("a",)) if "-b" in name]
