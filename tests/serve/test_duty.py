"""Somebody is told when callers wait and nobody is there; phones of people who left count for nothing."""

import pytest
from prometheus_client import REGISTRY

from ct112.core.events import PhoneSeen
from ct112.serve.duty import AGAIN_SECONDS, Alarm, Duty, duty
from tests.core import floor_world as given
from tests.core.floor_world import POS_1, POS_2, A, World


def now_is(world: World) -> Duty:
    return duty(world.floor.calls, world.floor.operators, world.now)


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
    assert now_is(world).on_duty == 0
    world.tell(PhoneSeen(POS_2, A, registered=True))
    assert now_is(world).on_duty == 1
    world.roster({POS_2: False})
    assert now_is(world).on_duty == 0


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
