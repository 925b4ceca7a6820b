"""Somebody is told when callers wait and nobody is there; phones of people who left count for nothing."""

import pytest
from prometheus_client import REGISTRY

from ct112.core.events import PhoneSeen
from ct112.serve.duty import (
    AGAIN_SECONDS,
    EMPTY_SECONDS,
    SHORT_AGAIN_SECONDS,
    SHORT_SECONDS,
    Alarm,
    Duty,
    duty,
    planned,
)
from ct112.serve.known import RosterEntry
from tests.core import floor_world as given
from tests.core.floor_world import POS_1, POS_2, A, World


def now_is(world: World) -> Duty:
    return duty(world.floor.calls, world.floor.positions, world.now)


def test_who_waits_and_who_is_there() -> None:
    world = World()
    given.waiting(world)
    world.wait(12)
    found = now_is(world)
    assert (found.waiting, found.on_duty, found.nobody) == (1, 0, True)
    assert found.longest_seconds == pytest.approx(12, abs=0.5)
    assert str(found).startswith("nobody on duty while 1 wait, the longest for 12 s")
    world.staffed(POS_1)
    assert not now_is(world).nobody
    assert now_is(world).on_duty == 1


def test_a_phone_without_an_operator_and_an_operator_without_a_phone_are_nobody() -> None:
    world = World()
    world.staffed(POS_1)
    world.roster({})  # removed; the softphone is still registered
    world.roster({POS_2: True})
    assert (now_is(world).on_duty, now_is(world).without_phone) == (0, 1)
    world.tell(PhoneSeen(POS_2, A, registered=True))
    assert (now_is(world).on_duty, now_is(world).without_phone) == (1, 0)
    world.roster({POS_2: False})
    assert now_is(world).on_duty == 0


def entry(starts: float, ends: float, operator: str | None = "siti", people: int = 1) -> RosterEntry:
    return RosterEntry(starts, ends, operator, people)


def test_as_many_are_planned_as_are_named_or_as_is_said() -> None:
    roster = [entry(0, 8), entry(0, 8, "budi"), entry(8, 16), entry(4, 12, None, 3), entry(6, 7)]
    seen = [planned(roster, wall) for wall in (-1, 0, 3.9, 4, 6.5, 8, 12, 15.9, 16)]
    assert seen == [0, 2, 2, 3, 3, 3, 1, 1, 0]


def test_who_pauses_is_logged_in_and_who_is_missing_is_counted() -> None:
    world = World()
    world.staffed(POS_1, POS_2)
    world.roster({POS_1: True, POS_2: False})
    found = duty(world.floor.calls, world.floor.positions, world.now, 3)
    assert (found.on_duty, found.logged_in, found.missing, found.well) == (1, 2, 1, False)
    assert str(found) == "nobody waits, 1 on duty with a phone; 2 logged in, 3 planned"
    assert duty(world.floor.calls, world.floor.positions, world.now, 2).well


def test_fewer_than_planned_is_an_alarm_once_somebody_can_no_longer_be_just_late(
    capsys: pytest.CaptureFixture[str],
) -> None:
    alarm, short, enough = Alarm(), Duty(0, 0.0, 1, 2, 3), Duty(0, 0.0, 1, 3, 3)
    said = []
    for at in (0.0, SHORT_SECONDS - 1, SHORT_SECONDS, SHORT_SECONDS + SHORT_AGAIN_SECONDS):
        alarm.look(short, at)
        said.append("fewer people are logged in than the roster plans" in capsys.readouterr().out)
    assert said == [False, False, True, True]
    assert REGISTRY.get_sample_value("ct112_operators_missing") == 1
    assert REGISTRY.get_sample_value("ct112_operators_planned") == 3
    alarm.look(enough, 5000.0)
    alarm.look(short, 5001.0)
    assert capsys.readouterr().out == ""


def test_nobody_on_duty_is_an_alarm_before_anybody_calls(capsys: pytest.CaptureFixture[str]) -> None:
    alarm, empty = Alarm(), Duty(0, 0.0, 0)
    for at in (0.0, EMPTY_SECONDS - 1, EMPTY_SECONDS, EMPTY_SECONDS + 1):
        alarm.look(empty, at)
    assert capsys.readouterr().out.count("nobody is on duty") == 1


def test_the_alarm_is_told_again_until_somebody_comes(capsys: pytest.CaptureFixture[str]) -> None:
    alarm, alone, manned = Alarm(), Duty(2, 40.0, 0), Duty(2, 40.0, 1)
    for at in (0.0, 1.0, AGAIN_SECONDS - 1):
        alarm.look(alone, at)
    assert capsys.readouterr().out.count("callers wait and nobody is on duty") == 1
    alarm.look(alone, AGAIN_SECONDS)
    assert capsys.readouterr().out.count("callers wait and nobody is on duty") == 1
    assert REGISTRY.get_sample_value("ct112_nobody_on_duty") == 1
    assert REGISTRY.get_sample_value("ct112_longest_wait_seconds") == 40
    alarm.look(manned, AGAIN_SECONDS + 1)
    assert "somebody is on duty again" in capsys.readouterr().out
    alarm.look(manned, AGAIN_SECONDS + 2)
    assert capsys.readouterr().out == ""
    assert REGISTRY.get_sample_value("ct112_nobody_on_duty") == 0
