"""A small centre, simulated: with a telephone that works and people who pick up, everyone gets a person."""

import heapq
from itertools import count
from random import Random

import pytest

from ct112.core.commands import HangUp, Join, PickUp, Play, Ring, SendToFallback
from ct112.core.events import (
    CallerLeft,
    CallReleased,
    DigitPressed,
    Draining,
    Event,
    Joined,
    OfferAnswered,
    OfferEnd,
    OfferEnded,
    OfferRinging,
    PickedUp,
    PlayEnded,
)
from ct112.core.ids import CallId, OfferId
from ct112.core.record import CallRecord
from tests.core.floor_decisions import Decision
from tests.core.floor_truths import Truths
from tests.core.floor_world import POS_1, POS_2, POS_3, START, World, arrival

CALLERS = 60


class Centre:
    """A floor, a telephone that always works, patient callers, and operators who miss some calls."""

    def __init__(self, seed: int) -> None:
        """Open with three operators."""
        self.chance = Random(seed)
        self.world = World()
        self.truths = Truths(self.world)
        self.world.staffed(POS_1, POS_2, POS_3)
        self.order = count()
        self.coming: list[tuple[float, int, Event]] = []

    def at(self, seconds: float, event: Event) -> None:
        """Let an event happen `seconds` from now."""
        heapq.heappush(self.coming, (self.world.now + seconds, next(self.order), event))

    def run(self) -> None:
        """Go on until nothing comes any more and no call is left, for at most a day."""
        while (self.coming or not self.world.floor.empty()) and self.world.now < START + 86_400:
            due = self.world.floor.next_deadline()
            if due is not None and (not self.coming or due < self.coming[0][0]):
                self.world.now = max(self.world.now, due)
                self._asked(self.world.decided(self.world.floor.due(self.world.now)), after_due=True)
            else:
                self.world.now, _, event = heapq.heappop(self.coming)
                self._asked(self.world.decided(self.world.floor.handle(event, self.world.now)))

    def _asked(self, commands: list[Decision], *, after_due: bool = False) -> None:
        self.world.log += commands
        self.truths.check(commands, after_due=after_due)
        for command in commands:
            self._carry_out(command)

    def _carry_out(self, command: Decision) -> None:
        match command:
            case PickUp(call=call):
                self.at(0.02, PickedUp(call))
            case Play(call=call, play=play, prompts=prompts, ringing_after=False):
                self.at(sum(prompt.seconds for prompt in prompts), PlayEnded(call, play))
                if self.chance.random() < 0.7:
                    self.at(self.chance.uniform(0, 8), DigitPressed(call, self.chance.choice("12378")))
            case Ring(offer=offer, seconds=seconds):
                self.at(0.1, OfferRinging(offer))
                taken = self.chance.random() < 0.7
                end = OfferEnded(offer, self.chance.choice([OfferEnd.MISSED, OfferEnd.DECLINED]))
                self.at(self.chance.uniform(1, seconds), OfferAnswered(offer) if taken else end)
            case Join(call=call, offer=offer):
                self.at(0.05, Joined(call, offer))
                self.at(self.chance.uniform(20, 90), self._end(call, offer))
            case HangUp(call=call):
                self.at(0.02, CallerLeft(call))
            case SendToFallback(call=call):
                self.at(0.02, CallReleased(call))
            case _:
                pass

    def _end(self, call: CallId, offer: OfferId) -> Event:
        by_operator = OfferEnded(offer, OfferEnd.HUNG_UP)
        broken = OfferEnded(offer, OfferEnd.LOST)
        ends: list[Event] = [CallerLeft(call), by_operator, by_operator, broken]
        return self.chance.choice(ends)


@pytest.mark.parametrize("seed", range(5))
def test_every_patient_caller_talks_to_a_person(seed: int) -> None:
    """Sixty callers in ten minutes, three operators who miss or decline three offers in ten."""
    centre = Centre(seed)
    for number in range(CALLERS):
        centre.at(centre.chance.uniform(0, 600), arrival(CallId(f"call-{number}")))
    centre.run()
    final = [one for one in centre.world.log if isinstance(one, CallRecord) and one.ended_at]
    assert len(final) == CALLERS
    assert {record.outcome for record in final} == {"answered"}
    assert all(record.answered_at and record.service_class for record in final)
    assert centre.world.floor.empty()


def test_leaving_in_the_busy_hour_loses_nobody() -> None:
    """Whoever is with no operator when we leave is given to the fallback; talks end as people end them."""
    centre = Centre(7)
    for number in range(CALLERS):
        centre.at(centre.chance.uniform(0, 60), arrival(CallId(f"call-{number}")))
    centre.at(40, Draining())
    centre.run()
    final = [one for one in centre.world.log if isinstance(one, CallRecord) and one.ended_at]
    assert len(final) == CALLERS
    assert {record.outcome for record in final} == {"answered", "fallback"}
    assert all(record.arrived_at >= START for record in final)
    assert centre.world.floor.empty()
