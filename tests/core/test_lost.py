"""A node that is lost: operators get other nodes' callers, its calls have an end, it may return."""

import pytest

from ct112.core.callback_rules import CallbackResult
from ct112.core.calls import Leaving, Offered, Stranded, Talking, Waiting
from ct112.core.commands import CallbackDone, EndOffer, HangUp, Ring
from ct112.core.events import (
    CallbackAsked,
    CalleeAnswered,
    CallerLeft,
    FoundCall,
    FoundOffer,
    Joined,
    NodeLost,
    NodeSurveyed,
    OfferAnswered,
    OfferEnd,
    OfferEnded,
    PhoneSeen,
)
from ct112.core.floor import Floor
from ct112.core.ids import callback_id, offer_id
from ct112.core.policy import Policy
from ct112.core.positions import OnCall, Ready
from ct112.core.record import CallRecord
from tests.core import floor_world as given
from tests.core.floor_world import FIRST_OFFER, ONE, POS_1, POS_2, START, TWO, A, B, World

FREE, END = Policy().lost_node_free_seconds, Policy().lost_node_end_seconds
CALLER = FoundCall(call=ONE, ani="+62811", dialled="112", arrived_at=START, picked_up=True)
TALKER = FoundCall(
    call=ONE, ani="+62811", dialled="112", arrived_at=START, picked_up=True, joined=FIRST_OFFER
)
LEG = FoundOffer(offer=FIRST_OFFER, position=POS_1, answered=True)
TALK = NodeSurveyed(node=A, calls=(TALKER,), offers=(LEG,))


def talking_at_a() -> World:
    """Return a talk at node a, whose operator's phone is registered at both."""
    world = World()
    world.staffed(POS_1, node=B)
    given.talking(world)
    return world


def rung_for(world: World, call: str) -> list[Ring]:
    """Return all rings for a call."""
    return [ring for ring in world.log if isinstance(ring, Ring) and ring.call == call]


@pytest.mark.parametrize("state", ["Offered", "Joining", "Talking"])
def test_an_operator_of_a_lost_node_gets_another_nodes_caller_within_ten_seconds(state: str) -> None:
    world = World()
    world.staffed(POS_1, node=B)
    given.STATES[state](world)
    world.tell(NodeLost(A))
    given.waiting(world, TWO, B)
    world.wait(10.0 - 3.0 - 2.0)  # a silent loss is noticed after 3 s; 2 s have passed in the menu
    assert [ring.node for ring in rung_for(world, TWO)] == [B]
    world.tell(OfferAnswered(world.offer(TWO)), Joined(TWO, world.offer(TWO)))
    assert isinstance(world.state(TWO), Talking)
    assert isinstance(world.state(ONE), Waiting if state == "Offered" else Stranded)


def test_a_short_loss_changes_nothing() -> None:
    world = talking_at_a()
    world.tell(NodeLost(A))
    world.wait(FREE - 0.1)
    assert isinstance(world.state(), Talking)
    assert world.tell(TALK) == []


def test_an_operator_whose_phone_is_nowhere_else_stays_with_the_call() -> None:
    world = World()
    given.talking(world)
    world.tell(NodeLost(A))
    world.wait(END - 1)
    assert isinstance(world.state(), Talking)
    assert isinstance(world.floor.positions[POS_1].state, OnCall)


def test_a_phone_that_registers_elsewhere_later_frees_its_operator() -> None:
    world = World()
    given.talking(world)
    world.tell(NodeLost(A))
    world.wait(20.0)
    given.waiting(world, TWO, B)
    world.tell(PhoneSeen(POS_1, B, registered=True))
    world.wait(0.0)
    assert rung_for(world, TWO), "at once: it was lost long enough"


def test_two_lost_nodes_ring_nobody() -> None:
    world = talking_at_a()
    world.tell(NodeLost(A), NodeLost(B))
    world.wait(FREE)
    assert isinstance(world.state(), Talking)
    world.tell(NodeSurveyed(node=B))
    world.wait(FREE)
    assert isinstance(world.state(), Stranded)


def test_a_phone_that_is_busy_all_the_same_rests_and_others_are_rung_first() -> None:
    world = talking_at_a()
    world.staffed(POS_2, node=B)
    world.tell(NodeLost(A))
    world.wait(FREE)
    given.waiting(world, TWO, B)
    assert [ring.position for ring in rung_for(world, TWO)] == [POS_2]
    world.tell(OfferEnded(world.offer(TWO), OfferEnd.DECLINED))
    world.tell(OfferEnded(world.offer(TWO), OfferEnd.BUSY))
    assert [ring.position for ring in rung_for(world, TWO)] == [POS_2, POS_1]
    assert isinstance(world.state(TWO), Waiting)


@pytest.mark.parametrize("seconds", [FREE, END, 24 * 3600.0])
def test_a_talk_that_went_on_is_its_operators_again_and_nobody_is_rung_for_it(seconds: float) -> None:
    world = talking_at_a()
    answered = world.record().answered_at
    world.tell(NodeLost(A))
    world.wait(seconds)
    assert isinstance(world.floor.positions[POS_1].state, Ready)
    asked = world.tell(TALK)
    assert isinstance(world.state(), Talking)
    state = world.floor.positions[POS_1].state
    assert isinstance(state, OnCall)
    assert (state.call, state.offer) == (ONE, FIRST_OFFER)
    assert not [one for one in asked if isinstance(one, Ring | EndOffer)]
    assert (world.record().answered_at, world.record().ended_at) == (answered, None)
    given.waiting(world, TWO, B)
    assert not rung_for(world, TWO)
    world.tell(TALK, CallerLeft(ONE))
    assert (world.record().outcome, world.record().ended_by) == ("answered", "caller")


def test_a_talk_that_went_on_withdraws_the_ring_for_another() -> None:
    world = talking_at_a()
    world.tell(NodeLost(A))
    world.wait(FREE)
    given.waiting(world, TWO, B)
    world.tell(TALK)
    assert EndOffer(offer_id(TWO, 1)) in world.asked
    assert isinstance(world.state(ONE), Talking)
    assert isinstance(world.state(TWO), Waiting)


def test_an_operator_who_has_another_caller_by_then_keeps_that_one() -> None:
    world = talking_at_a()
    world.tell(NodeLost(A))
    world.wait(FREE)
    given.waiting(world, TWO, B)
    world.tell(OfferAnswered(world.offer(TWO)), Joined(TWO, world.offer(TWO)), TALK)
    assert isinstance(world.state(TWO), Talking)
    state = world.state(ONE)
    assert isinstance(state, Waiting)
    assert state.place.first
    assert EndOffer(FIRST_OFFER) in world.asked


def test_a_caller_whose_operator_left_meanwhile_is_back_at_the_front() -> None:
    world = talking_at_a()
    world.tell(NodeLost(A))
    world.wait(FREE)
    world.roster({POS_1: False})
    world.tell(NodeSurveyed(node=A, calls=(CALLER,)))
    state = world.state()
    assert isinstance(state, Waiting)
    assert state.place.first


def test_a_stranded_talk_that_its_operator_hung_up_is_over() -> None:
    """The link says how the leg ended before it tells the survey."""
    world = talking_at_a()
    world.tell(NodeLost(A))
    world.wait(FREE)
    world.tell(OfferEnded(FIRST_OFFER, OfferEnd.HUNG_UP), NodeSurveyed(node=A, calls=(CALLER,)))
    assert isinstance(world.state(), Leaving)
    assert HangUp(ONE) in world.asked
    world.tell(CallerLeft(ONE))
    assert (world.record().outcome, world.record().ended_by) == ("answered", "operator")


@pytest.mark.parametrize("state", [state for state in given.STATES if state != "Leaving (hang up)"])
def test_the_calls_of_a_node_that_never_returns_are_dropped(state: str) -> None:
    world = World()
    given.STATES[state](world)
    world.tell(NodeLost(A))
    world.wait(END)
    assert world.state() is None
    assert (world.record().outcome, world.record().ended_by) == ("dropped", "system")
    assert "given_up" in world.kinds()
    assert world.floor.empty()
    assert not any(operator.busy for operator in world.floor.positions.values())
    assert len([one for one in world.log if isinstance(one, CallRecord) and one.ended_at]) == 1


def test_a_talk_its_operator_had_ended_needs_no_call_back() -> None:
    world = World()
    given.hanging_up(world)
    world.tell(NodeLost(A))
    world.wait(END)
    assert (world.record().outcome, world.record().ended_by) == ("answered", "operator")


@pytest.mark.parametrize("state", given.STATES)
def test_a_node_given_up_that_does_return_gives_each_call_back_once(state: str) -> None:
    world = World()
    given.STATES[state](world)
    world.tell(NodeLost(A))
    world.wait(END + 300)
    survey = NodeSurveyed(node=A, calls=(CALLER,))
    world.tell(survey)
    assert world.state() is not None
    assert world.kinds().count("reopened") == 1
    assert world.record().ended_at is None
    world.tell(survey)
    assert world.kinds().count("reopened") == 1
    world.tell(CallerLeft(ONE))
    assert world.record().outcome in ("answered", "abandoned")


OPEN = CallRecord(call=ONE, node=A, arrived_at=START - 60, revision=7, ani="+62811", dialled="112")


def remembering(*records: CallRecord) -> World:
    """Return a floor that starts with records an earlier process left open."""
    world = World()
    world.floor = Floor(world.policy, world.document, records)
    return world


def test_the_records_of_a_node_that_is_not_ours_any_more_have_an_end() -> None:
    world = remembering(OPEN)
    world.staffed(POS_1, node=B)
    world.wait(END - 1)
    assert not world.kinds()
    world.wait(1)
    assert (world.record().outcome, world.record().ended_by) == ("dropped", "system")
    world.wait(24 * 3600)
    assert world.kinds() == ["ended"]


def test_the_records_of_a_node_surveyed_in_time_are_judged_by_what_is_found() -> None:
    world = remembering(OPEN)
    world.wait(END - 1)
    world.tell(NodeSurveyed(node=A, calls=(CALLER,)))
    world.wait(3600)
    assert isinstance(world.state(), Waiting | Offered)
    assert "reopened" not in world.kinds()


def test_a_record_given_up_before_its_node_was_ready_is_reopened() -> None:
    world = remembering(OPEN)
    world.wait(END)
    world.tell(NodeSurveyed(node=A, calls=(CALLER,)))
    assert world.kinds() == ["ended", "reopened", "found", "queued"]
    assert world.record().ended_at is None


def call_back(*, answered: bool) -> World:
    """Return a call-back at node a whose operator's phone is registered at both."""
    world = World()
    world.staffed(POS_1)
    world.tell(CallbackAsked(task=7, number="0812", position=POS_1))
    world.staffed(POS_1, node=B)
    back = callback_id(7, START)
    world.tell(OfferAnswered(offer_id(back, 1)))
    if answered:
        world.tell(CalleeAnswered(back), Joined(back, offer_id(back, 1)))
    return world


@pytest.mark.parametrize(("answered", "result"), [(True, "reached"), (False, "no_answer")])
def test_a_call_back_at_a_lost_node_frees_its_operator(answered: bool, result: str) -> None:
    world = call_back(answered=answered)
    world.tell(NodeLost(A))
    given.waiting(world, TWO, B)
    world.wait(FREE - 2.0)
    done = [one for one in world.log if isinstance(one, CallbackDone)]
    assert done == [CallbackDone(task=7, result=CallbackResult(result), tried=True)]
    assert rung_for(world, TWO)
    assert not world.floor.call_backs


def test_a_call_back_whose_operator_is_nowhere_else_ends_with_its_node() -> None:
    world = call_back(answered=True)
    world.tell(PhoneSeen(POS_1, B, registered=False), NodeLost(A))
    world.wait(END - 1)
    assert world.floor.call_backs
    world.wait(1)
    assert not world.floor.call_backs
    assert not world.floor.positions[POS_1].busy
