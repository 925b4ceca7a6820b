"""Ringing operators for waiting calls, and what comes of it."""

from ct112.core import agency_operators, facts, kept, talking, waiting
from ct112.core.board import Board
from ct112.core.calls import Call, Joining, Offered, Talking, Waiting
from ct112.core.commands import Ring
from ct112.core.events import OfferAnswered, OfferEnd, OfferEnded, OfferRinging
from ct112.core.facts import Reason
from ct112.core.ids import offer_id
from ct112.core.positions import Position

ENDS: dict[OfferEnd, type[facts.OfOperator]] = {
    OfferEnd.MISSED: facts.Missed,
    OfferEnd.DECLINED: facts.Declined,
    OfferEnd.BUSY: facts.Busy,
    OfferEnd.UNREACHABLE: facts.Unreachable,
    OfferEnd.HUNG_UP: facts.HungUp,
    OfferEnd.LOST: facts.Lost,
    OfferEnd.PAGE_GONE: facts.Lost,
}
"""What is noted of an offer that came to nothing."""


def settle(board: Board) -> None:
    """Ring an operator for every waiting call one can be found for; after this no pair is left over.

    Calls in the order of the queue; each gets the operator who has been free the longest of those whose
    phone is registered at its node. A call nobody can be rung for does not hold up those behind it.
    """
    if board.draining:
        return
    if board.calls.kept:
        for call, position in kept.back(board):
            offer(board, call, position)
    while board.positions.anybody_ready and (pair := _next_pair(board)):
        offer(board, *pair)
    if board.agency_calls:  # behind every caller
        while agency_operators.make_way(board) and (pair := _next_pair(board)):
            offer(board, *pair)
        agency_operators.offer(board)


def _next_pair(board: Board) -> tuple[Call, Position] | None:
    for call in board.calls.heads(board.now, board.policy):
        position = None if call.node in board.lost else board.positions.longest_idle(call.node)
        if position is not None:
            return call, position
    return None


def offer(board: Board, call: Call, position: Position) -> None:
    """Ring this position for a waiting call."""
    if not isinstance(call.state, Waiting):
        return
    call.offers += 1
    name, seconds = offer_id(call.id, call.offers), board.policy.ring_seconds
    position.ring(call.id, name, board.now)
    call.state = Offered(
        place=call.state.place,
        hearing=call.state.hearing,
        offer=name,
        position=position.name,
        give_up_at=board.now + seconds + board.policy.ring_grace_seconds,
    )
    board.note(call, facts.Offered(name, position.name, position.operator))
    board.do(_ring(call, call.state, seconds))


def _ring(call: Call, state: Offered, seconds: float) -> Ring:
    return Ring(
        call=call.id,
        offer=state.offer,
        node=call.node,
        position=state.position,
        seconds=seconds,
        ani=call.record.ani,
        service_class=state.place.service_class,
    )


def ringing(board: Board, call: Call, event: OfferRinging) -> None:
    """The phone rings: worth a fact."""
    if isinstance(call.state, Offered):
        board.note(call, facts.Ringing(event.offer, call.state.position))
    else:
        board.unexpected(event, call)


def answered(board: Board, call: Call, event: OfferAnswered) -> None:
    """The operator picked up."""
    if isinstance(call.state, Offered):
        talking.join(board, call, call.state, board.position(call.state.position))
    else:
        board.unexpected(event, call)


def answered_too_late(board: Board, event: OfferAnswered) -> None:
    """The operator picked up a call that is no longer theirs."""
    board.end_offer(event.offer)


def ended(board: Board, call: Call, event: OfferEnded) -> None:
    """The operator's leg is gone; what that means depends on how far it had come."""
    match call.state:
        case Offered():
            refused(board, call, call.state, event.reason)
        case Joining():
            talking.lost_before_talk(board, call, call.state, Reason.OPERATOR_LEFT)
        case Talking():
            talking.operator_left(board, call, call.state, event.reason)


def refused(board: Board, call: Call, state: Offered, reason: OfferEnd) -> None:
    """The offer came to nothing: the operator rests, the call keeps its place."""
    position = board.position(state.position)
    board.note(call, ENDS[reason](state.offer, state.position, position.operator))
    position.rest(board.now + board.policy.rest_seconds)
    call.state = Waiting(state.place, state.hearing)


def due(board: Board, call: Call, state: Offered) -> None:
    """Nothing came of the offer in time, or the caller shall hear the message again."""
    if state.give_up_at <= board.now:
        board.end_offer(state.offer)
        refused(board, call, state, OfferEnd.UNREACHABLE)
    else:
        waiting.say_again(board, call, state)
