"""Operators log in and out, move and pause: talks are finished first, and a shift change loses no call."""

from dataclasses import dataclass, field

import pytest

from ct112.core.asks import Ask, AskCode, Leave, SetState, Sit
from ct112.core.calls import Offered, Talking, Waiting
from ct112.core.commands import Answered, CallbackDone, EndOffer, Ring
from ct112.core.events import (
    CallbackAsked,
    CallerLeft,
    FoundCall,
    FoundOffer,
    Joined,
    NodeLost,
    NodeSurveyed,
    OfferAnswered,
    OfferEnd,
    OfferEnded,
    PeopleChanged,
    PhoneSeen,
    SeatingRestored,
)
from ct112.core.floor import Floor
from ct112.core.ids import CallId, OperatorName, PositionName
from ct112.core.positions import OffDuty, Ready
from ct112.core.record import Fact
from ct112.core.stays import Move, People, Stay
from tests.core import floor_world as given
from tests.core.floor_world import ONE, POS_1, POS_2, POS_3, TWO, A, B, World

SITI, BUDI, TINA = OperatorName("siti"), OperatorName("budi"), OperatorName("tina")
PEOPLE = People(
    positions=frozenset({POS_1, POS_2, POS_3}),
    operators=frozenset({SITI, BUDI, TINA}),
    reasons=frozenset({"meal", "prayer"}),
)


@dataclass
class Centre(World):
    """Three positions with phones, three operators, nobody logged in."""

    people: People = field(default=PEOPLE)

    def __post_init__(self) -> None:
        """Open the centre."""
        super().__post_init__()
        self.tell(PeopleChanged(self.people))
        for position in (POS_1, POS_2, POS_3):
            self.tell(PhoneSeen(position, A, registered=True))

    def want(self, ask: Ask) -> Answered:
        """Ask; return the answer."""
        self.tell(self.ask(ask))
        (answer,) = self.asked_for(Answered)
        return answer

    def sit(self, operator: OperatorName, position: PositionName, ready: bool | None = None) -> None:
        """Log somebody in, which has to work."""
        answer = self.want(Sit(position, operator, ready))
        assert answer.accepted, answer

    def who(self) -> dict[PositionName, OperatorName]:
        """Return who sits where."""
        seats = self.floor.positions.values()
        return {seat.name: seat.operator for seat in seats if seat.operator is not None}

    def talk(self, call: CallId = ONE) -> None:
        """Let a caller talk with whoever is rung."""
        given.waiting(self, call)
        self.pick_up(call)

    def pick_up(self, call: CallId) -> None:
        """Let whoever is rung for the call pick up."""
        self.tell(OfferAnswered(self.offer(call)))
        self.tell(Joined(call, self.offer(call)))

    def stay_facts(self) -> list[tuple[str, str, str]]:
        """Return what was noted of stays: kind, operator, position."""
        facts = [fact for fact in all_facts(self) if "since" in fact.data]
        return [(fact.kind, fact.data["operator"], fact.data["position"]) for fact in facts]


def all_facts(world: World) -> list[Fact]:
    return [decision for decision in world.log if isinstance(decision, Fact)]


def test_an_operator_who_logs_in_takes_calls_and_a_fact_says_so() -> None:
    centre = Centre()
    given.waiting(centre)
    centre.sit(SITI, POS_1)
    assert [ring.position for ring in centre.asked_for(Ring)] == [POS_1]
    assert centre.stay_facts() == [("logged_in", "siti", "pos-1")]
    (fact,) = (fact for fact in all_facts(centre) if fact.kind == "logged_in")
    assert fact.data["by"] == "admin"


def test_a_position_says_since_when_it_is_as_it_is() -> None:
    centre = Centre()
    centre.sit(SITI, POS_1)
    seat, sat = centre.floor.positions[POS_1], centre.now
    assert seat.since == sat
    centre.wait(60)
    centre.tell(PhoneSeen(POS_1, B, registered=True))
    assert seat.since == sat, "a phone that is there as well is no other state"
    centre.want(SetState(SITI, False, "meal"))
    assert seat.since == centre.now > sat
    centre.wait(60)
    centre.want(SetState(SITI, False, "prayer"))
    assert seat.since == centre.now, "another reason is another pause"


def test_a_taken_position_is_refused_and_the_answer_says_who_sits_there() -> None:
    centre = Centre()
    centre.sit(SITI, POS_1)
    answer = centre.want(Sit(POS_1, BUDI))
    assert (answer.accepted, answer.code) == (False, AskCode.BUSY)
    assert "pos-1 is taken by siti" in answer.reason
    assert "ct112 operator leave siti" in answer.reason
    assert centre.who() == {POS_1: SITI}


@pytest.mark.parametrize(
    ("ask", "code", "words"),
    [
        (Sit(PositionName("pos-9"), SITI), AskCode.UNKNOWN, "no position pos-9: see ct112 position list"),
        (Sit(POS_1, OperatorName("x")), AskCode.UNKNOWN, "no active operator x: see ct112 operator list"),
        (Sit(POS_1, SITI, False, "because"), AskCode.NOT_POSSIBLE, "one of these reasons: meal, prayer"),
        (Leave(position=POS_1), AskCode.NOT_POSSIBLE, "Nobody sits at pos-1"),
        (Leave(operator=SITI), AskCode.NOT_POSSIBLE, "siti is not logged in: nothing to do"),
        (Leave(), AskCode.NOT_POSSIBLE, "Nobody sits"),
        (SetState(SITI, True), AskCode.NOT_POSSIBLE, "first ct112 operator sit siti POSITION"),
        (SetState(TINA, False), AskCode.NOT_POSSIBLE, "one of these reasons: meal, prayer"),
        (SetState(TINA, False, "because"), AskCode.NOT_POSSIBLE, "one of these reasons: meal, prayer"),
    ],
)
def test_what_cannot_be_is_refused_with_what_to_do(ask: Ask, code: AskCode, words: str) -> None:
    centre = Centre()
    centre.sit(TINA, POS_3)
    before = centre.floor.seating.revision
    answer = centre.want(ask)
    assert (answer.accepted, answer.code) == (False, code)
    assert words in answer.reason
    assert answer.reason.endswith(".")
    assert centre.floor.seating.revision == before


def test_a_pause_has_a_reason_and_ends() -> None:
    centre = Centre()
    centre.sit(SITI, POS_1)
    assert centre.want(SetState(SITI, False, "meal")).accepted
    seat = centre.floor.positions[POS_1]
    assert (seat.ready, seat.reason, seat.state) == (False, "meal", OffDuty())
    given.waiting(centre)
    assert not centre.asked_for(Ring)
    assert centre.want(SetState(SITI, True, "meal")).accepted
    assert centre.asked_for(Ring)
    assert (seat.ready, seat.reason) == (True, None)
    assert [kind for kind, *_ in centre.stay_facts()] == ["logged_in", "operator_paused", "operator_ready"]


def test_a_talk_is_finished_before_the_log_out() -> None:
    centre = Centre()
    centre.sit(SITI, POS_1)
    centre.talk()
    assert centre.want(Leave(position=POS_1)).accepted
    assert isinstance(centre.state(), Talking)
    assert centre.who() == {POS_1: SITI}
    centre.tell(CallerLeft(ONE))
    assert centre.who() == {}
    assert centre.record().operator == "siti"
    given.waiting(centre, TWO)
    assert not [one for one in centre.log if isinstance(one, Ring) and one.call == TWO]


def test_logging_in_elsewhere_moves_the_person_after_the_talk() -> None:
    centre = Centre()
    centre.sit(SITI, POS_1)
    centre.talk()
    centre.sit(SITI, POS_2)
    assert centre.who() == {POS_1: SITI}
    assert centre.want(Sit(POS_2, BUDI)).code is AskCode.BUSY  # promised
    centre.tell(CallerLeft(ONE))
    assert centre.who() == {POS_2: SITI}
    assert isinstance(centre.floor.positions[POS_2].state, Ready)


def test_the_next_shift_sits_down_when_the_talk_is_over() -> None:
    centre = Centre()
    centre.sit(SITI, POS_1)
    centre.talk()
    centre.want(Leave(operator=SITI))
    centre.sit(BUDI, POS_1)
    assert centre.who() == {POS_1: SITI}
    given.waiting(centre, TWO)
    centre.tell(CallerLeft(ONE))
    centre.pick_up(TWO)
    assert (centre.record(ONE).operator, centre.record(TWO).operator) == ("siti", "budi")
    assert centre.record(TWO).position == centre.record(ONE).position == POS_1


def test_two_may_swap_while_both_talk() -> None:
    centre = Centre()
    centre.sit(SITI, POS_1)
    centre.sit(BUDI, POS_2)
    centre.talk(ONE)
    centre.talk(TWO)
    centre.want(Leave(operator=BUDI))
    centre.sit(SITI, POS_2)
    centre.sit(BUDI, POS_1)
    centre.tell(CallerLeft(ONE))
    assert centre.who() == {POS_2: BUDI}  # siti stands beside it
    centre.tell(CallerLeft(TWO))
    assert centre.who() == {POS_1: BUDI, POS_2: SITI}


def test_an_offer_to_an_operator_who_leaves_goes_to_another() -> None:
    centre = Centre()
    centre.sit(SITI, POS_1)
    given.waiting(centre)
    assert isinstance(centre.state(), Offered)
    left = centre.offer()
    centre.sit(BUDI, POS_2)
    centre.want(Leave(operator=SITI))
    assert EndOffer(left) in centre.asked
    assert [ring.position for ring in centre.asked_for(Ring)] == [POS_2]
    centre.tell(OfferAnswered(left))  # picked up all the same, a moment too late
    centre.pick_up(ONE)
    assert centre.record().operator == "budi"
    assert "withdrawn" in centre.kinds()


def test_a_pause_does_not_stop_a_ringing_phone() -> None:
    centre = Centre()
    centre.sit(SITI, POS_1)
    given.waiting(centre)
    centre.want(SetState(SITI, False, "meal"))
    centre.pick_up(ONE)
    assert centre.record().operator == "siti"
    centre.tell(CallerLeft(ONE))
    assert isinstance(centre.floor.positions[POS_1].state, OffDuty)


def test_a_change_of_mind_keeps_the_person_where_they_are() -> None:
    centre = Centre()
    centre.sit(SITI, POS_1)
    centre.talk()
    centre.want(Leave(operator=SITI))
    centre.sit(SITI, POS_1)
    centre.tell(CallerLeft(ONE))
    assert centre.who() == {POS_1: SITI}
    assert centre.stay_facts() == [("logged_in", "siti", "pos-1")]


def test_an_operator_who_waits_for_a_position_may_leave_again() -> None:
    centre = Centre()
    centre.sit(SITI, POS_1)
    centre.talk()
    centre.want(Leave(operator=SITI))
    centre.sit(BUDI, POS_1)
    assert centre.want(SetState(BUDI, False, "prayer")).accepted
    assert centre.want(Leave(operator=BUDI)).accepted
    centre.tell(CallerLeft(ONE))
    assert centre.who() == {}


def test_a_move_keeps_a_pause_and_a_new_log_in_is_ready() -> None:
    centre = Centre()
    centre.sit(SITI, POS_1, ready=False)
    centre.sit(SITI, POS_2)
    assert not centre.floor.positions[POS_2].ready
    centre.want(Leave(operator=SITI))
    centre.sit(SITI, POS_2)
    assert centre.floor.positions[POS_2].ready


def test_removing_an_operator_or_their_position_logs_them_out_after_the_talk() -> None:
    centre = Centre()
    centre.sit(SITI, POS_1)
    centre.sit(BUDI, POS_2)
    centre.talk()
    centre.tell(PeopleChanged(People(positions=frozenset({POS_2}), operators=frozenset({TINA}))))
    assert centre.who() == {POS_1: SITI}
    assert isinstance(centre.state(), Talking)
    centre.tell(CallerLeft(ONE))
    assert centre.who() == {}
    assert centre.want(Sit(POS_1, TINA)).code is AskCode.UNKNOWN


def test_nobody_is_rung_for_a_call_back_at_an_empty_position() -> None:
    centre = Centre()
    centre.tell(CallbackAsked(task=1, number="0812", position=POS_1))
    (done,) = centre.asked_for(CallbackDone)
    assert not done.tried


STAY = Stay(id=CallId("stay"), operator=SITI, position=POS_1, since=given.START - 60, ready=True)


def restarted(centre: Centre, *moves: Move) -> Centre:
    """Return the centre after a restart in which siti sat at position 1 in a talk."""
    new = Centre()
    new.floor = Floor(new.policy, new.document, [centre.record()])
    new.tell(PeopleChanged(PEOPLE), SeatingRestored((STAY,), moves))
    new.tell(PhoneSeen(POS_1, A, registered=True))
    return new


def test_seating_survives_a_restart_without_a_new_log_in() -> None:
    centre = Centre()
    centre.floor.handle(SeatingRestored((STAY,)), centre.now)
    assert centre.who() == {POS_1: SITI}
    assert centre.stay_facts() == []
    centre.want(Leave(operator=SITI))
    assert centre.stay_facts() == [("logged_out", "siti", "pos-1")]


def test_an_ask_made_since_wins_over_a_seating_restored_late() -> None:
    centre = Centre()
    centre.sit(BUDI, POS_1)
    centre.sit(TINA, POS_2)
    late = [STAY, STAY.changed(operator=TINA, position=POS_3), STAY.changed(operator=OperatorName("gone"))]
    centre.tell(SeatingRestored(tuple(late)))
    assert centre.who() == {POS_1: BUDI, POS_2: TINA}


def test_a_talk_that_outlived_a_restart_is_its_operators_even_if_they_are_leaving() -> None:
    before = Centre()
    before.sit(SITI, POS_1)
    before.talk()
    relief = Move(operator=BUDI, to=POS_1, ready=True, by="admin")
    centre = restarted(before, Move(operator=SITI, to=None, by="admin"), relief)
    assert centre.who() == {POS_1: SITI}
    leg = FoundOffer(offer=before.offer(), position=POS_1, answered=True)
    call = FoundCall(
        call=ONE, ani=None, dialled="112", arrived_at=given.START, picked_up=True, joined=leg.offer
    )
    centre.tell(NodeSurveyed(node=A, calls=(call,), offers=(leg,)))
    assert (centre.record().operator, centre.who()) == ("siti", {POS_1: SITI})
    centre.tell(OfferEnded(leg.offer, OfferEnd.HUNG_UP))
    assert centre.who() == {POS_1: BUDI}


def elsewhere(*moves: Move) -> Centre:
    """Return the centre after a restart: siti may talk at a node not surveyed yet, a caller waits at b."""
    before = Centre()
    before.sit(SITI, POS_1)
    before.talk()
    centre = restarted(before, *moves)
    centre.tell(NodeSurveyed(node=B), PhoneSeen(POS_1, B, registered=True))
    given.waiting(centre, TWO, B)
    return centre


def test_an_operator_leaving_after_a_talk_not_found_yet_is_not_rung() -> None:
    centre = elsewhere(Move(operator=SITI, to=None, by="admin"))
    assert isinstance(centre.state(TWO), Waiting)
    centre.want(SetState(operator=SITI, ready=False, reason="meal"))
    centre.want(SetState(operator=SITI, ready=True))
    assert isinstance(centre.state(TWO), Waiting)
    assert centre.who() == {POS_1: SITI}


def test_an_operator_who_cancels_that_move_takes_calls_again() -> None:
    centre = elsewhere(Move(operator=SITI, to=None, by="admin"))
    centre.sit(SITI, POS_1)
    assert isinstance(centre.state(TWO), Offered)


def test_a_move_while_such_a_phone_rings_withdraws_the_offer() -> None:
    centre = elsewhere()
    assert isinstance(centre.state(TWO), Offered)
    centre.want(Leave(operator=SITI))
    assert isinstance(centre.state(TWO), Waiting)
    assert isinstance(centre.floor.positions[POS_1].state, OffDuty)


def test_a_talk_that_ended_meanwhile_keeps_nobody() -> None:
    before = Centre()
    before.sit(SITI, POS_1)
    before.talk()
    centre = restarted(before, Move(operator=SITI, to=None, by="admin"))
    centre.tell(NodeSurveyed(node=A))
    assert centre.who() == {}


@pytest.mark.parametrize("relieved", [False, True])
def test_the_record_of_a_talk_at_a_lost_node_names_its_operator_when_the_node_is_back(relieved: bool) -> None:
    centre = Centre()
    centre.sit(SITI, POS_1)
    centre.tell(PhoneSeen(POS_1, B, registered=True))
    centre.talk()
    centre.want(Leave(operator=SITI))
    if relieved:
        centre.sit(BUDI, POS_1)
    centre.tell(NodeLost(A))
    centre.wait(centre.policy.lost_node_free_seconds + 0.1)
    assert centre.who() == ({POS_1: BUDI} if relieved else {})
    leg = FoundOffer(offer=centre.offer(), position=POS_1, answered=True)
    call = FoundCall(
        call=ONE, ani=None, dialled="112", arrived_at=given.START, picked_up=True, joined=leg.offer
    )
    centre.tell(NodeSurveyed(node=A, calls=(call,), offers=(leg,)))
    assert isinstance(centre.state(), Talking)
    assert centre.record().operator == "siti"
