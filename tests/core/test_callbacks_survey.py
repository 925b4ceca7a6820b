"""Call-backs after a gap or a restart: who can talk is joined, who was not reached is tried again."""

import pytest

from ct112.core.callback_rules import CallbackResult
from ct112.core.callbacks import Phase
from ct112.core.calls import Talking, Waiting
from ct112.core.commands import CallbackDone, DialCallee, EndCallee, EndOffer, JoinCallee, RingOperator
from ct112.core.events import (
    CallbackAsked,
    CalleeAnswered,
    CalleeEnded,
    Draining,
    FoundCall,
    FoundCallee,
    FoundOffer,
    Joined,
    NodeLost,
    NodeSurveyed,
    OfferAnswered,
    OfferEnd,
    OfferEnded,
)
from ct112.core.ids import callback_id, offer_id
from ct112.core.positions import OnCall, Ringing
from tests.core import floor_world as given
from tests.core.floor_world import ONE, POS_1, POS_2, START, A, B, World

TASK = 7
BACK = callback_id(TASK, START)
OFFER = offer_id(BACK, 1)
RINGS = FoundCallee(call=BACK, answered=False)
THERE = FoundCallee(call=BACK, answered=True)
TALKS = FoundCallee(call=BACK, answered=True, joined=True)


def found(*callees: FoundCallee, leg: bool = True, answered: bool = True) -> NodeSurveyed:
    """Return a survey of node a: the operator's leg and the other one, as said."""
    legs = (FoundOffer(offer=OFFER, position=POS_1, answered=answered),) if leg else ()
    return NodeSurveyed(node=A, offers=legs, callees=callees)


def done(result: str, *, tried: bool = True) -> list[CallbackDone]:
    return [CallbackDone(task=TASK, result=CallbackResult(result), tried=tried)]


def in_a_gap(phase: Phase) -> World:
    """Return a call-back that had come so far when the link was lost."""
    world = World()
    world.staffed(POS_1)
    world.tell(CallbackAsked(task=TASK, number="0812", position=POS_1))
    assert world.asked_for(RingOperator)[0].offer == OFFER
    if phase is not Phase.RINGING:
        world.tell(OfferAnswered(OFFER))
    if phase is Phase.TALKING:
        world.tell(CalleeAnswered(BACK), Joined(BACK, OFFER))
    world.tell(NodeLost(A))
    world.wait(2.0)
    return world


def restarted() -> World:
    """Return a floor that knows nothing of the call-back yet."""
    world = World(now=START + 20)
    world.staffed(POS_1)
    return world


def test_somebody_who_picked_up_in_a_gap_is_joined() -> None:
    world = in_a_gap(Phase.DIALLING)
    world.tell(found(THERE))
    assert world.asked_for(JoinCallee) == [JoinCallee(BACK, OFFER, A)]
    world.tell(Joined(BACK, OFFER))
    world.wait(3600)
    world.tell(
        CalleeEnded(BACK, CallbackResult.NO_ANSWER)
    )  # what the link says of a leg it did not see answer
    assert world.asked_for(CallbackDone) == done("reached")


def test_somebody_who_still_rings_after_a_gap_is_waited_for() -> None:
    world = in_a_gap(Phase.DIALLING)
    assert world.tell(found(RINGS)) == []
    world.tell(CalleeAnswered(BACK))
    assert world.asked_for(JoinCallee)


def test_somebody_gone_in_a_gap_was_not_reached_unless_they_talked() -> None:
    for phase, result in ((Phase.DIALLING, "no_answer"), (Phase.TALKING, "reached")):
        world = in_a_gap(phase)
        world.tell(found())
        assert world.asked_for(EndOffer) == [EndOffer(OFFER)]
        assert world.asked_for(CallbackDone) == done(result)
        assert not world.floor.positions[POS_1].busy


def test_a_talk_that_goes_on_is_left_alone_and_a_join_that_was_lost_is_asked_again() -> None:
    world = in_a_gap(Phase.TALKING)
    assert world.tell(found(TALKS)) == []
    world.tell(NodeLost(A), found(THERE))
    assert world.asked_for(JoinCallee) == [JoinCallee(BACK, OFFER, A)]


def test_an_operator_who_picked_up_in_a_gap_is_dialled_for() -> None:
    world = in_a_gap(Phase.RINGING)
    world.tell(found(answered=False))
    assert not world.asked
    world.tell(found())
    assert [dial.number for dial in world.asked_for(DialCallee)] == ["0812"]


@pytest.mark.parametrize("phase", Phase)
def test_an_operator_who_is_gone_ends_it(phase: Phase) -> None:
    world = in_a_gap(phase)
    world.tell(found(leg=False))
    assert not world.floor.call_backs
    assert bool(world.asked_for(EndCallee)) is (phase is not Phase.RINGING)
    assert len(world.asked_for(CallbackDone)) == 1


def test_a_restart_while_it_rings_joins_both_when_somebody_picks_up() -> None:
    world = restarted()
    world.tell(found(RINGS))
    assert isinstance(world.floor.positions[POS_1].state, OnCall)
    assert not world.asked
    world.tell(CalleeAnswered(BACK))
    assert world.asked_for(JoinCallee) == [JoinCallee(BACK, OFFER, A)]
    world.tell(Joined(BACK, OFFER))
    world.tell(OfferEnded(OFFER, OfferEnd.HUNG_UP))
    assert world.asked_for(CallbackDone) == done("reached")


def test_a_restart_while_it_rings_and_nobody_picks_up_is_no_success() -> None:
    world = restarted()
    world.tell(found(RINGS))
    world.wait(world.policy.dial_seconds + world.policy.ring_grace_seconds)
    assert {EndOffer(OFFER, CallbackResult.NO_ANSWER), EndCallee(BACK, A)} <= set(world.asked)
    assert world.asked_for(CallbackDone) == done("no_answer")


def test_a_restart_finds_somebody_who_picked_up_meanwhile() -> None:
    world = restarted()
    world.tell(found(THERE))
    assert world.asked_for(JoinCallee) == [JoinCallee(BACK, OFFER, A)]


def test_a_restart_finds_the_talk_again() -> None:
    world = restarted()
    assert world.tell(found(TALKS)) == []
    assert isinstance(world.floor.positions[POS_1].state, OnCall)
    world.tell(OfferEnded(OFFER, OfferEnd.HUNG_UP))
    assert world.asked_for(CallbackDone) == done("reached")


@pytest.mark.parametrize(
    ("survey", "ends", "result", "tried"),
    [
        (found(answered=False), [], "failed", False),
        (found(), [], "no_answer", True),
    ],
)
def test_an_operator_found_alone_is_let_go_and_the_task_is_not_closed(
    survey: NodeSurveyed, ends: list[EndCallee], result: str, tried: bool
) -> None:
    world = restarted()
    world.tell(survey)
    assert world.asked_for(EndOffer) == [EndOffer(OFFER)]
    assert world.asked_for(EndCallee) == ends
    assert world.asked_for(CallbackDone) == done(result, tried=tried)
    assert not world.floor.positions[POS_1].busy


@pytest.mark.parametrize("callee", [RINGS, THERE])
def test_somebody_called_back_with_no_operator_there_is_not_left_alone(callee: FoundCallee) -> None:
    world = restarted()
    world.tell(found(callee, leg=False))
    assert world.asked == [EndCallee(BACK, A)]


def test_an_operator_with_a_caller_has_no_call_back_as_well() -> None:
    world = restarted()
    world.staffed(POS_1, node=B)
    given.talking(world, ONE, B)
    world.tell(found(RINGS))
    assert {EndOffer(OFFER), EndCallee(BACK, A)} <= set(world.asked)
    assert world.asked_for(CallbackDone) == done("no_answer")


def test_an_operator_found_in_a_call_back_is_not_rung_any_more() -> None:
    world = restarted()
    world.staffed(POS_1, node=B)
    given.offered(world, ONE, B)
    assert isinstance(world.floor.positions[POS_1].state, Ringing)
    world.tell(found(TALKS))
    assert EndOffer(offer_id(ONE, 1)) in world.asked
    assert isinstance(world.state(ONE), Waiting)
    assert isinstance(world.floor.positions[POS_1].state, OnCall)


def test_an_operator_found_talking_is_not_rung_for_a_call_back_any_more() -> None:
    world = in_a_gap(Phase.RINGING)
    talker = FoundCall(
        call=ONE, ani=None, dialled="112", arrived_at=START, picked_up=True, joined=offer_id(ONE, 1)
    )
    leg = FoundOffer(offer=offer_id(ONE, 1), position=POS_1, answered=True)
    world.tell(NodeSurveyed(node=A, calls=(talker,), offers=(leg,)))
    assert isinstance(world.state(ONE), Talking)
    assert EndOffer(OFFER) in world.asked
    assert world.asked_for(CallbackDone) == done("failed", tried=False)
    assert not world.floor.call_backs


def test_a_task_given_up_with_its_node_and_taken_by_another_is_theirs() -> None:
    world = in_a_gap(Phase.DIALLING)
    world.staffed(POS_1, POS_2, node=B)
    world.wait(world.policy.lost_node_free_seconds)
    world.tell(CallbackAsked(task=TASK, number="0812", position=POS_2), found(THERE))
    assert {EndOffer(OFFER), EndCallee(BACK, A)} <= set(world.asked)
    assert not world.asked_for(CallbackDone)
    assert [back.position for back in world.floor.call_backs.values()] == [POS_2]


def test_while_we_leave_only_a_talk_is_taken_over() -> None:
    for callee, taken in ((RINGS, False), (TALKS, True)):
        world = restarted()
        world.tell(Draining(), found(callee))
        assert bool(world.floor.call_backs) is taken


def test_a_call_back_given_up_with_its_node_is_taken_over_again() -> None:
    world = in_a_gap(Phase.DIALLING)
    world.staffed(POS_1, node=B)
    world.wait(world.policy.lost_node_free_seconds)
    assert not world.floor.call_backs
    world.tell(found(THERE))
    assert world.asked_for(JoinCallee)
    world.tell(Joined(BACK, OFFER), CalleeEnded(BACK, CallbackResult.REACHED))
    assert world.asked_for(CallbackDone) == done("reached")
