"""A call we had closed and whose leg a survey finds lives: its record is opened again, and only then."""

import pytest

from ct112.core.calls import Leaving, Talking, Waiting
from ct112.core.commands import EndOffer, HangUp
from ct112.core.events import (
    CallerLeft,
    Event,
    Joined,
    NodeLost,
    OfferAnswered,
    PickedUp,
)
from ct112.core.positions import OnCall
from tests.core import floor_world as given
from tests.core.floor_decisions import failed
from tests.core.floor_world import FIRST_OFFER, ONE, POS_1, A, World
from tests.core.test_reconcile import CALLER, LEG, TALKER, found


def test_a_closed_call_whose_leg_is_still_there_is_a_live_call_again() -> None:
    world = World()
    given.waiting(world)
    world.tell(failed("PickUp", ONE, gone=True))  # not so: the link had no legs yet
    closed = world.record()
    assert closed.outcome == "abandoned"
    world.tell(found(CALLER))
    record = world.record()
    assert (record.ended_at, record.outcome, record.ended_by) == (None, None, None)
    assert record.revision > closed.revision
    assert (record.service_class, record.queued_at) == (closed.service_class, closed.queued_at)
    assert isinstance(world.state(), Waiting)
    assert ("reopened", {"outcome": "abandoned"}) in [(fact.kind, fact.data) for fact in world.facts()]
    numbers = [fact.seq for fact in world.facts()]
    assert numbers == sorted(set(numbers))
    world.staffed(POS_1)
    world.tell(OfferAnswered(world.offer()), Joined(ONE, world.offer()), CallerLeft(ONE))
    assert world.record().outcome == "answered"


def test_a_closed_call_found_talking_goes_on_with_its_operator() -> None:
    world = World()
    given.talking(world)
    world.tell(failed("HangUp", ONE, gone=True))
    world.tell(found(TALKER, offers=(LEG,)))
    assert isinstance(world.state(), Talking)
    assert isinstance(world.floor.positions[POS_1].state, OnCall)
    assert not world.asked_for(EndOffer)
    assert (world.record().outcome, world.record().ended_at) == (None, None)


def test_a_closed_call_whose_operator_had_hung_up_is_asked_to_leave_again() -> None:
    world = World()
    given.hanging_up(world)
    world.wait(2 * world.policy.release_seconds)
    assert (world.record().outcome, world.record().ended_by) == ("answered", "operator")
    world.tell(found(CALLER))
    assert world.asked_for(HangUp) == [HangUp(ONE)]
    assert isinstance(world.state(), Leaving)
    world.tell(CallerLeft(ONE))
    assert (world.record().outcome, world.record().ended_by) == ("answered", "operator")


@pytest.mark.parametrize(
    "late",
    [given.arrival(), PickedUp(ONE), Joined(ONE, FIRST_OFFER), CallerLeft(ONE), found()],
    ids=lambda event: type(event).__name__,
)
def test_late_news_of_a_call_that_is_over_do_not_bring_it_back(late: Event) -> None:
    world = World()
    given.over(world)
    assert world.tell(late) == []


@pytest.mark.parametrize("command", ["PickUp", "Play", "ExtendDeadman", "SendToFallback", "HangUp"])
@pytest.mark.parametrize("state", given.STATES)
def test_that_a_leg_is_gone_is_not_believed_of_a_lost_node(state: str, command: str) -> None:
    world = World()
    given.STATES[state](world)
    world.tell(NodeLost(A), failed(command, ONE, gone=True))
    assert world.state() is not None
    assert world.record().ended_at is None
    world.tell(found(), failed(command, ONE, gone=True))
    assert world.state() is None
