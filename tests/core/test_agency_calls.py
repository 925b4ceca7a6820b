"""A telephone call to an agency: each way it can go, one outcome for each, and never instead of a caller."""

from collections.abc import Callable

import pytest

from ct112.core import agency_states, facts
from ct112.core.agency_outcomes import AgencyOutcome, AgencyWords
from ct112.core.callback_rules import CallbackResult
from ct112.core.commands import (
    AgencyCallDone,
    DialCallee,
    EndCallee,
    EndOffer,
    JoinCallee,
    Play,
    Ring,
    RingOperator,
    StopPlay,
)
from ct112.core.events import (
    AgencyCallAsked,
    AgencyCallBegun,
    AgencyCallsRestored,
    AgencyMessage,
    CalleeAnswered,
    CalleeEnded,
    DigitPressed,
    Draining,
    Event,
    FoundCallee,
    FoundOffer,
    Joined,
    NodeLost,
    NodeSurveyed,
    OfferAnswered,
    OfferEnd,
    OfferEnded,
    PlayEnded,
)
from ct112.core.ids import agency_call_id, delivery_of, offer_id, play_id
from ct112.core.ivr import Prompt
from ct112.core.positions import OnCall, Ready, Ringing, WrapUp
from ct112.core.record import Fact
from ct112.core.trunks import Trunk
from tests.core import floor_world as given
from tests.core.floor_decisions import failed
from tests.core.floor_world import ONE, POS_1, POS_2, START, A, B, World

DELIVERY = "0196a000-0000-7000-8000-000000000001"
CALL = agency_call_id(DELIVERY)
OFFER = offer_id(CALL, 1)
MESSAGE, THANKS, WAIT, GOODBYE = (Prompt(key * 32, 2.0) for key in "abcd")
WORDS = AgencyWords(message=(MESSAGE,), thanks=(THANKS,), wait=(WAIT,), goodbye=(GOODBYE,))
ASKED = AgencyCallAsked(call=CALL, node=A, agency="pmi", number="0285421", seconds=30.0, words=WORDS)


def dialling() -> World:
    world = World()
    world.tell(ASKED)
    return world


def speaking() -> World:
    world = dialling()
    world.tell(CalleeAnswered(CALL))
    return world


def listening() -> World:
    world = speaking()
    world.tell(PlayEnded(CALL, world.play(CALL)))
    return world


def wanting() -> World:
    world = listening()
    world.tell(DigitPressed(CALL, "3"))
    return world


def rung() -> World:
    """Somebody there wants an operator, whose phone rings."""
    world = wanting()
    world.staffed(POS_1)
    return world


def talking() -> World:
    world = rung()
    world.tell(OfferAnswered(OFFER), Joined(CALL, OFFER))
    return world


def outcomes(world: World) -> list[str]:
    return [one.outcome.value for one in world.log if isinstance(one, AgencyCallDone)]


def said(world: World) -> list[Prompt]:
    return [prompt for one in world.asked_for(Play) for prompt in one.prompts]


def kinds(world: World) -> list[str]:
    return [one.kind for one in world.log if isinstance(one, Fact) and one.call == DELIVERY]


def test_it_is_dialled_said_and_accepted() -> None:
    world = dialling()
    assert world.asked_for(DialCallee) == [
        DialCallee(call=CALL, node=A, number="0285421", seconds=30.0, trunk="trunk", lasts=273.0)
    ]
    world.tell(CalleeAnswered(CALL))
    assert said(world) == [MESSAGE]
    world.tell(PlayEnded(CALL, world.play(CALL)))
    world.tell(DigitPressed(CALL, "1"))
    assert outcomes(world) == ["accepted"]
    assert said(world) == [THANKS]
    world.tell(PlayEnded(CALL, world.play(CALL)))
    assert world.asked_for(EndCallee) == [EndCallee(CALL, A)]
    world.tell(CalleeEnded(CALL, CallbackResult.REACHED))
    assert not world.floor.agency_calls
    assert outcomes(world) == ["accepted"]
    assert kinds(world) == ["agency_dialled", "agency_answered", "agency_told", "agency_ended"]


def test_a_key_may_come_while_the_message_is_said() -> None:
    world = speaking()
    playing = world.play(CALL)
    world.tell(DigitPressed(CALL, "1"))
    assert world.asked_for(StopPlay) == [StopPlay(CALL, playing)]
    assert outcomes(world) == ["accepted"]


def test_two_says_it_again_as_often_as_wanted_within_the_limit() -> None:
    world = listening()
    for _ in range(5):
        world.tell(DigitPressed(CALL, "2"))
        assert said(world) == [MESSAGE]
        world.tell(PlayEnded(CALL, world.play(CALL)))
    assert outcomes(world) == []
    world.wait(world.policy.agency_limit_seconds)
    assert outcomes(world) == ["not_acknowledged"]


@pytest.mark.parametrize("key", [None, "4", "0", "*", "#", "A"])
def test_silence_or_another_key_says_it_once_more_and_then_it_is_over(key: str | None) -> None:
    world = listening()
    in_vain(world, key)
    assert MESSAGE in said(world)
    world.tell(PlayEnded(CALL, world.play(CALL)))
    in_vain(world, key)
    assert outcomes(world) == ["not_acknowledged"]
    assert said(world) == [GOODBYE]


def in_vain(world: World, key: str | None) -> None:
    if key is None:
        world.wait(world.policy.agency_key_seconds)
    else:
        world.tell(DigitPressed(CALL, key))


@pytest.mark.parametrize(
    ("result", "outcome"),
    [
        ("busy", "busy"),
        ("no_answer", "no_answer"),
        ("failed", "failed"),
        ("unavailable", "unavailable"),
    ],
)
def test_nobody_picks_up(result: str, outcome: str) -> None:
    world = dialling()
    world.tell(CalleeEnded(CALL, CallbackResult(result)))
    assert outcomes(world) == [outcome]
    assert not world.floor.agency_calls


def test_it_rings_and_rings() -> None:
    world = dialling()
    world.wait(30.0 + world.policy.ring_grace_seconds)
    assert outcomes(world) == ["no_answer"]
    assert world.asked_for(EndCallee) == [EndCallee(CALL, A)]
    world.wait(world.policy.release_seconds)
    assert not world.floor.agency_calls
    assert outcomes(world) == ["no_answer"]


@pytest.mark.parametrize("where", [speaking, listening, wanting, rung])
def test_who_hangs_up_has_not_acknowledged(where: Callable[[], World]) -> None:
    world = where()
    world.tell(CalleeEnded(CALL, CallbackResult.REACHED))
    assert outcomes(world) == ["not_acknowledged"]
    assert not [seat for seat in world.floor.positions.values() if seat.busy]


def test_a_message_that_cannot_be_played_tells_nobody_anything() -> None:
    world = speaking()
    world.tell(failed("Play", CALL, play=world.play(CALL)))
    assert outcomes(world) == ["failed"]
    assert world.asked_for(EndCallee) == [EndCallee(CALL, A)]


def test_the_end_of_a_prompt_that_is_not_told_is_believed_after_a_while() -> None:
    world = speaking()
    world.wait(MESSAGE.seconds + world.policy.agency_play_grace_seconds)
    assert isinstance(world.floor.agency_calls[CALL].state, agency_states.Listening)


# Lines


def test_a_line_kept_for_callers_is_not_taken() -> None:
    world = World()
    world.floor._board.trunks = (Trunk(name="trunk", lines=1, kept=1),)
    world.tell(ASKED)
    assert world.asked_for(DialCallee) == []
    assert outcomes(world) == ["unavailable"]


def test_its_line_counts_as_taken() -> None:
    world = World()
    world.floor._board.trunks = (Trunk(name="trunk", lines=2, kept=1),)
    world.tell(ASKED)
    assert world.asked_for(DialCallee)
    assert not world.floor.may_dial


def test_another_trunk_is_tried_when_one_fails() -> None:
    world = World()
    world.floor._board.trunks = (Trunk(name="trunk"), Trunk(name="trunk-two"))
    world.tell(ASKED)
    world.tell(CalleeEnded(CALL, CallbackResult.UNAVAILABLE, by_trunk=True))
    assert [dial.trunk for dial in world.asked_for(DialCallee)] == ["trunk-two"]
    world.tell(failed("DialCallee", CALL))
    assert outcomes(world) == ["unavailable"]


def test_the_same_name_is_never_dialled_again() -> None:
    world = dialling()
    world.tell(ASKED)
    assert not world.asked_for(DialCallee)
    world.tell(CalleeEnded(CALL, CallbackResult.BUSY))
    world.tell(ASKED)
    assert not world.asked_for(DialCallee)
    assert outcomes(world) == ["busy"]


@pytest.mark.parametrize("event", [Draining(), NodeLost(A)])
def test_nothing_is_dialled_where_we_cannot_act(event: Event) -> None:
    world = World()
    world.tell(event, ASKED)
    assert not world.asked_for(DialCallee)
    assert outcomes(world) == ["unavailable"]


# Put through to an operator


def test_three_puts_through_to_an_operator() -> None:
    world = wanting()
    assert [(play.prompts, play.ringing_after) for play in world.asked_for(Play)] == [((WAIT,), True)]
    world.staffed(POS_1)
    (ring,) = [one for one in world.log if isinstance(one, RingOperator)]
    assert (ring.offer, ring.position, ring.agency) == (OFFER, POS_1, "pmi")
    world.tell(OfferAnswered(OFFER))
    assert world.asked_for(JoinCallee) == [JoinCallee(CALL, OFFER, A)]
    assert isinstance(world.floor.positions[POS_1].state, OnCall)
    assert outcomes(world) == []
    world.tell(Joined(CALL, OFFER))
    assert outcomes(world) == ["put_through"]
    world.tell(OfferEnded(OFFER, OfferEnd.HUNG_UP))
    assert world.asked_for(EndCallee) == [EndCallee(CALL, A)]
    assert isinstance(world.floor.positions[POS_1].state, WrapUp)


def test_a_talk_lasts_as_long_as_people_want() -> None:
    world = talking()
    world.wait(3600.0)
    assert isinstance(world.floor.agency_calls[CALL].state, agency_states.TalkingToOperator)


def test_the_agency_hangs_up_a_talk() -> None:
    world = talking()
    world.tell(CalleeEnded(CALL, CallbackResult.REACHED))
    assert world.asked_for(EndOffer) == [EndOffer(OFFER)]
    assert outcomes(world) == ["put_through"]


def test_a_caller_who_waits_comes_first() -> None:
    world = wanting()
    given.waiting(world, ONE)
    world.staffed(POS_1)
    assert [one.call for one in world.log if isinstance(one, Ring)] == [ONE]
    assert not [one for one in world.log if isinstance(one, RingOperator)]


def test_a_caller_who_comes_later_gets_the_operator_whose_phone_rings_for_an_agency() -> None:
    world = rung()
    given.waiting(world, ONE)
    assert [one for one in world.log if isinstance(one, EndOffer)] == [EndOffer(OFFER)]
    assert [one.call for one in world.log if isinstance(one, Ring)] == [ONE]
    assert isinstance(world.floor.agency_calls[CALL].state, agency_states.Wanting)
    world.staffed(POS_1, POS_2)
    assert [one.position for one in world.log if isinstance(one, RingOperator)] == [POS_1, POS_2]


def test_another_operator_who_is_free_saves_the_ringing_one() -> None:
    world = rung()
    world.staffed(POS_1, POS_2)
    given.waiting(world, ONE)
    assert [one.position for one in world.log if isinstance(one, Ring)] == [POS_2]
    assert not [one for one in world.log if isinstance(one, EndOffer)]


def test_nobody_is_free_for_long_and_the_message_is_said_again() -> None:
    world = wanting()
    world.wait(world.policy.agency_operator_seconds)
    assert said(world)[:1] == [MESSAGE]
    assert outcomes(world) == []


@pytest.mark.parametrize("where", [wanting, rung])
def test_one_accepts_while_an_operator_is_called(where: Callable[[], World]) -> None:
    world = where()
    world.tell(DigitPressed(CALL, "1"))
    assert outcomes(world) == ["accepted"]
    assert not [seat for seat in world.floor.positions.values() if seat.busy]


@pytest.mark.parametrize("end", list(OfferEnd))
def test_an_operator_who_does_not_pick_up_is_not_the_last(end: OfferEnd) -> None:
    world = rung()
    world.tell(OfferEnded(OFFER, end))
    assert isinstance(world.floor.agency_calls[CALL].state, agency_states.Wanting)
    world.wait(world.policy.rest_seconds)
    assert [ring.offer for ring in world.log if isinstance(ring, RingOperator)] == [OFFER, offer_id(CALL, 2)]


def test_an_operator_who_logs_out_is_not_rung_any_more() -> None:
    world = rung()
    world.roster({POS_1: False})
    assert [one.position for one in world.log if isinstance(one, RingOperator)] == [POS_1]
    world.roster({})
    assert not [seat for seat in world.floor.positions.values() if seat.busy]


def test_a_join_that_fails_looks_for_another_operator() -> None:
    world = rung()
    world.tell(OfferAnswered(OFFER), failed("JoinCallee", CALL, OFFER))
    assert EndOffer(OFFER) in world.asked
    assert isinstance(world.floor.agency_calls[CALL].state, agency_states.Wanting)
    assert isinstance(world.floor.positions[POS_1].state, WrapUp)


# After a gap


def found(
    *, answered: bool = True, joined: bool = False, offer: int | None = None, up: bool = True
) -> NodeSurveyed:
    """Return a survey that finds the agency's leg, and perhaps an operator's."""
    legs = () if offer is None else (FoundOffer(offer=offer_id(CALL, offer), position=POS_1, answered=up),)
    callee = FoundCallee(call=CALL, answered=answered, joined=joined, trunk="trunk")
    return NodeSurveyed(node=A, offers=legs, callees=(callee,))


def restarted() -> World:
    world = World()
    world.tell(AgencyCallsRestored(begun=(AgencyCallBegun(CALL, A, START - 20.0),)))
    return world


def test_a_leg_of_before_a_restart_is_not_dialled_again_but_goes_on() -> None:
    world = restarted()
    world.tell(ASKED)
    assert not world.asked_for(DialCallee)
    world.tell(found())
    assert outcomes(world) == []
    world.tell(AgencyMessage(CALL, WORDS))
    assert said(world) == [MESSAGE]
    assert {stop.play for stop in world.asked_for(StopPlay)} == {play_id(CALL, n) for n in range(1, 7)}
    world.tell(DigitPressed(CALL, "1"))
    assert outcomes(world) == ["accepted"]


def test_what_an_earlier_process_said_is_accepted_too() -> None:
    world = restarted()
    world.tell(found(), DigitPressed(CALL, "2"), DigitPressed(CALL, "1"))
    assert outcomes(world) == ["accepted"]
    assert world.asked_for(EndCallee) == [EndCallee(CALL, A)]


def test_a_ringing_leg_of_before_a_restart_may_be_picked_up() -> None:
    world = restarted()
    world.tell(found(answered=False), AgencyMessage(CALL, WORDS))
    assert not said(world)
    world.tell(CalleeAnswered(CALL))
    assert said(world) == [MESSAGE]


def test_nobody_brings_the_message() -> None:
    world = restarted()
    world.tell(found())
    world.wait(world.policy.agency_message_seconds)
    assert outcomes(world) == ["lost"]
    assert world.asked_for(EndCallee) == [EndCallee(CALL, A)]


def test_a_leg_that_is_gone_after_a_restart_is_lost() -> None:
    world = restarted()
    world.tell(NodeSurveyed(node=B))
    assert outcomes(world) == []
    world.tell(NodeSurveyed(node=A))
    assert outcomes(world) == ["lost"]
    assert not world.floor.agency_calls


def test_a_node_that_does_not_come_back_after_a_restart_has_lost_it() -> None:
    world = restarted()
    world.wait(world.policy.lost_node_end_seconds)
    assert outcomes(world) == ["lost"]
    world.tell(found())
    assert world.asked_for(EndCallee) == [EndCallee(CALL, A)]
    assert outcomes(world) == ["lost"]


def test_a_talk_of_before_a_restart_goes_on() -> None:
    world = restarted()
    world.tell(found(joined=True, offer=1))
    assert outcomes(world) == ["put_through"]
    assert world.floor.positions[POS_1].busy
    assert not world.asked_for(EndCallee)


def test_a_talk_whose_outcome_is_known_is_not_cut_off() -> None:
    world = World()
    world.tell(AgencyCallsRestored(over=(CALL,)))
    world.tell(found(joined=True, offer=1))
    assert outcomes(world) == []
    assert not world.asked_for(EndCallee)
    world.tell(OfferEnded(OFFER, OfferEnd.HUNG_UP))
    assert world.asked_for(EndCallee) == [EndCallee(CALL, A)]


def test_a_leg_nobody_knows_of_is_ended_and_never_dialled_again() -> None:
    world = World()
    world.tell(found(offer=1))
    assert world.asked_for(EndCallee) == [EndCallee(CALL, A)]
    assert world.asked_for(EndOffer) == [EndOffer(OFFER)]
    assert outcomes(world) == ["lost"]
    world.tell(ASKED)
    assert not world.asked_for(DialCallee)


@pytest.mark.parametrize("where", [dialling, speaking, listening, wanting, rung])
def test_a_short_gap_changes_nothing(where: Callable[[], World]) -> None:
    world = where()
    offer = 1 if where is rung else None
    before = type(world.floor.agency_calls[CALL].state)
    world.tell(NodeLost(A))
    world.wait(2.0)
    world.tell(found(answered=where is not dialling, offer=offer, up=False))
    after = world.floor.agency_calls[CALL].state
    assert isinstance(after, agency_states.Speaking if before is agency_states.Listening else before)
    assert outcomes(world) == []


@pytest.mark.parametrize("where", [dialling, speaking, listening, wanting, rung, talking])
def test_a_node_lost_for_good_has_an_outcome_for_each(where: Callable[[], World]) -> None:
    world = where()
    world.staffed(POS_1, node=B)
    world.tell(NodeLost(A))
    world.wait(world.policy.lost_node_end_seconds)
    assert len(outcomes(world)) == 1
    assert not world.floor.agency_calls
    assert all(isinstance(seat.state, Ready) for seat in world.floor.positions.values())


def test_what_happened_in_a_gap_is_known_after_it() -> None:
    for where, outcome in ((dialling, "lost"), (speaking, "not_acknowledged"), (talking, "put_through")):
        world = where()
        world.tell(NodeLost(A), NodeSurveyed(node=A))
        assert outcomes(world) == [outcome]
        assert not [
            seat for seat in world.floor.positions.values() if isinstance(seat.state, Ringing | OnCall)
        ]


def test_facts_of_it_are_the_deliverys_and_numbered_on() -> None:
    assert delivery_of(CALL) == DELIVERY
    assert delivery_of(ONE) is None
    world = restarted()
    world.tell(found(joined=True, offer=1))
    (joined, ended) = [one for one in world.log if isinstance(one, Fact)]
    assert (joined.call, joined.kind, ended.kind) == (DELIVERY, "agency_joined", "agency_ended")
    assert joined.seq >= 20_000
    assert facts.read(ended.kind, ended.data) == facts.AgencyEnded(A, AgencyOutcome.PUT_THROUGH)
