"""Calling somebody back: each way it can go, and that an operator never has two calls."""

from dataclasses import replace

import pytest

from ct112.core import events
from ct112.core.callback_rules import CallbackResult
from ct112.core.callbacks import Phase
from ct112.core.commands import CallbackDone, DialCallee, EndCallee, EndOffer, JoinCallee, Ring, RingOperator
from ct112.core.events import (
    CallbackAsked,
    CalleeAnswered,
    CalleeEnded,
    Draining,
    Joined,
    NodeLost,
    OfferAnswered,
    OfferEnd,
    OfferEnded,
)
from ct112.core.ids import CallId, callback_id, offer_id, task_of
from ct112.core.positions import OnCall, Resting, WrapUp
from tests.core import floor_world as given
from tests.core.floor_decisions import failed
from tests.core.floor_world import ONE, POS_1, POS_2, START, A, World

TASK = 7
BACK = callback_id(TASK, START)
OFFER = offer_id(BACK, 1)
ASKED = CallbackAsked(task=TASK, number="0812", position=POS_1)


def done(result: str, *, tried: bool = True) -> list[CallbackDone]:
    return [CallbackDone(task=TASK, result=CallbackResult(result), tried=tried)]


def ringing() -> World:
    world = World()
    world.staffed(POS_1)
    world.tell(ASKED)
    return world


def dialling() -> World:
    world = ringing()
    world.tell(OfferAnswered(OFFER))
    return world


def talking() -> World:
    world = dialling()
    world.tell(CalleeAnswered(BACK), Joined(BACK, OFFER))
    return world


def test_the_position_rings_then_the_number_then_both_talk() -> None:
    world = ringing()
    (ring,) = world.asked_for(RingOperator)
    assert (ring.offer, ring.position, ring.number, ring.node) == (OFFER, POS_1, "0812", A)
    world.tell(OfferAnswered(OFFER))
    (dial,) = world.asked_for(DialCallee)
    assert (dial.call, dial.number) == (BACK, "0812")
    assert isinstance(world.floor.positions[POS_1].state, OnCall)
    world.tell(CalleeAnswered(BACK))
    assert world.asked_for(JoinCallee) == [JoinCallee(BACK, OFFER, A)]
    assert world.floor.call_backs[BACK].deadline is None


def test_a_name_of_a_call_back_is_no_callers() -> None:
    assert task_of(BACK) == TASK
    assert task_of(ONE) is None
    assert task_of(CallId("back-x-1")) is None


def test_an_operator_with_a_call_back_gets_no_call() -> None:
    for world in (ringing(), dialling(), talking()):
        given.waiting(world, ONE)
        assert not [one for one in world.log if isinstance(one, Ring)]


def test_after_the_talk_and_the_wrap_up_calls_come_again() -> None:
    world = talking()
    given.waiting(world, ONE)
    world.tell(OfferEnded(OFFER, OfferEnd.HUNG_UP))
    assert world.asked_for(EndCallee) == [EndCallee(BACK, A)]
    assert world.asked_for(CallbackDone) == done("reached")
    assert isinstance(world.floor.positions[POS_1].state, WrapUp)
    world.wait(world.policy.wrap_up_seconds)
    assert world.asked_for(Ring)[0].call == ONE


def test_the_other_side_hangs_up_first() -> None:
    world = talking()
    world.tell(CalleeEnded(BACK, CallbackResult.REACHED))
    assert world.asked_for(EndOffer) == [EndOffer(OFFER)]
    assert world.asked_for(CallbackDone) == done("reached")
    world.tell(OfferEnded(OFFER, OfferEnd.HUNG_UP))
    assert not world.asked  # once


def test_who_picked_up_was_not_reached_before_both_are_joined() -> None:
    ends: dict[str, events.Event] = {
        "unavailable": OfferEnded(OFFER, OfferEnd.LOST),  # our side broke off: it is no try
        "no_answer": CalleeEnded(BACK, CallbackResult.REACHED),
    }
    for result, event in ends.items():
        world = dialling()
        world.tell(CalleeAnswered(BACK), event)
        assert world.asked_for(CallbackDone) == done(result)
        assert world.tell(Joined(BACK, OFFER)) == []  # too late to mean anything


@pytest.mark.parametrize("result", ["busy", "no_answer", "failed"])
def test_nobody_picks_up(result: str) -> None:
    world = dialling()
    world.tell(CalleeEnded(BACK, CallbackResult(result)))
    assert world.asked_for(EndOffer) == [EndOffer(OFFER, CallbackResult(result))]  # the operator hears why
    assert world.asked_for(CallbackDone) == done(result)


def test_it_rings_and_rings() -> None:
    world = dialling()
    world.wait(world.policy.dial_seconds + world.policy.ring_grace_seconds)
    assert {EndOffer(OFFER, CallbackResult.NO_ANSWER), EndCallee(BACK, A)} <= set(world.asked)
    assert world.asked_for(CallbackDone) == done("no_answer")
    assert not world.floor.call_backs


def test_the_operator_gives_up_while_it_rings() -> None:
    world = dialling()
    world.tell(OfferEnded(OFFER, OfferEnd.HUNG_UP))
    assert world.asked_for(EndCallee) == [EndCallee(BACK, A)]
    assert world.asked_for(CallbackDone) == done("no_answer")


@pytest.mark.parametrize("reason", list(OfferEnd))
def test_the_operators_own_phone_is_not_picked_up(reason: OfferEnd) -> None:
    world = ringing()
    world.tell(OfferEnded(OFFER, reason))
    assert world.asked_for(CallbackDone) == done("failed", tried=False)
    assert isinstance(world.floor.positions[POS_1].state, Resting)


def test_a_phone_that_says_nothing_is_given_up() -> None:
    world = ringing()
    world.wait(world.policy.ring_seconds + world.policy.ring_grace_seconds)
    assert world.asked_for(EndOffer) == [EndOffer(OFFER)]
    assert world.asked_for(CallbackDone) == done("failed", tried=False)


@pytest.mark.parametrize("command", ["RingOperator", "DialCallee", "JoinCallee"])
def test_a_command_that_fails_ends_it(command: str) -> None:
    world = {"RingOperator": ringing, "DialCallee": dialling, "JoinCallee": talking}[command]()
    world.tell(failed(command, BACK, offer=OFFER, reason="no"))
    ours = command != "RingOperator"  # it is no try: the number was not dialled, or not joined
    assert world.asked_for(CallbackDone) == done("unavailable" if ours else "failed", tried=False)
    assert not world.floor.call_backs
    assert not world.floor.positions[POS_1].busy


def test_a_leg_that_is_gone_already_changes_nothing() -> None:
    world = talking()
    world.tell(failed("EndCallee", BACK, gone=True))
    assert world.floor.call_backs[BACK].phase is Phase.TALKING


def test_who_cannot_talk_now_is_told_at_once() -> None:
    world = World()
    world.tell(ASKED)  # nobody there
    assert world.asked_for(CallbackDone) == done("failed", tried=False)
    given.offered(world, ONE)
    world.tell(ASKED)  # rung for a caller
    assert world.asked_for(CallbackDone) == done("failed", tried=False)


def test_a_task_that_somebody_has_is_not_rung_for_twice() -> None:
    world = ringing()
    world.staffed(POS_2)
    world.tell(replace(ASKED, position=POS_2))
    assert not world.asked_for(RingOperator)
    assert not world.asked_for(CallbackDone)  # whoever has it will say how it went
    assert [back.position for back in world.floor.call_backs.values()] == [POS_1]


def test_a_node_that_is_lost_cannot_be_used() -> None:
    world = World()
    world.staffed(POS_1)
    world.tell(NodeLost(A), ASKED)
    assert world.asked_for(CallbackDone) == done("failed", tried=False)


def test_leaving_ends_what_is_not_a_talk() -> None:
    world = dialling()
    world.tell(Draining())
    assert world.asked_for(CallbackDone) == done("no_answer")
    world = talking()
    world.tell(Draining())
    assert not world.asked_for(CallbackDone)
    assert not world.asked_for(EndOffer)


LATE: list[events.Event] = [
    CalleeAnswered(BACK),
    CalleeEnded(BACK, CallbackResult.BUSY),
    OfferEnded(OFFER, OfferEnd.MISSED),
    failed("DialCallee", BACK),
]


@pytest.mark.parametrize("event", LATE, ids=lambda event: type(event).__name__)
def test_late_news_mean_nothing(event: events.Event) -> None:
    world = World()
    world.staffed(POS_1)
    assert world.tell(event) == []
