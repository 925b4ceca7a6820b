"""After a gap or a restart: what is found, what is believed, and what follows."""

from dataclasses import replace

import pytest

from ct112.core.calls import Leaving, Offered, Talking, Waiting
from ct112.core.commands import EndOffer, ExtendDeadman, HangUp, Join, PickUp, Play, Ring, StopPlay
from ct112.core.events import (
    CallerLeft,
    Draining,
    FoundCall,
    FoundOffer,
    Joined,
    NodeLost,
    NodeSurveyed,
    OfferEnd,
    OfferEnded,
    PlayEnded,
)
from ct112.core.floor import Floor
from ct112.core.ids import CallId, OfferId, offer_id
from ct112.core.policy import Policy
from ct112.core.positions import OnCall, Ringing
from ct112.core.record import CallRecord, ClassSource, ServiceClass
from tests.core import floor_world as given
from tests.core.floor_world import (
    FIRST_OFFER,
    ONE,
    POS_1,
    POS_2,
    START,
    TWO,
    A,
    B,
    World,
    queued_at,
    talks_to,
)

CALLER = FoundCall(call=ONE, ani="+62811", dialled="112", arrived_at=START - 60, picked_up=True)
TALKER = replace(CALLER, joined=FIRST_OFFER)
LEG = FoundOffer(offer=FIRST_OFFER, position=POS_1, answered=True)


def found(
    *calls: FoundCall, offers: tuple[FoundOffer, ...] = (), elsewhere: frozenset[CallId] = frozenset()
) -> NodeSurveyed:
    """Return a survey of node a."""
    return NodeSurveyed(node=A, calls=calls, offers=offers, elsewhere=elsewhere)


def test_a_talk_from_before_a_restart_goes_on_with_its_operator() -> None:
    world = World()
    world.tell(found(TALKER, offers=(LEG,)))
    assert talks_to(world) == (FIRST_OFFER, POS_1, None)
    assert isinstance(world.floor.positions[POS_1].state, OnCall)
    assert world.asked_for(ExtendDeadman) == [ExtendDeadman(ONE, 0.0)]
    assert not world.asked_for(EndOffer)
    record = world.record()
    assert (record.answered_at, record.queued_at, record.service_class) == (None, None, None)  # the row knows
    world.tell(CallerLeft(ONE))
    assert (world.record().outcome, world.record().ended_by) == ("answered", "caller")


def test_a_caller_found_alone_waits_as_an_emergency_with_the_ringing_of_before_stopped() -> None:
    world = World()
    world.tell(found(CALLER))
    assert isinstance(world.state(), Waiting)
    assert [c.play for c in world.asked_for(StopPlay)] == [f"{ONE}.p1", f"{ONE}.p2"]
    assert not world.asked_for(PickUp)
    record = world.record()
    assert (record.service_class, record.class_source, record.arrived_at) == (
        "emergency",
        "failure",
        START - 60,
    )


def test_a_caller_found_at_the_door_is_picked_up() -> None:
    world = World()
    world.tell(found(replace(CALLER, picked_up=False)))
    assert world.asked_for(PickUp) == [PickUp(ONE)]


def test_names_and_facts_after_a_restart_do_not_meet_those_before() -> None:
    world = World()
    world.staffed(POS_2)
    world.tell(found(CALLER))
    assert min(fact.seq for fact in world.facts()) >= 60_000
    assert world.asked_for(Ring)[0].offer == offer_id(ONE, 60_003)


def test_adopted_calls_are_served_in_the_order_of_their_arrival() -> None:
    world = World()
    given.waiting(world, TWO)
    world.wait(5.0)
    world.tell(found(CALLER, replace(CALLER, call=TWO)))
    world.staffed(POS_1)
    assert isinstance(world.state(ONE), Offered)


def test_an_operators_leg_of_no_talk_is_ended() -> None:
    world = World()
    world.tell(found(CALLER, offers=(LEG, FoundOffer(offer=OfferId("z.1"), position=POS_2, answered=False))))
    assert world.asked_for(EndOffer) == [EndOffer(FIRST_OFFER), EndOffer(OfferId("z.1"))]


def test_a_leg_still_ringing_is_no_talk() -> None:
    world = World()
    world.tell(found(TALKER, offers=(replace(LEG, answered=False),)))
    assert isinstance(world.state(), Waiting)


def test_two_talks_of_one_operator_leave_one() -> None:
    world = World()
    other = replace(TALKER, call=TWO, joined=offer_id(TWO, 1))
    world.tell(found(TALKER, other, offers=(LEG, replace(LEG, offer=offer_id(TWO, 1)))))
    assert isinstance(world.state(ONE), Talking)
    assert isinstance(world.state(TWO), Waiting)
    assert world.asked_for(EndOffer) == [EndOffer(offer_id(TWO, 1))]


def test_a_caller_we_know_whose_operator_is_with_another_goes_on_waiting() -> None:
    world = World()
    given.waiting(world, ONE)
    given.talking(world, TWO, B)
    world.tell(found(TALKER, offers=(LEG,)))
    assert isinstance(world.state(ONE), Waiting)
    assert isinstance(world.state(TWO), Talking)
    assert world.asked_for(EndOffer) == [EndOffer(FIRST_OFFER)]


def test_an_operator_found_talking_is_not_rung_any_more() -> None:
    world = World()
    given.offered(world, TWO, B)
    assert isinstance(world.floor.positions[POS_1].state, Ringing)
    world.tell(found(TALKER, offers=(LEG,)))
    assert isinstance(world.state(TWO), Waiting)
    assert isinstance(world.state(ONE), Talking)
    assert EndOffer(offer_id(TWO, 1)) in world.asked


def test_a_talk_known_and_found_is_left_alone() -> None:
    world = World()
    given.talking(world)
    world.tell(NodeLost(A))
    assert world.tell(found(TALKER, offers=(LEG,))) == []


def test_a_talk_whose_operator_is_gone_goes_back_to_the_front() -> None:
    world = World()
    given.talking(world)
    world.tell(NodeLost(A), found(CALLER))
    state = world.state()
    assert isinstance(state, Waiting)
    assert state.place.first


def test_a_join_lost_on_the_way_is_asked_again_and_one_that_worked_counts() -> None:
    world = World()
    given.joining(world)
    world.tell(NodeLost(A))
    world.wait(30.0)  # only a survey can tell
    world.tell(found(CALLER, offers=(LEG,)))
    assert world.asked_for(Join)
    world.tell(found(TALKER, offers=(LEG,)))
    assert isinstance(world.state(), Talking)
    assert world.record().answered_at == world.now


def test_an_offer_answered_in_the_gap_is_joined_and_one_gone_brings_the_next() -> None:
    world = World()
    given.offered(world)
    world.tell(NodeLost(A), found(CALLER, offers=(LEG,)))
    assert world.asked_for(Join)
    given.offered(other := World())
    other.tell(NodeLost(A), found(CALLER))
    assert isinstance(other.state(), Waiting)


def test_a_hang_up_lost_on_the_way_is_asked_again() -> None:
    world = World()
    given.hanging_up(world)
    world.tell(NodeLost(A), found(CALLER))
    assert world.asked_for(HangUp)
    assert isinstance(world.state(), Leaving)


def test_what_left_in_the_gap_is_closed() -> None:
    world = World()
    given.talking(world, ONE)
    given.waiting(world, TWO)
    world.tell(NodeLost(A), found(elsewhere=frozenset({TWO})))
    assert (world.record(ONE).outcome, world.record(ONE).ended_by) == ("answered", "caller")
    assert (world.record(TWO).outcome, world.record(TWO).ended_by) == ("fallback", "system")


def test_silence_after_a_failed_message_ends_with_the_survey() -> None:
    world = World(policy=Policy(repeat_seconds=600.0))
    given.waiting(world)
    world.tell(NodeLost(A))
    for _ in range(2):
        world.tell(PlayEnded(ONE, world.play(), ok=False))
    world.tell(found(CALLER))
    assert world.asked_for(Play)


def test_while_we_leave_a_found_caller_goes_to_the_fallback_and_a_talk_goes_on() -> None:
    world = World()
    world.tell(Draining(), found(TALKER, replace(CALLER, call=TWO), offers=(LEG,)))
    assert isinstance(world.state(ONE), Talking)
    assert isinstance(world.state(TWO), Leaving)


def test_another_operator_than_we_believed_is_the_one() -> None:
    world = World()
    given.talking(world)
    new = offer_id(ONE, 9)
    leg = FoundOffer(offer=new, position=POS_2, answered=True)
    world.tell(found(replace(TALKER, joined=new), offers=(LEG, leg)))
    assert talks_to(world) == (new, POS_2, None)
    assert EndOffer(FIRST_OFFER) in world.asked
    world.tell(OfferEnded(new, OfferEnd.HUNG_UP), Joined(ONE, FIRST_OFFER))
    assert isinstance(world.state(), Leaving)


def remembering(*records: CallRecord) -> World:
    """Return a floor that starts with records an earlier process left open."""
    world = World()
    world.floor = Floor(world.policy, world.document, records)
    return world


OPEN = CallRecord(
    call=ONE,
    node=A,
    arrived_at=START - 60,
    revision=7,
    ani="+62811",
    dialled="112",
    picked_up_at=START - 60,
    queued_at=START - 50,
    service_class=ServiceClass.URGENT,
    class_source=ClassSource.DIGIT,
)


def test_a_caller_found_again_keeps_class_and_place() -> None:
    world = remembering(OPEN)
    world.now = START - 45
    given.waiting(world, TWO)  # came after us, and is an emergency
    world.now = START
    world.tell(found(CALLER, replace(CALLER, call=TWO)))
    record = world.floor.calls[ONE].record
    assert (record.service_class, record.class_source, record.queued_at) == ("urgent", "digit", START - 50)
    assert queued_at(world.floor.calls[ONE]) == START - 50
    assert isinstance(world.state(), Waiting)
    assert ONE in {push.call for push in world.asked_for(ExtendDeadman)}


def test_a_talk_found_again_keeps_when_it_began() -> None:
    world = remembering(replace(OPEN, answered_at=START - 40))
    world.tell(found(TALKER, offers=(LEG,)))
    assert isinstance(world.state(), Talking)
    assert world.record().answered_at == START - 40


def test_a_talk_that_began_unwritten_began_at_the_latest_now() -> None:
    world = remembering(OPEN)
    world.tell(found(TALKER, offers=(LEG,)))
    assert world.record().answered_at == START


def test_a_talker_whose_operator_is_gone_goes_to_the_front() -> None:
    world = remembering(replace(OPEN, answered_at=START - 40))
    world.tell(found(CALLER))
    state = world.state()
    assert isinstance(state, Waiting)
    assert state.place.first


@pytest.mark.parametrize(
    ("record", "surveyed", "outcome", "ended_by"),
    [
        (OPEN, found(), "abandoned", "caller"),
        (replace(OPEN, answered_at=START - 40), found(), "answered", "system"),
        (OPEN, found(elsewhere=frozenset({ONE})), "fallback", "system"),
        (OPEN, replace(found(), up_since=START - 5), "dropped", "system"),
        (replace(OPEN, answered_at=START - 40), replace(found(), up_since=START - 5), "dropped", "system"),
        (OPEN, replace(found(), up_since=START - 500), "abandoned", "caller"),
    ],
)
def test_a_call_that_ended_while_we_were_away_gets_its_end(
    record: CallRecord, surveyed: NodeSurveyed, outcome: str, ended_by: str
) -> None:
    world = remembering(record)
    world.tell(surveyed)
    final = world.record()
    assert (final.outcome, final.ended_by, final.ended_at) == (outcome, ended_by, START)
    assert final.revision > record.revision
    assert (final.service_class, final.queued_at) == (record.service_class, record.queued_at)
    assert world.kinds() == ["ended"]
    world.tell(surveyed)
    assert len(world.kinds()) == 1  # once
    world.tell(found(CALLER))
    assert world.kinds() == ["ended", "reopened", "found", "requeued"]
    assert world.record().revision > final.revision


def test_a_node_not_surveyed_yet_says_nothing_of_its_calls() -> None:
    world = remembering(replace(OPEN, node=B))
    world.tell(found())
    assert not world.kinds()


@pytest.mark.parametrize("state", given.STATES)
def test_asterisk_restarted_drops_its_calls_and_frees_their_operators(state: str) -> None:
    world = World()
    given.STATES[state](world)
    world.wait(1.0)
    world.tell(NodeLost(A), replace(found(), up_since=world.now))
    assert world.state() is None
    assert (world.record().outcome, world.record().ended_by) == ("dropped", "system")
    assert not any(operator.busy for operator in world.floor.positions.values())
