"""What is asked of the telephone, in which order: the ear of the caller and the dead-man's switch."""

from dataclasses import replace

from ct112.core.calls import Talking, Waiting
from ct112.core.commands import (
    ExtendDeadman,
    PickUp,
    Play,
    StopPlay,
)
from ct112.core.deadman import ENOUGH
from ct112.core.events import (
    DigitPressed,
    Draining,
    IvrPublished,
    Joined,
    OfferAnswered,
    OfferEnd,
    OfferEnded,
    PickedUp,
    PlayEnded,
)
from ct112.core.ivr import Announce, Prompt, Queue
from ct112.core.policy import Policy
from ct112.core.record import CallRecord, Fact, ServiceClass
from tests.core import floor_world as given
from tests.core.floor_decisions import failed
from tests.core.floor_world import FIRST_OFFER, ONE, POS_1, World
from tests.core.ivr_documents import make, usual_document

NO_MENU = make([Queue(name="all", service_class=ServiceClass.EMERGENCY)], "all")


def names(world: World) -> list[str]:
    """Return what was asked for last, without what is only written down."""
    return [type(one).__name__ for one in world.asked if not isinstance(one, CallRecord | Fact)]


def test_an_arrival_is_picked_up_and_written_down() -> None:
    world = World()
    world.tell(given.arrival())
    assert [type(c).__name__ for c in world.asked] == ["PickUp", "CallRecord", "Fact"]


def test_the_switch_the_dialplan_armed_is_pushed_in_time_though_nobody_picks_up() -> None:
    world = World()
    world.tell(given.arrival())
    assert [c for c in world.wait(world.policy.switch_every_seconds) if isinstance(c, ExtendDeadman)]


def test_without_a_menu_somebody_is_rung_for_while_the_caller_is_picked_up() -> None:
    world = World()
    world.staffed(POS_1)
    world.tell(IvrPublished(NO_MENU))
    world.tell(given.arrival())
    assert names(world) == ["PickUp", "Play", "Ring"]
    world.tell(PickedUp(ONE))
    assert world.record().picked_up_at is not None
    assert names(world) == []
    world.tell(OfferAnswered(FIRST_OFFER))
    assert names(world) == ["StopPlay", "Join"]


def test_without_a_menu_who_cannot_be_picked_up_is_asked_again_before_the_join() -> None:
    world = World()
    world.staffed(POS_1)
    world.tell(IvrPublished(NO_MENU), given.arrival(), failed("PickUp", ONE))
    world.tell(OfferAnswered(FIRST_OFFER))
    assert names(world) == ["StopPlay", "PickUp", "Join"]


def test_a_caller_whose_leg_was_not_answered_is_picked_up_during_the_talk() -> None:
    world = World()
    world.staffed(POS_1)
    world.tell(IvrPublished(NO_MENU), given.arrival(), failed("PickUp", ONE))
    world.tell(OfferAnswered(world.offer()), failed("PickUp", ONE), Joined(ONE, world.offer()))
    assert isinstance(world.state(), Talking)
    assert len([c for c in world.wait(1.1) if isinstance(c, PickUp)]) == 2
    world.tell(PickedUp(ONE))
    assert not [c for c in world.wait(60.0) if isinstance(c, PickUp)]
    assert world.record().picked_up_at is not None


def test_who_is_rung_for_at_once_hears_ringing_and_the_message_only_if_it_takes_longer() -> None:
    world = World()
    world.staffed(POS_1)
    given.in_menu(world)
    world.tell(DigitPressed(ONE, "1"))
    (rings,) = world.asked_for(Play)
    assert (rings.prompts, rings.ringing_after) == ((), True)
    asked = world.wait(world.policy.message_after_seconds)
    (stop,) = [c for c in asked if isinstance(c, StopPlay)]
    (said,) = [c for c in asked if isinstance(c, Play)]
    assert (stop.play, stop.tone_only) == (rings.play, True)
    assert said.prompts == world.document.waiting["id"]
    again = [c for c in world.wait(world.policy.repeat_seconds - 1) if isinstance(c, Play)]
    assert not again


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


def test_an_answer_stops_the_ringing_and_asks_for_the_join_at_once() -> None:
    world = World()
    given.offered(world)
    world.tell(OfferAnswered(FIRST_OFFER))
    assert names(world) == ["StopPlay", "Join"]


def test_the_switch_is_pushed_every_few_seconds_until_a_person_has_the_call() -> None:
    world = World()
    given.waiting(world)
    pushed = [c for c in world.wait(60.0) if isinstance(c, ExtendDeadman)]
    assert len(pushed) == 14  # every 4 s but one: the message was being said
    world.staffed(POS_1)
    world.tell(OfferAnswered(FIRST_OFFER), Joined(ONE, FIRST_OFFER))
    assert not [c for c in world.wait(60.0) if isinstance(c, ExtendDeadman)]


def test_nothing_is_pushed_while_a_prompt_plays_and_the_switch_outlasts_it() -> None:
    world = World()
    given.arriving(world)
    world.tell(PickedUp(ONE))
    (push,) = world.asked_for(ExtendDeadman)
    world.tell(PlayEnded(ONE, world.play()))
    seconds = 4.0  # what the menu says
    assert push.seconds >= seconds + ENOUGH * world.policy.switch_every_seconds
    assert not world.asked_for(ExtendDeadman)
    assert not [c for c in world.wait(seconds - 0.1) if isinstance(c, ExtendDeadman)]
    assert [c for c in world.wait(world.policy.switch_every_seconds + 0.2) if isinstance(c, ExtendDeadman)]


def test_a_prompt_the_switch_would_not_outlast_is_said_after_a_push() -> None:
    world = World()
    given.arriving(world)
    world.tell(PickedUp(ONE))
    world.tell(PlayEnded(ONE, world.play()))
    world.wait(3.9)  # of the switch's 12 s 8.1 are left, the waiting message and what follows take 9
    world.tell(DigitPressed(ONE, "1"))
    assert names(world) == ["StopPlay", "ExtendDeadman", "Play"]


def test_a_push_that_failed_does_not_count() -> None:
    world = World()
    given.arriving(world)
    world.tell(PickedUp(ONE), failed("ExtendDeadman", ONE))
    world.tell(PlayEnded(ONE, world.play()))
    assert names(world) == ["ExtendDeadman", "Play"]


def test_a_push_that_failed_is_repeated_at_once_when_a_long_prompt_would_outlast_the_switch() -> None:
    long = Announce(name="long", say={"id": (Prompt("long", 20.0),)}, next="all")
    world = World(document=make([long, Queue(name="all", service_class=ServiceClass.EMERGENCY)], "long"))
    given.arriving(world)
    world.tell(PickedUp(ONE))
    world.wait(5.0)
    world.tell(failed("ExtendDeadman", ONE))
    assert names(world) == ["StopPlay", "ExtendDeadman"]
    world.tell(PlayEnded(ONE, world.play()))
    assert isinstance(world.state(), Waiting)
    pushes = [c for c in world.wait(world.policy.switch_every_seconds * 2) if isinstance(c, ExtendDeadman)]
    assert pushes


def test_a_push_that_failed_while_the_waiting_message_is_long_leaves_the_ringing() -> None:
    document = replace(usual_document(), waiting={"id": (Prompt("long", 20.0),)})
    world = World(document=document)
    given.waiting(world)
    world.tell(failed("ExtendDeadman", ONE))
    assert names(world) == ["StopPlay", "ExtendDeadman", "Play"]
    (rings,) = world.asked_for(Play)
    assert (rings.prompts, rings.ringing_after) == ((), True)


def test_a_broken_talk_arms_the_switch_again_at_once() -> None:
    world = World()
    given.talking(world)
    world.tell(OfferEnded(FIRST_OFFER, OfferEnd.LOST))
    assert set(world.asked_for(ExtendDeadman)) == {ExtendDeadman(ONE, 12.0)}


def test_a_join_that_comes_too_late_arms_the_switch_again_and_ends_that_leg() -> None:
    world = World()
    given.joining(world)
    world.wait(4.0)
    world.tell(Joined(ONE, FIRST_OFFER))
    assert names(world) == ["EndOffer", "ExtendDeadman", "Unexpected"]


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
    world.tell(failed("Play", ONE, play=world.play()))
    assert not world.asked_for(Play)
    assert len([c for c in world.wait(30.0) if isinstance(c, Play)]) == 1


def test_a_caller_not_picked_up_is_picked_up_again_with_every_message() -> None:
    world = World()
    given.arriving(world)
    world.tell(failed("PickUp", ONE))
    assert names(world) == ["PickUp", "ExtendDeadman", "Play"]
    assert [c for c in world.wait(30.0) if isinstance(c, PickUp)]
    world.staffed(POS_1)
    world.tell(OfferAnswered(FIRST_OFFER))
    assert world.asked_for(PickUp)
    world.tell(PickedUp(ONE))
    assert world.record().picked_up_at == world.now


def test_after_the_join_is_asked_for_the_switch_is_not_touched() -> None:
    world = World(policy=Policy(join_seconds=20.0))
    given.joining(world)
    assert not [c for c in world.wait(19.0) if isinstance(c, ExtendDeadman)]


def test_a_wrong_key_during_the_prompt_stops_it_before_it_is_said_again() -> None:
    world = World()
    given.arriving(world)
    world.tell(PickedUp(ONE))
    world.tell(PlayEnded(ONE, world.play()))
    menu = world.play()
    world.tell(DigitPressed(ONE, "7"))
    assert names(world) == ["StopPlay", "Play"]
    assert world.asked_for(StopPlay)[0].play == menu


def test_the_endless_ringing_uses_two_names_in_turn() -> None:
    world = World()
    given.waiting(world)
    first = world.play()
    again = [c.play for c in world.wait(60.0) if isinstance(c, Play)]
    assert [first, *again] == [f"{ONE}.p1", f"{ONE}.p2", f"{ONE}.p1"]
