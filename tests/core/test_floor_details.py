"""What the paths do not show: queue, operators, restarts of things, and what stays untouched."""

from dataclasses import replace
from math import nan

from ct112.core.calls import InMenu, Offered, Talking, Waiting
from ct112.core.commands import (
    EndOffer,
    HangUp,
    Join,
    Ring,
    SendToFallback,
    Unexpected,
)
from ct112.core.events import (
    CallerLeft,
    DigitPressed,
    IvrPublished,
    Joined,
    NodeLost,
    NodeSurveyed,
    OfferAnswered,
    OfferEnd,
    OfferEnded,
    OfferHeld,
    PhoneSeen,
    PickedUp,
)
from ct112.core.ids import offer_id
from ct112.core.ivr import Announce, Prompt
from ct112.core.positions import OffDuty, OnCall, Ready
from ct112.core.record import CallRecord, ServiceClass
from tests.core import floor_world as given
from tests.core.floor_decisions import failed
from tests.core.floor_world import FIRST_OFFER, ONE, POS_1, POS_2, THREE, TWO, A, B, World
from tests.core.ivr_documents import make, usual_document


def test_a_broken_ivr_gives_the_caller_a_person() -> None:
    world = World(document=replace(usual_document(), nodes=None))  # type: ignore[arg-type]
    given.arriving(world)
    world.tell(PickedUp(ONE))
    assert isinstance(world.state(), Waiting)
    assert world.record().class_source == "failure"
    assert "ivr_failed" in world.kinds()


def test_an_ivr_that_would_never_go_on_is_broken_too() -> None:
    endless = Announce(name="endless", say={"id": (Prompt("endless", nan),)}, next="endless")
    world = World(document=make([endless], "endless"))
    given.arriving(world)
    world.tell(PickedUp(ONE))
    assert isinstance(world.state(), Waiting)
    assert world.record().class_source == "failure"


def test_the_ivr_has_a_limit() -> None:
    world = World(policy=replace(World().policy, ivr_limit_seconds=30.0))
    given.in_menu(world)
    world.tell(DigitPressed(ONE, "3"))  # information, which is said again with 0
    for _ in range(9):
        world.wait(3.0)
        world.tell(DigitPressed(ONE, "0"))
    assert world.now - given.START < 30.0
    assert isinstance(world.state(), InMenu)
    world.wait(5.0)
    assert isinstance(world.state(), Waiting)
    assert world.record().class_source == "failure"


def test_two_callers_and_one_operator() -> None:
    world = World()
    given.waiting(world, ONE)
    given.waiting(world, TWO)
    world.staffed(POS_1)
    assert [ring.call for ring in world.asked_for(Ring)] == [ONE]
    world.tell(OfferAnswered(FIRST_OFFER), Joined(ONE, FIRST_OFFER), CallerLeft(ONE))
    assert isinstance(world.state(TWO), Waiting)
    world.wait(10.0)
    assert isinstance(world.state(TWO), Offered)


def test_the_next_operator_is_rung_at_once() -> None:
    world = World()
    given.offered(world)
    world.staffed(POS_1, POS_2)
    world.tell(OfferEnded(FIRST_OFFER, OfferEnd.DECLINED))
    assert [(ring.position, ring.offer) for ring in world.asked_for(Ring)] == [(POS_2, offer_id(ONE, 2))]


def test_a_caller_who_leaves_while_it_rings_costs_the_operator_nothing() -> None:
    world = World()
    given.offered(world)
    world.tell(CallerLeft(ONE))
    assert world.asked_for(EndOffer) == [EndOffer(FIRST_OFFER)]
    assert world.floor.positions[POS_1].state == Ready(given.START)


def test_an_operator_of_another_node_is_not_rung() -> None:
    world = World()
    given.waiting(world, ONE, A)
    given.waiting(world, THREE, B)
    world.staffed(POS_1, node=B)
    assert [ring.call for ring in world.asked_for(Ring)] == [THREE]


def test_an_operator_without_a_phone_is_not_rung() -> None:
    world = World()
    world.staffed(POS_1)
    world.tell(PhoneSeen(POS_1, A, registered=False))
    given.waiting(world)
    assert isinstance(world.state(), Waiting)
    assert isinstance(world.floor.positions[POS_1].state, Ready)


def test_a_pause_while_talking_holds_afterwards() -> None:
    world = World()
    given.talking(world)
    world.roster({})
    assert isinstance(world.state(), Talking)
    assert isinstance(world.floor.positions[POS_1].state, OnCall)
    world.tell(CallerLeft(ONE))
    assert isinstance(world.floor.positions[POS_1].state, OffDuty)


def test_an_answer_to_an_offer_that_is_over_is_ended() -> None:
    world = World()
    given.offered(world)
    world.tell(CallerLeft(ONE))
    world.tell(OfferAnswered(FIRST_OFFER))
    assert world.asked == [EndOffer(FIRST_OFFER)]


def test_hanging_up_is_asked_twice_before_the_leg_is_taken_for_gone() -> None:
    world = World()
    given.hanging_up(world)
    assert len([c for c in world.wait(5.0) if isinstance(c, HangUp)]) == 1
    assert not world.floor.empty()
    world.wait(5.0)
    assert world.floor.empty()


def test_on_a_lost_node_nothing_is_offered_and_nothing_is_taken_for_gone() -> None:
    world = World()
    given.hanging_up(world, ONE)
    given.waiting(world, TWO)
    world.tell(NodeLost(A))
    world.wait(world.policy.lost_node_end_seconds - 1)
    assert set(world.floor.calls) == {ONE, TWO}
    assert isinstance(world.state(TWO), Waiting)
    assert not [c for c in world.log if isinstance(c, Ring) and c.call == TWO]
    world.tell(NodeSurveyed(node=A))
    assert world.floor.empty()


def test_a_failed_release_is_asked_again_and_never_given_up_while_it_is_refused() -> None:
    world = World()
    given.releasing(world)
    for _ in range(5):
        world.tell(failed("SendToFallback", ONE))
        assert isinstance(world.state(), Waiting)
        assert [c for c in world.wait(5.0) if isinstance(c, SendToFallback)]


def test_a_new_document_is_for_new_calls() -> None:
    world = World()
    given.in_menu(world, ONE)
    world.tell(IvrPublished(replace(usual_document(), version=2)))
    given.in_menu(world, TWO)
    world.tell(DigitPressed(ONE, "1"), DigitPressed(TWO, "1"))
    assert (world.record(ONE).ivr_version, world.record(TWO).ivr_version) == (1, 2)


def test_an_emergency_goes_first_and_a_failed_offer_keeps_its_place() -> None:
    world = World()
    given.in_menu(world, ONE)
    world.tell(DigitPressed(ONE, "2"))
    given.waiting(world, TWO)
    assert world.record(ONE).service_class is ServiceClass.URGENT
    world.staffed(POS_1)
    assert isinstance(world.state(TWO), Offered)
    world.tell(OfferEnded(world.offer(TWO), OfferEnd.MISSED))
    world.wait(3.0)
    assert isinstance(world.state(TWO), Offered)


def test_a_second_arrival_of_the_same_call_is_unexpected_and_one_after_its_end_ignored() -> None:
    world = World()
    given.waiting(world)
    world.tell(given.arrival())
    assert [type(c) for c in world.asked] == [Unexpected]
    world.tell(CallerLeft(ONE))
    world.tell(given.arrival())
    assert world.asked == []


def test_keys_are_personal_and_stand_in_the_record_alone() -> None:
    world = World()
    given.in_menu(world)
    world.tell(DigitPressed(ONE, "7"), DigitPressed(ONE, "1"))
    assert [dict(fact.data) for fact in world.facts() if fact.kind == "digit"] == [{}, {}]
    assert world.record().keys_pressed == "71"
    given.talking(talk := World())
    talk.tell(DigitPressed(ONE, "1"))
    assert talk.asked == []


def test_every_save_has_a_higher_revision_than_any_before_a_restart() -> None:
    world = World()
    given.talking(world)
    saved = [one.revision for one in world.log if isinstance(one, CallRecord)]
    assert saved == sorted(set(saved))
    assert saved[0] >= int(given.START * 1_000_000)


def test_a_hold_is_a_fact_and_the_talk_goes_on() -> None:
    world = World()
    given.talking(world)
    for held in (True, False):
        world.tell(OfferHeld(FIRST_OFFER, held=held))
        assert isinstance(world.state(), Talking)
    assert world.kinds()[-2:] == ["held", "resumed"]


def test_a_stale_failure_does_not_end_a_talk() -> None:
    world = World()
    given.talking(world)
    for command in ("Ring", "Join", "EndOffer"):
        world.tell(failed(command, ONE, offer=FIRST_OFFER, gone=True))
        assert isinstance(world.state(), Talking)
        assert world.asked_for(Join) == []


def test_while_we_leave_nobody_is_rung_even_if_the_fallback_refuses_a_call() -> None:
    world = World()
    given.releasing(world)
    world.staffed(POS_1)
    world.tell(failed("SendToFallback", ONE))
    assert isinstance(world.state(), Waiting)
    assert not world.asked_for(Ring)


def test_a_call_in_front_stays_there_when_the_next_operator_declines() -> None:
    world = World()
    given.talking(world)
    world.staffed(POS_1, POS_2)
    world.tell(OfferEnded(FIRST_OFFER, OfferEnd.LOST))
    assert isinstance(world.state(), Offered)
    world.tell(OfferEnded(world.offer(), OfferEnd.DECLINED))
    state = world.state()
    assert isinstance(state, Waiting)
    assert state.place.first


def test_being_idle_counts_from_the_end_of_the_pause() -> None:
    world = World()
    given.talking(world)
    world.now += 60
    world.tell(CallerLeft(ONE))
    until = world.now + world.policy.wrap_up_seconds
    world.wait(60.0)
    assert world.floor.positions[POS_1].state == Ready(until)


def test_the_record_keeps_when_the_first_person_answered() -> None:
    world = World()
    given.talking(world)
    first = world.record().answered_at
    world.now += 30
    world.tell(OfferEnded(FIRST_OFFER, OfferEnd.LOST))
    world.staffed(POS_2)
    world.tell(OfferAnswered(world.offer()), Joined(ONE, world.offer()))
    assert world.record().answered_at == first
    assert world.record().position == POS_2
