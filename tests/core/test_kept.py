"""An operator's page goes in a talk: its desk is kept for the caller for five seconds."""

from collections.abc import Callable

import pytest

from ct112.core.asks import CallContact
from ct112.core.callback_rules import CallbackResult
from ct112.core.calls import Kept, Offered, Talking, Waiting
from ct112.core.commands import Answered, CallbackDone, ExtendDeadman, Play, RingOperator
from ct112.core.events import CallbackAsked, NodeLost, OfferAnswered, OfferEnd, OfferEnded, PhoneSeen
from ct112.core.positions import Resting
from tests.core.floor_world import ONE, POS_1, POS_2, TWO, A, World, kept, operator_of, talking, waiting


@pytest.fixture
def world() -> World:
    return World()


def goes(world: World) -> None:
    """The page goes: its leg, and then its registration."""
    world.tell(OfferEnded(world.offer(ONE), OfferEnd.PAGE_GONE))
    world.tell(PhoneSeen(POS_1, A, registered=False))


def at(world: World) -> object:
    """Return where the call rings, if it does."""
    state = world.state()
    return state.position if isinstance(state, Offered | Kept) else None


def test_the_page_that_is_back_is_rung_at_once_though_another_is_free(world: World) -> None:
    talking(world)
    world.staffed(POS_2)
    goes(world)
    world.wait(3)
    assert isinstance(world.state(), Kept)
    world.tell(PhoneSeen(POS_1, A, registered=True))
    assert isinstance(world.state(), Offered)
    assert at(world) == POS_1
    world.tell(OfferAnswered(world.offer(ONE)))
    assert world.state().position == POS_1  # type: ignore[union-attr]


def test_what_looks_registered_while_it_goes_is_not_rung(world: World) -> None:
    talking(world)
    world.tell(OfferEnded(world.offer(ONE), OfferEnd.PAGE_GONE))
    world.wait(world.policy.page_back_seconds - 0.1)
    assert isinstance(world.state(), Kept)
    world.wait(0.1)
    assert at(world) == POS_1


def test_a_page_that_stays_away_gives_its_caller_to_the_next(world: World) -> None:
    talking(world)
    world.staffed(POS_2)
    goes(world)
    world.wait(world.policy.keep_seconds - 0.1)
    assert isinstance(world.state(), Kept)
    world.wait(0.1)
    assert isinstance(world.state(), Offered)
    assert at(world) == POS_2


def test_with_nobody_free_the_caller_waits_in_front(world: World) -> None:
    talking(world)
    goes(world)
    world.wait(world.policy.keep_seconds)
    state = world.state()
    assert isinstance(state, Waiting)
    assert state.place.first


def test_the_caller_hears_a_word_and_is_never_without_a_switch(world: World) -> None:
    talking(world)
    seen = world.tell(OfferEnded(world.offer(ONE), OfferEnd.PAGE_GONE))
    spoken = [each for each in seen if isinstance(each, Play)]
    assert [each.ringing_after for each in spoken] == [True]
    assert spoken[0].prompts
    assert any(isinstance(each, ExtendDeadman) and each.seconds for each in seen)


def test_a_kept_desk_gets_no_other_caller(world: World) -> None:
    talking(world)
    goes(world)
    waiting(world, TWO)
    world.wait(2)
    assert isinstance(world.state(TWO), Waiting)
    assert isinstance(world.floor.positions[POS_1].state, Resting)


@pytest.mark.parametrize("reason", [OfferEnd.HUNG_UP, OfferEnd.LOST])
def test_no_other_end_of_a_leg_keeps_a_desk(world: World, reason: OfferEnd) -> None:
    talking(world)
    world.tell(OfferEnded(world.offer(ONE), reason))
    assert not isinstance(world.state(), Kept)
    assert not world.floor._board.calls.kept


LATER: list[Callable[[World], object]] = [
    lambda world: world.tell(NodeLost(A)),
    lambda world: world.roster({POS_1: False}),
    lambda world: world.tell(PhoneSeen(POS_1, A, registered=False)),
]


@pytest.mark.parametrize("then", LATER)
def test_whatever_comes_a_desk_is_kept_no_longer_than_that(
    world: World, then: Callable[[World], object]
) -> None:
    kept(world)
    then(world)
    world.wait(world.policy.keep_seconds)
    assert not isinstance(world.state(), Kept | Talking)
    assert not world.floor._board.calls.kept


def test_a_kept_desk_is_taken_by_no_call_back_and_no_call_out(world: World) -> None:
    kept(world)
    world.tell(CallbackAsked(task=7, number="0812", position=POS_1))
    assert world.asked_for(CallbackDone) == [CallbackDone(task=7, result=CallbackResult.FAILED, tried=False)]
    world.tell(world.ask(CallContact(operator_of(POS_1), "pmi", "contact-1", "0285421000")))
    (answer,) = world.asked_for(Answered)
    assert not answer.accepted
    assert not world.asked_for(RingOperator)
    world.wait(world.policy.page_back_seconds)
    assert at(world) == POS_1
