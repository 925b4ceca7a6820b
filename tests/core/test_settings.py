"""Settings that change while calls go on: what begins follows the new one, what has begun keeps its times."""

from dataclasses import fields, replace
from typing import Any

import pytest

from ct112.core.calls import Kept, Offered, Talking, Waiting
from ct112.core.commands import EndOffer, ExtendDeadman, Play, Ring
from ct112.core.events import (
    CallbackAsked,
    CallerLeft,
    DigitPressed,
    Joined,
    NodeLost,
    OfferAnswered,
    OfferEnd,
    OfferEnded,
    PhoneSeen,
    PolicyChanged,
)
from ct112.core.policy import Policy
from ct112.core.positions import Ready, WrapUp
from ct112.core.record import ServiceClass
from ct112.core.settings import SETTINGS, SettingError, applied, taken_over
from tests.core import floor_world as given
from tests.core.floor_world import ONE, POS_1, STATES, THREE, TWO, A, B, World

FIXED = frozenset(
    {
        *("ring_grace_seconds", "join_seconds", "release_seconds", "switch_seconds", "switch_every_seconds"),
        *("agency_key_seconds", "agency_message_seconds", "agency_operator_seconds"),
        *("agency_limit_seconds", "agency_play_grace_seconds"),
        "page_back_seconds",
    }
)
"""Belong to the dead-man's switch, or have to end within it: `ct112.env` and a restart.

Those of calls to agencies have to end within the leg's own time limit, which is set when it is dialled.
That of a page that comes back is how long Asterisk takes to notice: less than a desk is ever kept."""
OTHER = Policy(**{field.name: field.default * 3 + 1 for field in fields(Policy)})  # type: ignore[operator]


def changed(world: World, **values: float) -> list[Any]:
    """Change settings now; return what was asked for."""
    return world.tell(PolicyChanged(replace(world.policy, **values)))


def test_every_number_of_the_policy_may_change_or_is_fixed_for_a_reason() -> None:
    """If this fails: a new number of the policy needs a range in core/settings.py, or a place in FIXED."""
    names = [setting.name for setting in SETTINGS]
    assert {*names, *FIXED} == {field.name for field in fields(Policy)}
    assert not FIXED & {*names}
    assert len(names) == len({*names})


@pytest.mark.parametrize("setting", SETTINGS, ids=lambda setting: setting.name)
def test_the_default_and_both_ends_of_the_range_may_be_set(setting: Any) -> None:
    assert setting.takes(getattr(Policy(), setting.name))
    alone = Policy(lost_node_free_seconds=1.0, lost_node_end_seconds=4000.0)
    for value in (setting.low, setting.high):
        assert getattr(applied(alone, {setting.name: value}), setting.name) == value


@pytest.mark.parametrize(
    ("values", "name", "remedy"),
    [
        ({"ring_seconds": 4.9}, "ring_seconds", "set seconds from 5 to 60"),
        ({"ring_seconds": 61}, "ring_seconds", "set seconds from 5 to 60"),
        ({"ring_seconds": float("nan")}, "ring_seconds", "set seconds from 5 to 60"),
        ({"ring_seconds": float("inf")}, "ring_seconds", "set seconds from 5 to 60"),
        ({"ring_seconds": True}, "ring_seconds", "set seconds from 5 to 60"),
        ({"ring_seconds": "15"}, "ring_seconds", "set seconds from 5 to 60"),
        ({"ring_seconds": None}, "ring_seconds", "set seconds from 5 to 60"),
        ({"ring_seconds": [15]}, "ring_seconds", "set seconds from 5 to 60"),
        ({"ring_seconds": 10**400}, "ring_seconds", "set seconds from 5 to 60"),
        ({"switch_seconds": 12.0}, "switch_seconds", "ring_seconds"),
        ({"": 1.0}, "", "ring_seconds"),
        ({"\ud800\n" * 100: 1.0}, "\\ud800", "ring_seconds"),
        (
            {"lost_node_free_seconds": 60, "lost_node_end_seconds": 60},
            "lost_node_end_seconds",
            "set more than lost_node_free_seconds, which is 60",
        ),
    ],
)
def test_what_cannot_be_names_the_setting_and_the_remedy(
    values: dict[str, Any], name: str, remedy: str
) -> None:
    with pytest.raises(SettingError) as refused:
        applied(Policy(), values)
    assert refused.value.name.startswith(name)
    assert remedy in refused.value.remedy
    assert str(refused.value).isprintable()


def test_what_is_not_set_is_as_the_process_was_started() -> None:
    base = Policy(ring_seconds=4.0, wrap_up_seconds=1.0)  # below the range: that is for what is set
    assert applied(base, {"wrap_up_seconds": 20}) == replace(base, wrap_up_seconds=20.0)
    assert applied(base, {}) == base


def test_nothing_else_of_a_policy_is_taken_over() -> None:
    policy = taken_over(Policy(), OTHER)
    assert {name: getattr(policy, name) for name in FIXED} == {
        name: getattr(Policy(), name) for name in FIXED
    }
    assert all(getattr(policy, one.name) == getattr(OTHER, one.name) for one in SETTINGS)


@pytest.mark.parametrize("state", STATES)
def test_a_change_asks_for_nothing_and_moves_no_deadline_in_any_state(state: str) -> None:
    world = World()
    STATES[state](world)
    before, due = world.state(), world.floor.next_deadline()
    assert world.tell(PolicyChanged(OTHER)) == []
    assert (world.state(), world.floor.next_deadline()) == (before, due)


def test_in_a_talk_the_next_wrap_up_follows_the_change_and_one_that_has_begun_does_not() -> None:
    world = World()
    given.talking(world)
    changed(world, wrap_up_seconds=120.0)
    assert isinstance(world.state(), Talking)
    world.tell(CallerLeft(ONE))
    until = world.now + 120.0
    assert world.floor.positions[POS_1].state == WrapUp(until)
    changed(world, wrap_up_seconds=0.0)
    assert world.floor.positions[POS_1].state == WrapUp(until)
    world.wait(121.0)
    given.talking(world, TWO)
    world.tell(CallerLeft(TWO))
    world.wait(0.0)
    assert world.floor.positions[POS_1].state == Ready(world.now)


def test_a_phone_that_rings_rings_its_time_and_the_next_one_the_new_one() -> None:
    world = World()
    given.offered(world)
    state = world.state()
    assert isinstance(state, Offered)
    changed(world, ring_seconds=40.0)
    world.wait(state.give_up_at - world.now)
    assert world.asked_for(EndOffer)
    world.wait(world.policy.rest_seconds)
    assert [ring.seconds for ring in world.asked_for(Ring)] == [40.0]


def test_a_kept_desk_is_kept_its_time_and_the_next_one_the_new_one() -> None:
    world = World()
    given.talking(world)
    world.tell(OfferEnded(world.offer(ONE), OfferEnd.PAGE_GONE))
    changed(world, keep_seconds=12.0)
    world.tell(PhoneSeen(POS_1, A, registered=False))
    world.wait(Policy().keep_seconds)
    assert isinstance(world.state(), Waiting)
    world.tell(PhoneSeen(POS_1, A, registered=True))
    world.tell(OfferAnswered(world.offer(ONE)))
    world.tell(Joined(ONE, world.offer(ONE)))
    world.tell(OfferEnded(world.offer(ONE), OfferEnd.PAGE_GONE))
    world.tell(PhoneSeen(POS_1, A, registered=False))
    world.wait(11.9)
    assert isinstance(world.state(), Kept)
    world.wait(0.1)
    assert isinstance(world.state(), Waiting)


def test_a_desk_is_kept_longer_than_a_page_needs_to_be_gone() -> None:
    [keep] = [setting for setting in SETTINGS if setting.name == "keep_seconds"]
    assert keep.low > Policy().page_back_seconds


def test_a_waiting_caller_hears_the_message_as_often_as_is_set_now() -> None:
    world = World()
    given.waiting(world)
    changed(world, repeat_seconds=100.0)
    world.wait(world.policy.repeat_seconds)  # of the message that was said before
    assert len(world.asked_for(Play)) == 1
    assert world.wait(99.0)
    assert not world.asked_for(Play)
    world.wait(1.0)
    assert len(world.asked_for(Play)) == 1


def test_the_switch_is_pushed_as_always_whatever_comes_with_the_event() -> None:
    world = World()
    given.waiting(world)
    world.tell(PolicyChanged(OTHER))
    world.wait(60.0)
    pushes = world.asked_for(ExtendDeadman)
    assert {push.seconds for push in pushes} == {world.policy.switch_seconds}
    assert len(pushes) >= 60.0 / world.policy.switch_every_seconds - 1


def test_patience_counts_for_those_who_wait_already() -> None:
    world = World()
    for call, key in ((ONE, "3"), (TWO, "2")):
        given.in_menu(world, call)
        world.tell(DigitPressed(call, key))
        world.wait(20.0)
    assert world.record(ONE).service_class is ServiceClass.INFORMATION
    changed(world, patience_seconds=30.0)
    world.staffed(POS_1)
    assert isinstance(world.state(ONE), Offered)
    assert isinstance(world.state(TWO), Waiting)


def test_a_node_that_is_lost_keeps_the_times_it_was_lost_with() -> None:
    world = World()
    given.talking(world)
    world.staffed(POS_1, node=B)
    world.tell(NodeLost(A))
    due = world.floor.next_deadline()
    changed(world, lost_node_free_seconds=50.0, lost_node_end_seconds=1000.0)
    assert world.floor.next_deadline() == due
    world.wait(world.policy.lost_node_end_seconds)
    assert not world.floor.calls
    given.talking(world, THREE, B)
    world.staffed(POS_1, node=A)
    world.tell(NodeLost(B))
    world.wait(900.0)
    assert world.floor.calls


def test_a_call_back_dials_as_long_as_is_set_when_the_operator_answers() -> None:
    world = World()
    world.staffed(POS_1)
    world.tell(CallbackAsked(task=1, number="0812", position=POS_1))
    (back,) = world.floor.call_backs.values()
    changed(world, dial_seconds=90.0)
    world.tell(OfferAnswered(back.offer))
    assert back.deadline == world.now + 90.0 + world.policy.ring_grace_seconds
