"""Calling out to the agency book: each way it can go, and that it never stands in a caller's way."""

import pytest

from ct112.core.asks import CallContact, Leave, SetState
from ct112.core.call_outs import CallOutPhase, CallOutResult
from ct112.core.callback_rules import CallbackResult
from ct112.core.commands import (
    Answered,
    CallbackDone,
    DialCallee,
    EndCallee,
    EndOffer,
    JoinCallee,
    Ring,
    RingOperator,
)
from ct112.core.events import (
    CalleeAnswered,
    CalleeEnded,
    Draining,
    FoundCallee,
    FoundOffer,
    Joined,
    NodeLost,
    NodeSurveyed,
    OfferAnswered,
    OfferEnd,
    OfferEnded,
    PhoneSeen,
)
from ct112.core.facts import plain, read
from ct112.core.floor import Floor
from ct112.core.ids import CallId, begun_at, call_out_id, fact_id_of, offer_id
from ct112.core.positions import OffDuty, OnCall, Ready, WrapUp
from ct112.core.record import Fact
from ct112.core.trunks import Trunk
from tests.core import floor_world as given
from tests.core.floor_world import ONE, POS_1, POS_2, START, TWO, A, World, operator_of

NUMBER = "0285421000"
ASK = CallContact(operator_of(POS_1), "pmi", "contact-1", NUMBER)


def ask(world: World, asked: CallContact = ASK) -> Answered:
    """Ask for a call-out; return the floor's answer."""
    world.tell(world.ask(asked))
    (answer,) = world.asked_for(Answered)
    return answer


def out_of(world: World) -> CallId:
    """Return the name of the call-out shown at the first position."""
    shown = world.floor.positions[POS_1].call_out
    assert shown is not None
    return shown.id


def ringing() -> World:
    world = World()
    world.staffed(POS_1)
    assert ask(world).accepted
    return world


def dialling() -> World:
    world = ringing()
    world.tell(OfferAnswered(offer_id(out_of(world), 1)))
    return world


def talking() -> World:
    world = dialling()
    call = out_of(world)
    world.tell(CalleeAnswered(call), Joined(call, offer_id(call, 1)))
    return world


def shown(world: World) -> tuple[str, str | None]:
    """Return how far the position shows the call-out to be, and how it ended."""
    out = world.floor.positions[POS_1].call_out
    assert out is not None
    assert (out.agency, out.contact) == ("pmi", "contact-1")
    return out.phase, out.result


def written(world: World) -> list[str]:
    """Return the kinds of the facts of the call-out, in order."""
    return world.kinds(fact_id_of(out_of(world)))


def test_the_own_phone_rings_then_the_contact_then_both_talk() -> None:
    world = ringing()
    (ring,) = world.asked_for(RingOperator)
    assert (ring.position, ring.number, ring.agency, ring.node) == (POS_1, NUMBER, "pmi", A)
    assert not world.asked_for(DialCallee)
    assert shown(world) == ("ringing", None)
    call = out_of(world)
    world.tell(OfferAnswered(ring.offer))
    assert [(dial.call, dial.number) for dial in world.asked_for(DialCallee)] == [(call, NUMBER)]
    assert shown(world) == ("dialling", None)
    world.tell(CalleeAnswered(call))
    assert world.asked_for(JoinCallee) == [JoinCallee(call, ring.offer, A)]
    world.tell(Joined(call, ring.offer))
    assert shown(world) == ("talking", None)
    assert world.floor.next_deadline() is None  # people end it


def test_it_is_written_down_who_called_whom_and_never_the_number() -> None:
    world = talking()
    world.tell(OfferEnded(offer_id(out_of(world), 1), OfferEnd.HUNG_UP))
    assert written(world) == ["call_out_begun", "call_out_dialled", "call_out_joined", "call_out_ended"]
    begun, *_, ended = world.facts(fact_id_of(out_of(world)))
    assert dict(begun.data) == {
        "node": A,
        "position": POS_1,
        "operator": operator_of(POS_1),
        "agency": "pmi",
        "contact": "contact-1",
        "by": "admin",
    }
    assert dict(ended.data) == {"result": "talked"}
    facts = [fact for fact in world.log if isinstance(fact, Fact)]
    assert NUMBER not in repr(facts)
    assert all(plain(read(fact.kind, fact.data)) == fact.data for fact in facts)
    assert not [one for one in world.log if isinstance(one, CallbackDone)]  # no task has a result


def test_the_operator_gets_no_caller_while_it_lasts_and_is_ready_at_once_afterwards() -> None:
    for world in (ringing(), dialling(), talking()):
        given.waiting(world, ONE)
        assert not [one for one in world.log if isinstance(one, Ring)]
        world.tell(OfferEnded(offer_id(out_of(world), 1), OfferEnd.HUNG_UP))
        assert [ring.call for ring in world.asked_for(Ring)] == [ONE]


def test_the_place_among_the_ready_is_kept() -> None:
    world = World()
    world.staffed(POS_1)
    world.wait(5)
    world.staffed(POS_1, POS_2)
    assert ask(world).accepted
    world.tell(OfferEnded(offer_id(out_of(world), 1), OfferEnd.DECLINED))
    assert world.floor.positions[POS_1].state == Ready(START)


@pytest.mark.parametrize("result", ["busy", "no_answer", "failed"])
def test_nobody_answers_and_the_console_says_why(result: str) -> None:
    world = dialling()
    call = out_of(world)
    world.tell(CalleeEnded(call, CallbackResult(result)))
    assert shown(world) == ("ended", result)
    assert isinstance(world.floor.positions[POS_1].state, Ready)
    assert not world.floor.call_backs
    assert world.asked_for(EndOffer) == [EndOffer(offer_id(call, 1))]  # unsaid: the phone is free at once


def test_the_operator_hangs_up_before_anybody_answers() -> None:
    world = dialling()
    world.tell(OfferEnded(offer_id(out_of(world), 1), OfferEnd.HUNG_UP))
    assert world.asked_for(EndCallee) == [EndCallee(out_of(world), A)]
    assert shown(world) == ("ended", "cancelled")


def test_it_rings_and_rings() -> None:
    world = dialling()
    world.wait(world.policy.dial_seconds + world.policy.ring_grace_seconds)
    assert world.asked_for(EndOffer) == [EndOffer(offer_id(out_of(world), 1))]
    assert world.asked_for(EndCallee) == [EndCallee(out_of(world), A)]
    assert shown(world) == ("ended", "no_answer")


def test_the_own_phone_is_not_picked_up() -> None:
    world = ringing()
    world.wait(world.policy.ring_seconds + world.policy.ring_grace_seconds)
    assert not [one for one in world.log if isinstance(one, DialCallee)]
    assert shown(world) == ("ended", "not_picked_up")
    assert written(world) == ["call_out_begun", "call_out_ended"]


def test_the_contact_hangs_up_first() -> None:
    world = talking()
    world.tell(CalleeEnded(out_of(world), CallbackResult.REACHED))
    assert world.asked_for(EndOffer) == [EndOffer(offer_id(out_of(world), 1))]
    assert shown(world) == ("ended", "talked")


def test_a_paused_operator_is_paused_again() -> None:
    world = World()
    world.staffed(POS_1)
    world.tell(world.ask(SetState(operator_of(POS_1), ready=False)))
    assert ask(world).accepted
    call = out_of(world)
    world.tell(OfferAnswered(offer_id(call, 1)), OfferEnded(offer_id(call, 1), OfferEnd.HUNG_UP))
    assert isinstance(world.floor.positions[POS_1].state, OffDuty)


def test_what_is_left_of_a_wrap_up_is_kept() -> None:
    world = World()
    given.talking(world)
    world.tell(OfferEnded(world.offer(), OfferEnd.HUNG_UP))
    until = world.now + world.policy.wrap_up_seconds
    assert world.floor.positions[POS_1].state == WrapUp(until)
    assert ask(world).accepted
    world.wait(4)
    world.tell(OfferEnded(offer_id(out_of(world), 1), OfferEnd.DECLINED))
    assert world.floor.positions[POS_1].state == WrapUp(until)
    assert ask(world).accepted
    world.wait(10)
    world.tell(OfferEnded(offer_id(out_of(world), 1), OfferEnd.DECLINED))
    assert isinstance(world.floor.positions[POS_1].state, Ready)


def test_an_operator_with_a_call_calls_nobody() -> None:
    world = World()
    given.offered(world)
    assert ask(world).code == "busy"
    assert ask(talking()).code == "busy"


def test_nobody_is_called_from_nowhere() -> None:
    world = World()
    assert ask(world).code == "not-possible"  # sits nowhere
    world.staffed(POS_1)
    world.tell(PhoneSeen(POS_1, A, registered=False))
    assert ask(world).code == "not-possible"
    world.tell(PhoneSeen(POS_1, A, registered=True), NodeLost(A))
    assert ask(world).code == "not-possible"
    assert not [one for one in world.log if isinstance(one, RingOperator)]


def test_no_line_kept_for_callers_is_taken() -> None:
    world = World()
    world.floor = Floor(world.policy, world.document, trunks=(Trunk(name="trunk", lines=3, kept=2),))
    world.staffed(POS_1, POS_2)
    assert ask(world).accepted
    world.tell(OfferAnswered(offer_id(out_of(world), 1)))
    assert world.asked_for(DialCallee)
    assert ask(world, replace_operator(ASK)).code == "not-possible"
    world.tell(OfferEnded(offer_id(out_of(world), 1), OfferEnd.HUNG_UP))
    assert ask(world, replace_operator(ASK)).accepted


def test_the_lines_are_taken_while_the_own_phone_rings() -> None:
    world = World()
    world.floor = Floor(world.policy, world.document, trunks=(Trunk(name="trunk", lines=2, kept=1),))
    world.staffed(POS_1)
    assert ask(world).accepted
    given.arriving(world, ONE)
    given.arriving(world, TWO)
    world.tell(OfferAnswered(offer_id(out_of(world), 1)))
    assert not world.asked_for(DialCallee)
    assert shown(world) == ("ended", "unavailable")


def replace_operator(asked: CallContact) -> CallContact:
    """Return the same ask of whoever sits at the second position."""
    return CallContact(operator_of(POS_2), asked.agency, asked.contact, asked.number)


def test_the_same_ask_again_rings_once() -> None:
    world = World()
    world.staffed(POS_1)
    event = world.ask(ASK)
    world.tell(event, event)
    assert len(world.asked_for(RingOperator)) == 1
    assert [one.accepted for one in world.asked_for(Answered)] == [True, True]


def test_who_leaves_the_desk_while_it_rings_calls_nobody() -> None:
    world = ringing()
    call = out_of(world)
    world.tell(world.ask(Leave(operator=operator_of(POS_1))))
    assert EndOffer(offer_id(call, 1)) in world.asked
    assert world.floor.positions[POS_1].operator is None
    assert world.floor.positions[POS_1].call_out is None


def test_we_are_leaving() -> None:
    world = talking()
    world.tell(Draining())
    assert world.floor.call_backs  # people talk
    for world in (ringing(), dialling()):
        world.tell(Draining())
        assert not world.floor.call_backs
        assert ask(world).code == "not-possible"


# ── after a gap or a restart


def found(call: CallId, *, answered: bool, joined: bool = False, leg: bool = True) -> NodeSurveyed:
    """Return a survey of node a: the operator's leg and the contact's, as said."""
    legs = (FoundOffer(offer=offer_id(call, 1), position=POS_1, answered=True),) if leg else ()
    callees = (FoundCallee(call=call, answered=answered, joined=joined, trunk="trunk"),)
    return NodeSurveyed(node=A, offers=legs, callees=callees)


BEFORE = call_out_id(A, POS_1, 7, START - 20)


def restarted(survey: NodeSurveyed) -> World:
    world = World()
    world.staffed(POS_1)
    world.tell(survey)
    return world


def test_a_talk_of_before_a_restart_goes_on_and_ends_as_any() -> None:
    world = restarted(found(BEFORE, answered=True, joined=True))
    assert not world.asked_for(EndOffer)
    assert not world.asked_for(EndCallee)
    assert isinstance(world.floor.positions[POS_1].state, OnCall)
    world.tell(OfferEnded(offer_id(BEFORE, 1), OfferEnd.HUNG_UP))
    assert world.asked_for(EndCallee) == [EndCallee(BEFORE, A)]
    out = world.floor.positions[POS_1].call_out
    assert out is not None
    assert (out.phase, out.result) == (CallOutPhase.ENDED, CallOutResult.TALKED)
    facts = world.facts(fact_id_of(BEFORE))
    assert [fact.kind for fact in facts] == ["call_out_joined", "call_out_ended"]
    assert facts[0].seq > 20_000  # after those of the earlier process


def test_who_answers_during_a_restart_is_joined() -> None:
    world = restarted(found(BEFORE, answered=True))
    assert world.asked_for(JoinCallee) == [JoinCallee(BEFORE, offer_id(BEFORE, 1), A)]


def test_a_contact_nobody_is_there_for_is_let_go() -> None:
    world = restarted(found(BEFORE, answered=True, leg=False))
    assert world.asked_for(EndCallee) == [EndCallee(BEFORE, A)]
    assert isinstance(world.floor.positions[POS_1].state, Ready)


def test_a_gap_in_which_nothing_happened_changes_nothing() -> None:
    world = talking()
    world.tell(NodeLost(A), found(out_of(world), answered=True, joined=True))
    assert shown(world) == ("talking", None)
    assert written(world).count("call_out_joined") == 1


def test_a_name_says_when_it_was_begun() -> None:
    assert begun_at(BEFORE) == pytest.approx(START - 20, abs=0.001)
    assert begun_at(CallId("callout-nonsense")) is None
