"""Which trunk a call-back goes by: in order, with lines kept for callers, and on when a trunk fails."""

from dataclasses import replace

import pytest

from ct112.core.callback_rules import CallbackResult
from ct112.core.callbacks import Phase
from ct112.core.commands import CallbackDone, DialCallee, EndOffer, RingOperator
from ct112.core.events import (
    CallbackAsked,
    CalleeAnswered,
    CalleeEnded,
    CallerLeft,
    Draining,
    FoundCall,
    NodeSurveyed,
    OfferAnswered,
    TrunkSeen,
)
from ct112.core.floor import Floor
from ct112.core.ids import CallId, callback_id, offer_id
from ct112.core.trunks import Trunk
from tests.core.floor_decisions import failed
from tests.core.floor_world import ONE, POS_1, POS_2, START, TWO, A, B, World, arrival

BACK = callback_id(7, START)
OFFER = offer_id(BACK, 1)
ASKED = CallbackAsked(task=7, number="0812", position=POS_1)
FAILED = CalleeEnded(BACK, CallbackResult.UNAVAILABLE, by_trunk=True)
FIRST, SECOND, IN_ONLY = Trunk(name="trunk-a"), Trunk(name="trunk-b"), Trunk(name="trunk-c", outgoing=False)


def world_with(*trunks: Trunk, ring: bool = True) -> World:
    """Return a centre with these trunks; `ring`: an operator has been asked to call back."""
    world = World()
    world.floor = Floor(world.policy, world.document, trunks=trunks)
    world.staffed(POS_1, POS_2)
    if ring:
        world.tell(ASKED)
    return world


def dialled(world: World) -> list[str]:
    return [dial.trunk for dial in world.log if isinstance(dial, DialCallee)]


def results(world: World) -> list[tuple[str, bool]]:
    return [(done.result.value, done.tried) for done in world.log if isinstance(done, CallbackDone)]


def test_the_next_trunk_is_tried_when_one_fails_and_both_talk() -> None:
    world = world_with(FIRST, IN_ONLY, SECOND)
    world.tell(OfferAnswered(OFFER))
    world.wait(6)
    world.tell(FAILED)
    assert dialled(world) == ["trunk-a", "trunk-b"]
    deadline = world.floor.call_backs[BACK].deadline
    assert deadline is not None
    assert deadline - world.now > world.policy.dial_seconds, "the second may ring as long as the first"
    assert not results(world)
    world.tell(CalleeAnswered(BACK))
    assert world.floor.call_backs[BACK].phase is Phase.TALKING


def test_when_every_trunk_has_failed_it_was_no_try() -> None:
    world = world_with(FIRST, SECOND)
    world.tell(OfferAnswered(OFFER), FAILED, FAILED)
    assert dialled(world) == ["trunk-a", "trunk-b"]
    assert world.asked_for(EndOffer) == [EndOffer(OFFER, CallbackResult.UNAVAILABLE)]
    assert [result for result, _ in results(world)] == ["unavailable"]
    assert not world.floor.call_backs


def test_a_trunk_that_cannot_be_dialled_at_all_is_passed_over() -> None:
    world = world_with(FIRST, SECOND)
    world.tell(OfferAnswered(OFFER), failed("DialCallee", BACK))
    assert dialled(world) == ["trunk-a", "trunk-b"]
    world.tell(failed("DialCallee", BACK))
    assert results(world) == [("unavailable", False)]


@pytest.mark.parametrize("result", ["busy", "no_answer", "failed"])
def test_what_is_the_callees_is_not_tried_elsewhere(result: str) -> None:
    world = world_with(FIRST, SECOND)
    world.tell(OfferAnswered(OFFER), CalleeEnded(BACK, CallbackResult(result)))
    assert dialled(world) == ["trunk-a"]
    assert results(world) == [(result, True)]


def test_leaving_nobody_is_dialled_anew() -> None:
    world = world_with(FIRST, SECOND)
    world.tell(OfferAnswered(OFFER), Draining(), FAILED)
    assert dialled(world) == ["trunk-a"]


def calls(world: World, *names: CallId, trunk: str) -> None:
    world.tell(*(replace(arrival(name), trunk=trunk) for name in names))


def test_the_lines_kept_for_callers_stay_theirs() -> None:
    """Three lines, one kept: with two callers there is none for us, and the operator is not rung."""
    world = world_with(replace(FIRST, lines=3, kept=1), ring=False)
    calls(world, ONE, TWO, trunk="trunk-a")
    assert not world.floor.may_dial
    world.tell(ASKED)
    assert not world.asked_for(RingOperator)
    assert results(world) == [("unavailable", False)]
    world.tell(CallerLeft(TWO))
    assert world.floor.may_dial
    world.tell(ASKED)
    assert world.asked_for(RingOperator)


def test_callers_of_another_trunk_take_none_of_its_lines() -> None:
    world = world_with(replace(FIRST, lines=2, kept=1), replace(SECOND, lines=2, kept=1), ring=False)
    calls(world, ONE, TWO, trunk="trunk-a")
    world.tell(ASKED, OfferAnswered(OFFER))
    assert dialled(world) == ["trunk-b"]


def test_our_own_calls_count() -> None:
    world = world_with(replace(FIRST, lines=2, kept=1))
    world.tell(OfferAnswered(OFFER))
    assert dialled(world) == ["trunk-a"]
    world.tell(replace(ASKED, task=8, position=POS_2))
    assert not world.asked_for(RingOperator)


def test_a_line_that_was_taken_while_the_operators_phone_rang() -> None:
    world = world_with(replace(FIRST, lines=2, kept=1))
    calls(world, ONE, trunk="trunk-a")
    world.tell(OfferAnswered(OFFER))
    assert dialled(world) == []
    assert world.asked_for(EndOffer) == [EndOffer(OFFER, CallbackResult.UNAVAILABLE)]
    assert results(world) == [("unavailable", False)]
    assert not world.floor.call_backs


def test_a_caller_found_after_a_gap_has_its_line() -> None:
    world = world_with(replace(FIRST, lines=2, kept=1), ring=False)
    found = FoundCall(call=ONE, ani=None, dialled="112", arrived_at=START, picked_up=True, trunk="trunk-a")
    world.tell(NodeSurveyed(node=A, calls=(found,), offers=(), up_since=START - 100, node_now=START))
    assert not world.floor.may_dial


def test_a_trunk_that_does_not_answer_is_dialled_by_last() -> None:
    world = world_with(FIRST, SECOND)
    world.tell(TrunkSeen("trunk-a", A, reached=False), OfferAnswered(OFFER))
    assert dialled(world) == ["trunk-b"]
    world.tell(FAILED)
    assert dialled(world) == ["trunk-b", "trunk-a"], "it may be there again"


@pytest.mark.parametrize(
    "news",
    [
        TrunkSeen("trunk-a", B, reached=False),
        TrunkSeen("trunk-a", A, reached=True),
        TrunkSeen("trunk-of-nobody", A, reached=False),
    ],
    ids=["another node's", "it is back", "not one of ours"],
)
def test_a_trunk_that_answers_keeps_its_place(news: TrunkSeen) -> None:
    world = world_with(FIRST, SECOND)
    if news.reached:
        world.tell(TrunkSeen("trunk-a", A, reached=False))
    world.tell(news, OfferAnswered(OFFER))
    assert dialled(world) == ["trunk-a"]


def test_when_no_trunk_answers_they_are_tried_in_their_order() -> None:
    world = world_with(FIRST, SECOND)
    for trunk in (FIRST, SECOND):
        world.tell(TrunkSeen(trunk.name, A, reached=False))
    world.tell(OfferAnswered(OFFER), FAILED)
    assert dialled(world) == ["trunk-a", "trunk-b"]
