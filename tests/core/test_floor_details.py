"""What the paths do not show: what is asked of the telephone, in which order, and when."""

from dataclasses import replace
from math import nan

from ct112.core.calls import InMenu, Offered, Talking, Waiting
from ct112.core.commands import (
    EndOffer,
    HangUp,
    HoldSwitch,
    Join,
    PickUp,
    Play,
    Ring,
    SaveRecord,
    SendToFallback,
    StopPlay,
    Unexpected,
)
from ct112.core.events import (
    CallerLeft,
    CommandFailed,
    DigitPressed,
    Draining,
    IvrPublished,
    Joined,
    NodeLost,
    NodeSurveyed,
    OfferAnswered,
    OfferEnd,
    OfferEnded,
    PhoneSeen,
    PickedUp,
    PlayEnded,
    RosterChanged,
)
from ct112.core.ids import offer_id
from ct112.core.ivr import Announce, Prompt
from ct112.core.operators import OffDuty, OnCall, Ready
from ct112.core.record import ServiceClass
from tests.core import floor_world as given
from tests.core.floor_world import FIRST_OFFER, ONE, POS_1, POS_2, THREE, TWO, A, B, World
from tests.core.ivr_documents import make, usual_document


def names(world: World) -> list[str]:
    """Return what was asked for last, without what is only written down."""
    kinds = [type(command).__name__ for command in world.asked]
    return [kind for kind in kinds if not kind.startswith("Save")]


def test_an_arrival_is_written_armed_and_picked_up_in_that_order() -> None:
    world = World()
    world.tell(given.arrival())
    assert [type(c).__name__ for c in world.asked] == ["SaveRecord", "SaveFact", "HoldSwitch", "PickUp"]


def test_an_arrival_while_leaving_is_not_picked_up() -> None:
    world = World()
    world.tell(Draining(), given.arrival())
    assert names(world) == ["SendToFallback"]


def test_a_key_during_the_prompt_stops_it_before_the_queue_is_heard() -> None:
    world = World()
    given.arriving(world)
    world.tell(PickedUp(ONE))
    world.tell(PlayEnded(ONE, world.play()))
    menu = world.play()
    world.tell(DigitPressed(ONE, "2"))
    assert names(world) == ["StopPlay", "Play"]
    assert world.asked_for(StopPlay)[0].play == menu
    assert world.asked_for(Play)[0].ringing_after


def test_an_answer_stops_the_ringing_and_pushes_the_switch_before_the_join() -> None:
    world = World()
    given.offered(world)
    world.tell(OfferAnswered(FIRST_OFFER))
    assert names(world) == ["StopPlay", "HoldSwitch", "Join"]


def test_the_switch_is_pushed_every_few_seconds_until_a_person_has_the_call() -> None:
    world = World()
    given.waiting(world)
    assert len([c for c in world.wait(60.0) if isinstance(c, HoldSwitch)]) == 15
    world.staffed(POS_1)
    world.tell(OfferAnswered(FIRST_OFFER), Joined(ONE, FIRST_OFFER))
    assert not [c for c in world.wait(60.0) if isinstance(c, HoldSwitch)]


def test_a_broken_talk_arms_the_switch_again_at_once() -> None:
    world = World()
    given.talking(world)
    world.tell(OfferEnded(FIRST_OFFER, OfferEnd.LOST))
    assert world.asked_for(HoldSwitch) == [HoldSwitch(ONE, 12.0)]


def test_a_join_that_comes_too_late_arms_the_switch_again_and_ends_that_leg() -> None:
    world = World()
    given.joining(world)
    world.wait(4.0)
    world.tell(Joined(ONE, FIRST_OFFER))
    assert names(world) == ["Unexpected", "EndOffer", "HoldSwitch"]


def test_the_waiting_message_comes_again_in_the_callers_language() -> None:
    world = World()
    given.in_menu(world)
    world.tell(DigitPressed(ONE, "9"))
    world.tell(DigitPressed(ONE, "1"))
    assert world.asked_for(Play)[0].prompts[0].key == "waiting-en"
    again = [c for c in world.wait(30.0) if isinstance(c, Play)]
    assert [c.prompts[0].key for c in again] == ["waiting-en"]


def test_a_waiting_message_that_fails_leaves_the_ringing_and_then_silence_until_the_next() -> None:
    world = World()
    given.waiting(world)
    world.tell(PlayEnded(ONE, world.play(), ok=False))
    assert [c.prompts for c in world.asked_for(Play)] == [()]
    world.tell(CommandFailed(command="Play", call=ONE, play=world.play()))
    assert not world.asked_for(Play)
    assert len([c for c in world.wait(30.0) if isinstance(c, Play)]) == 1


def test_a_caller_not_picked_up_is_picked_up_again_with_every_message() -> None:
    world = World()
    given.arriving(world)
    world.tell(CommandFailed(command="PickUp", call=ONE))
    assert names(world) == ["PickUp", "Play"]
    assert [c for c in world.wait(30.0) if isinstance(c, PickUp)]
    world.staffed(POS_1)
    world.tell(OfferAnswered(FIRST_OFFER))
    assert world.asked_for(PickUp)
    world.tell(PickedUp(ONE))
    assert world.record().picked_up_at == world.now


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
    assert world.floor.operators[POS_1].state == Ready(given.START)


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
    assert isinstance(world.floor.operators[POS_1].state, Ready)


def test_a_pause_while_talking_holds_afterwards() -> None:
    world = World()
    given.talking(world)
    world.tell(RosterChanged(()))
    assert isinstance(world.state(), Talking)
    assert isinstance(world.floor.operators[POS_1].state, OnCall)
    world.tell(CallerLeft(ONE))
    assert isinstance(world.floor.operators[POS_1].state, OffDuty)


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
    world.wait(120.0)
    assert set(world.floor.calls) == {ONE, TWO}
    assert isinstance(world.state(TWO), Waiting)
    assert not [c for c in world.log if isinstance(c, Ring) and c.call == TWO]
    world.tell(NodeSurveyed(node=A))
    assert world.floor.empty()


def test_a_failed_release_is_asked_again_and_never_given_up_while_it_is_refused() -> None:
    world = World()
    given.releasing(world)
    for _ in range(5):
        world.tell(CommandFailed(command="SendToFallback", call=ONE))
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


def test_digits_are_personal_and_stand_only_in_the_fact() -> None:
    world = World()
    given.in_menu(world)
    world.tell(DigitPressed(ONE, "1"))
    facts = [fact for fact in world.facts() if fact.kind == "digit"]
    assert [dict(fact.data) for fact in facts] == [{"digit": "1"}]
    given.talking(talk := World())
    talk.tell(DigitPressed(ONE, "1"))
    assert talk.asked == []


def test_every_save_has_a_higher_revision_than_any_before_a_restart() -> None:
    world = World()
    given.talking(world)
    saved = [c.record.revision for c in world.log if isinstance(c, SaveRecord)]
    assert saved == sorted(set(saved))
    assert saved[0] >= int(given.START * 1_000_000)


def test_a_stale_failure_does_not_end_a_talk() -> None:
    world = World()
    given.talking(world)
    for command in ("Ring", "Join", "EndOffer"):
        world.tell(CommandFailed(command=command, call=ONE, offer=FIRST_OFFER, gone=True))
        assert isinstance(world.state(), Talking)
        assert world.asked_for(Join) == []
