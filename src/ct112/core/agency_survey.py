"""Calls to agencies after a gap: what is there goes on, what is gone gets its outcome, strays are ended."""

from ct112.core import agency_calls, agency_operators, survey
from ct112.core.agency_outcomes import AgencyOutcome
from ct112.core.agency_states import (
    AgencyCall,
    Dialling,
    Ending,
    Listening,
    Parting,
    RingingOperator,
    Silent,
    Sought,
    Speaking,
    TalkingToOperator,
    Wanting,
)
from ct112.core.board import Board
from ct112.core.commands import EndCallee
from ct112.core.events import FoundCallee, FoundOffer, Joined, NodeSurveyed, OfferAnswered
from ct112.core.ids import AGENCY, OfferId, call_of
from ct112.core.positions import Ringing


def surveyed(board: Board, event: NodeSurveyed) -> None:
    """Compare the calls to agencies of a node with what was found there."""
    legs = {call_of(leg.offer): leg for leg in event.offers if is_agency(leg.offer)}
    callees = {callee.call: callee for callee in event.callees if callee.call.startswith(AGENCY)}
    for call in [call for call in board.agency_calls.values() if call.node == event.node]:
        callee, leg = callees.pop(call.id, None), legs.pop(call.id, None)
        if callee is None:
            _not_there(board, call, leg)
        else:
            _there(board, call, callee, leg)
    for name, callee in callees.items():
        _unknown(board, event, callee, legs.pop(name, None))
    for leg in legs.values():
        board.end_offer(leg.offer)


def is_agency(offer: OfferId) -> bool:
    """Return whether this is the operator's leg of a call to an agency."""
    return offer.startswith(AGENCY)


def _not_there(board: Board, call: AgencyCall, leg: FoundOffer | None) -> None:
    """The agency's leg is gone: of one that was heard we know that nobody acknowledged."""
    if leg is not None:
        board.end_offer(leg.offer)
    unknown = isinstance(call.state, Sought | Dialling)
    agency_calls.gone(board, call, AgencyOutcome.LOST if unknown else AgencyOutcome.NOT_ACKNOWLEDGED)


def _there(board: Board, call: AgencyCall, callee: FoundCallee, leg: FoundOffer | None) -> None:
    """Go on with it, as if what happened in the gap happened now."""
    call.trunk = callee.trunk or call.trunk
    state = call.state
    if leg is not None and not (isinstance(state, Sought | RingingOperator | TalkingToOperator)):
        board.end_offer(leg.offer)
    match state:
        case Sought():
            _adopt(board, call, callee, leg)
        case Dialling() if callee.answered:
            agency_calls.answered(board, call)
        case Speaking() | Listening() if call.words is not None:
            agency_calls.hush(board, call)
            agency_calls.speak(board, call, call.words)
        case Wanting():
            call.state = agency_operators.tone(board, call, state)
        case RingingOperator():
            _ringing(board, call, state, leg)
        case TalkingToOperator():
            _talking(board, call, state, callee, leg)
        case Parting() | Ending():
            agency_calls.end(board, call)
        case Dialling() | Silent() | Speaking() | Listening():
            pass


def _adopt(board: Board, call: AgencyCall, callee: FoundCallee, leg: FoundOffer | None) -> None:
    """Take over a leg of before a restart: it rings, or somebody waits in silence, or talks."""
    age = int((board.now - call.born_at) * 1000)  # no earlier process can have counted offers so far
    call.offers = age
    if leg is not None and _talks(board, callee, leg):
        _take_talk(board, call, leg)
        return
    if leg is not None:
        board.end_offer(leg.offer)
    if callee.answered:
        agency_calls.answered(board, call)
    else:
        call.state = Dialling(board.now + board.policy.dial_seconds + board.policy.ring_grace_seconds)


def _talks(board: Board, callee: FoundCallee, leg: FoundOffer) -> bool:
    """Return whether both talk, with an operator who is with nobody else as far as we know."""
    if not (callee.joined and leg.answered):
        return False
    position = board.position(leg.position)
    if isinstance(position.state, Ringing):
        survey.withdraw(board, position.state.offer)
    return not position.busy


def _take_talk(board: Board, call: AgencyCall, leg: FoundOffer) -> None:
    board.position(leg.position).pick_up(call.id, leg.offer, board.now)
    call.state = TalkingToOperator(offer=leg.offer, position=leg.position)
    agency_operators.joined(board, call, Joined(call.id, leg.offer))


def _ringing(board: Board, call: AgencyCall, state: RingingOperator, leg: FoundOffer | None) -> None:
    """Look what became of the operator's leg, which rang."""
    if leg is None or leg.offer != state.offer:
        if leg is not None:
            board.end_offer(leg.offer)
        board.position(state.position).rest(board.now + board.policy.rest_seconds)
        call.state = agency_operators.again(board, state)
    elif leg.answered:
        agency_operators.about_operator(board, call, OfferAnswered(state.offer))


def _talking(
    board: Board, call: AgencyCall, state: TalkingToOperator, callee: FoundCallee, leg: FoundOffer | None
) -> None:
    """Look whether both still talk; joined again if they should and do not."""
    if leg is None or leg.offer != state.offer:
        if leg is not None:
            board.end_offer(leg.offer)
        agency_operators.left(board, call, state)
    elif callee.joined:
        agency_operators.joined(board, call, Joined(call.id, state.offer))
    else:
        agency_operators.join(board, call, state)


def _unknown(board: Board, event: NodeSurveyed, callee: FoundCallee, leg: FoundOffer | None) -> None:
    """A leg we do not know of, or whose call is over: a talk goes on, anything else ends."""
    call = AgencyCall(id=callee.call, node=event.node, state=Ending(board.now), born_at=board.now)
    call.trunk = callee.trunk
    if callee.call in board.agency_over:
        call.outcome = AgencyOutcome.PUT_THROUGH  # or another: it was told
    if leg is not None and _talks(board, callee, leg):
        board.agency_calls[call.id] = call
        _take_talk(board, call, leg)
        return
    if leg is not None:
        board.end_offer(leg.offer)
    board.do(EndCallee(callee.call, event.node))
    agency_calls.conclude(board, call, AgencyOutcome.LOST)
