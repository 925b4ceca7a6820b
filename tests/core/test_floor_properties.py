"""Whatever comes in whatever order, with whatever time passing: no call is lost, none is with two people."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ct112.core.agency_states import WithOperator
from ct112.core.calls import Talking
from ct112.core.commands import EndCallee, EndOffer
from ct112.core.events import CallerLeft, CallReleased, Event, NodeSurveyed
from tests.core.floor_asks import AskFor
from tests.core.floor_events import Answer, ClockSet, Later, Move, answer, moves, moves_and_leaving
from tests.core.floor_gaps import Gap, survey
from tests.core.floor_likely import Likely, likely_event
from tests.core.floor_people import Everybody
from tests.core.floor_truths import Truths
from tests.core.floor_world import POS_1, POS_2, STATES, World

MODERATE = settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))


class Game:
    """Plays a list of moves to a floor, and checks every truth after every step."""

    def __init__(self, start: str) -> None:
        """Open a floor with two operators and call ONE in the state named `start`."""
        self.world = World()
        self.truths = Truths(self.world)
        STATES[start](self.world)
        self.world.staffed(POS_1, POS_2)
        self.truths.check(self.world.log)

    def make(self, move: Move) -> None:
        """Make one move."""
        match move:
            case Later():
                self.wait(move.seconds)
            case ClockSet():
                self.world.ahead = move.ahead
            case Answer():
                self._tell_if(self._answer(move))
            case Likely():
                self._tell_if(likely_event(self.world.floor, move))
            case AskFor():
                self.tell(move.event(self.world))
            case Everybody():
                self.truths.check(self.world.roster({POS_1: True, POS_2: True}))
            case Gap():
                self._surveyed(survey(self.world, move))
            case _:
                self.tell(move)

    def tell(self, event: Event) -> None:
        """Let an event happen."""
        self.truths.check(self.world.tell(event))
        self.truths.check(self.world.wait(0.0), after_due=True)

    def _surveyed(self, event: NodeSurveyed) -> None:
        """Survey; no leg of a call-back may be left with nobody knowing of it."""
        self.tell(event)
        ended = {one.offer for one in self.world.log if isinstance(one, EndOffer)}
        ended_out = {one.call for one in self.world.log if isinstance(one, EndCallee)}
        backs = self.world.floor.call_backs
        assert {leg.offer for leg in event.offers} - ended <= {
            *(back.offer for back in backs.values()),
            *(call.offer for call in self.world.floor.calls.values()),
            *(
                agency.state.offer
                for agency in self.world.floor.agency_calls.values()
                if isinstance(agency.state, WithOperator)
            ),
        }
        assert {callee.call for callee in event.callees} - ended_out <= {
            *backs,
            *self.world.floor.agency_calls,
        }

    def wait(self, seconds: float) -> None:
        """Let time pass, stopping at each deadline: each one must lead to a later one."""
        end = self.world.now + seconds
        while (at := self.world.floor.next_deadline()) is not None and at <= end:
            self.world.now = max(at, self.world.now)
            commands = self.world.due()
            self.world.log += commands
            self.truths.check(commands, after_due=True)
        self.world.now = end

    def _tell_if(self, event: Event | None) -> None:
        if event is not None:
            self.tell(event)

    def _answer(self, move: Answer) -> Event | None:
        open_commands = [one for one in self.world.log[-40:] if answer(one, 0) is not None]
        if not open_commands:
            return None
        return answer(open_commands[-1 - move.which % len(open_commands)], move.how)


@MODERATE
@given(st.sampled_from(sorted(STATES)), moves)
def test_no_call_is_lost_whatever_happens(start: str, script: list[Move]) -> None:
    """The truths hold after every step."""
    game = Game(start)
    for move in script:
        game.make(move)


@MODERATE
@given(st.sampled_from(sorted(STATES)), moves_and_leaving)
def test_no_call_is_lost_while_we_leave(start: str, script: list[Move]) -> None:
    """The truths hold; and once every leg is gone the floor is empty, each call with its one record."""
    game = Game(start)
    for move in script:
        game.make(move)
    for number, call in enumerate(list(game.world.floor.calls)):
        game.tell(CallerLeft(call) if number % 2 else CallReleased(call))
    assert game.world.floor.empty()
    assert set(game.truths.closed) == game.truths.ever
    talking_back = {back.position for back in game.world.floor.call_backs.values()}
    agencies = [agency.state for agency in game.world.floor.agency_calls.values()]
    talking_back |= {state.position for state in agencies if isinstance(state, WithOperator)}
    assert {one.name for one in game.world.floor.positions.values() if one.busy} == talking_back


@MODERATE
@given(st.sampled_from(sorted(STATES)), moves)
def test_time_alone_never_ends_a_talk_nor_a_wait(start: str, script: list[Move]) -> None:
    """Three minutes without any event: whoever waits still waits, whoever talks still talks.

    But at a lost node: its calls have an end.
    """
    game = Game(start)
    for move in script:
        game.make(move)
    left_alone = {"Arriving", "InMenu", "Waiting", "Offered", "Joining", "Talking"}
    if game.world.floor.draining:
        left_alone = {"Talking"}  # who waits then is given to the fallback
    lost = game.truths.lost
    calls = [call for call in game.world.floor.calls.values() if call.node not in lost]
    before = {call.id for call in calls if type(call.state).__name__ in left_alone}
    talks = {call.id for call in calls if isinstance(call.state, Talking)}
    game.wait(180.0)
    after = game.world.floor.calls
    assert before <= set(after)
    assert talks == {call.id for call in after.values() if isinstance(call.state, Talking)}
    assert not [call for call in after.values() if call.node in lost]
