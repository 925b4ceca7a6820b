"""Wrong clocks: a node's times are that node's alone, and what is written is in order whatever they say."""

from dataclasses import replace

import pytest

from ct112.core.board import CLOCK_SLACK_MS, HIGHEST_SEQ
from ct112.core.calls import Talking, Waiting
from ct112.core.events import (
    CallerLeft,
    FoundCall,
    FoundOffer,
    Joined,
    NodeLost,
    NodeSurveyed,
    OfferAnswered,
    PickedUp,
)
from ct112.core.floor import Floor
from ct112.core.ids import OperatorName
from ct112.core.ivr import Node, Opening, Queue, Schedule
from ct112.core.record import CallRecord, ServiceClass
from tests.core import floor_world as given
from tests.core.floor_world import FIRST_OFFER, ONE, POS_1, START, TWO, A, B, World, queued_at
from tests.core.ivr_documents import make

HOUR = 3600.0
SKEWS = [0.0, 120.0, -120.0, HOUR, -HOUR, -8.2e8]
"""How far a node's clock is ahead of ours; the last one booted in 2000."""


def surveyed(world: World, skew: float, *, up_for: float, calls: tuple[FoundCall, ...] = ()) -> NodeSurveyed:
    """Return a survey of a node whose clock is `skew` ahead and whose Asterisk runs for so long."""
    there = world.now + skew
    return NodeSurveyed(node=A, calls=calls, node_now=there, up_since=there - up_for)


def found(world: World, skew: float, *, age: float, **known: object) -> FoundCall:
    """Return a caller who came so long ago, as a node with that clock tells it."""
    call = FoundCall(call=ONE, ani="1", dialled="112", arrived_at=world.now + skew - age, picked_up=True)
    return replace(call, **known)  # type: ignore[arg-type]


def in_order(record: CallRecord) -> bool:
    """Return whether no time of the record lies before an earlier one."""
    times = [record.arrived_at, record.picked_up_at, record.queued_at, record.answered_at, record.ended_at]
    known = [time for time in times if time is not None]
    return known == sorted(known)


@pytest.mark.parametrize("skew", SKEWS)
def test_a_restart_of_asterisk_is_seen_whatever_its_clock_says(skew: float) -> None:
    world = World()
    world.tell(surveyed(world, skew, up_for=1000))
    given.talking(world)
    world.tell(NodeLost(A))
    world.wait(5)
    world.tell(surveyed(world, skew - 600, up_for=1))  # and it came up with another wrong time
    assert (world.record().outcome, world.record().ended_by) == ("dropped", "system")
    assert in_order(world.record())


@pytest.mark.parametrize("skew", SKEWS)
def test_a_call_that_ended_in_a_gap_is_not_taken_for_one_an_asterisk_took_with_it(skew: float) -> None:
    world = World()
    world.tell(surveyed(world, skew, up_for=1000))
    first = world.now + skew - 1000
    given.talking(world)
    world.tell(NodeLost(A))
    world.wait(5)
    corrected = NodeSurveyed(node=A, up_since=first, node_now=world.now)  # its clock was set meanwhile
    world.tell(corrected)
    assert (world.record().outcome, world.record().ended_by) == ("answered", "caller")


@pytest.mark.parametrize("skew", SKEWS)
@pytest.mark.parametrize(("again", "outcome"), [(False, "answered"), (True, "dropped")])
def test_over_our_own_restart_the_record_says_which_run_had_the_call(
    skew: float, again: bool, outcome: str
) -> None:
    world = World()
    world.tell(surveyed(world, skew, up_for=1000))
    given.talking(world)
    before, first = world.record(), world.now + skew - 1000
    world.floor = Floor(world.policy, world.document, [before])
    world.now += 30
    up_since = world.now + skew - 10 if again else first
    world.tell(NodeSurveyed(node=A, up_since=before.node_up_since if not again else up_since))
    assert world.record().outcome == outcome
    assert in_order(world.record())


@pytest.mark.parametrize("skew", SKEWS)
@pytest.mark.parametrize(("up_for", "outcome"), [(20.0, "dropped"), (86_400.0, "answered")])
def test_a_record_that_does_not_say_it_is_judged_by_how_long_asterisk_runs(
    skew: float, up_for: float, outcome: str
) -> None:
    world = World()
    old = CallRecord(call=ONE, node=A, arrived_at=START - 60, answered_at=START - 50)
    world.floor = Floor(world.policy, world.document, [old])
    world.tell(surveyed(world, skew, up_for=up_for))
    assert world.record().outcome == outcome


def test_after_a_boot_with_a_clock_behind_a_talk_cut_by_the_power_is_called_back() -> None:
    world = World()
    talk = CallRecord(
        call=ONE,
        node=A,
        arrived_at=START + 1200,
        picked_up_at=START + 1201,
        queued_at=START + 1205,
        answered_at=START + 1210,
        revision=int((START + 1210) * 1e6),
    )
    world.floor = Floor(world.policy, world.document, [talk])
    world.tell(NodeSurveyed(node=A, up_since=START - 20))
    assert world.record().outcome == "dropped"
    assert in_order(world.record())
    (fact,) = world.facts()
    assert fact.seq > 10_000 + CLOCK_SLACK_MS / 2  # higher than any number given before


@pytest.mark.parametrize("skew", SKEWS)
def test_a_caller_found_after_a_restart_arrived_by_our_clock(skew: float) -> None:
    world = World()
    world.tell(surveyed(world, skew, up_for=1000, calls=(found(world, skew, age=30),)))
    assert world.record().arrived_at == pytest.approx(START - 30)
    world.wait(1)
    world.tell(CallerLeft(ONE))
    assert in_order(world.record())
    assert max(fact.seq for fact in world.facts()) < 40_000


def test_a_caller_from_the_future_came_now() -> None:
    world = World()
    world.tell(NodeSurveyed(node=A, calls=(found(world, 3.0, age=0.0),)))
    world.wait(1)
    world.tell(CallerLeft(ONE))
    assert (world.record().arrived_at, world.record().ended_at) == (START, START + 1)
    assert in_order(world.record())


@pytest.mark.parametrize("skew", SKEWS)
def test_callers_of_a_node_with_a_wrong_clock_are_served_in_the_order_they_came(skew: float) -> None:
    world = World()
    given.waiting(world, TWO, B)  # five seconds ago they waited already
    world.wait(20)
    calls = (found(world, skew, age=10), found(world, skew, age=40, call=TWO))
    world.tell(surveyed(world, skew, up_for=1000, calls=(replace(calls[1], call=given.THREE), calls[0])))
    order = sorted(world.floor.calls.values(), key=queued_at)
    assert [call.id for call in order] == [given.THREE, TWO, ONE]


def test_a_remembered_caller_keeps_the_place_though_our_clock_was_set_back() -> None:
    world = World()
    waits = CallRecord(
        call=ONE,
        node=A,
        arrived_at=START + HOUR - 60,
        queued_at=START + HOUR - 50,
        service_class=ServiceClass.EMERGENCY,
        revision=int((START + HOUR - 50) * 1e6),
    )
    world.floor = Floor(world.policy, world.document, [waits])
    world.tell(surveyed(world, 0.0, up_for=1000, calls=(found(world, 0.0, age=60),)))
    call = world.floor.calls[ONE]
    assert isinstance(call.state, Waiting)
    assert queued_at(call) == pytest.approx(START - 50)
    assert min(fact.seq for fact in world.facts()) >= 60_000  # the node knows how old the call is
    world.staffed(POS_1)
    world.tell(OfferAnswered(world.offer()), Joined(ONE, world.offer()), CallerLeft(ONE))
    assert in_order(world.record())
    assert world.record().outcome == "answered"


@pytest.mark.parametrize("step", [HOUR, -HOUR, 8.2e8, -8.2e8])
def test_a_clock_that_is_set_during_a_call_hurries_and_delays_nothing(step: float) -> None:
    world, other = World(), World()
    for one in (world, other):
        given.waiting(one)
        if one is world:
            one.ahead = step
        one.log.clear()
        one.wait(30)
        one.staffed(POS_1)
        one.tell(OfferAnswered(FIRST_OFFER), Joined(ONE, FIRST_OFFER))
        one.wait(30)
        one.tell(CallerLeft(ONE))
    assert [type(one) for one in world.log] == [type(one) for one in other.log]
    assert in_order(world.record())
    assert [fact.seq for fact in world.facts()] == [fact.seq for fact in other.facts()]
    assert [fact.at - step for fact in world.facts()] == pytest.approx([fact.at for fact in other.facts()])


def test_a_service_started_an_hour_fast_writes_true_times_once_the_clock_is_right() -> None:
    world = World()
    given.waiting(world, TWO)
    world.ahead = -HOUR
    given.arriving(world, ONE)
    assert world.record(ONE).arrived_at == world.wall
    assert world.facts(TWO)[-1].at > world.facts(ONE)[-1].at
    world.tell(CallerLeft(TWO))
    assert in_order(world.record(TWO))


def test_opening_hours_are_read_from_the_wall() -> None:
    monday_noon_utc = 1_760_356_800.0
    open_ = Opening(days=frozenset({0}), start_minute=11 * 60, end_minute=13 * 60)
    nodes: list[Node] = [
        Schedule(name="hours", openings=(open_,), open="day", closed="night"),
        Queue(name="day", service_class=ServiceClass.URGENT),
        Queue(name="night", service_class=ServiceClass.INFORMATION),
    ]
    document = replace(make(nodes, "hours"), time_zone="UTC")
    for ahead, service_class in ((0.0, "urgent"), (6 * HOUR, "information")):
        world = World(now=monday_noon_utc, ahead=ahead, document=document)
        given.arriving(world)
        world.tell(PickedUp(ONE))
        assert world.record().service_class == service_class


def test_a_number_of_a_fact_stays_small_however_old_a_record_claims_to_be() -> None:
    world = World()
    old = CallRecord(call=ONE, node=A, arrived_at=START - 8.2e8, operator=OperatorName("x"))
    world.floor = Floor(world.policy, world.document, [old])
    world.tell(NodeSurveyed(node=A))
    (fact,) = world.facts()
    assert fact.seq == HIGHEST_SEQ


def test_a_talk_found_again_is_in_order_though_it_was_written_in_the_future() -> None:
    world = World()
    ahead = CallRecord(call=ONE, node=A, arrived_at=START + HOUR, queued_at=START + HOUR + 9)
    world.floor = Floor(world.policy, world.document, [ahead])
    leg = FoundOffer(offer=FIRST_OFFER, position=POS_1, answered=True)
    talker = found(world, 0.0, age=30, joined=FIRST_OFFER)
    world.tell(NodeSurveyed(node=A, calls=(talker,), offers=(leg,)))
    assert isinstance(world.state(), Talking)
    world.tell(CallerLeft(ONE))
    assert in_order(world.record())
