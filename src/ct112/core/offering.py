"""Ringing operators for waiting calls, and what comes of it."""

from ct112.core import talking, waiting
from ct112.core.board import Board
from ct112.core.calls import Call, Joining, Offered, Talking, Waiting
from ct112.core.commands import Ring
from ct112.core.events import OfferAnswered, OfferEnd, OfferEnded, OfferRinging
from ct112.core.ids import offer_id
from ct112.core.operators import Operator, Ready
from ct112.core.record import ServiceClass
from ct112.core.routing import Candidate, Wanting, match


def settle(board: Board) -> None:
    """Ring an operator for every waiting call one can be found for; after this no pair is left over."""
    if board.draining:
        return
    ready = [
        Candidate(one.position, one.state.idle_since, frozenset(one.phones))
        for one in board.operators.values()
        if isinstance(one.state, Ready) and one.phones
    ]
    if ready:
        for found in match(_line(board), ready):
            _offer(board, board.calls[found.call], board.operators[found.position])


def _line(board: Board) -> list[Wanting]:
    """Return the waiting calls we can act on, in the order they are served."""
    keyed = [
        (waiting.key(board, call, call.state), call)
        for call in board.calls.values()
        if isinstance(call.state, Waiting) and call.node not in board.lost
    ]
    return [Wanting(call.id, call.node) for _, call in sorted(keyed, key=lambda pair: pair[0])]


def _offer(board: Board, call: Call, operator: Operator) -> None:
    if not isinstance(call.state, Waiting):
        return
    call.offers += 1
    offer, seconds = offer_id(call.id, call.offers), board.policy.ring_seconds
    operator.ring(call.id, offer, board.now)
    call.state = Offered(
        hearing=call.state.hearing,
        first=call.state.first,
        offer=offer,
        position=operator.position,
        give_up_at=board.now + seconds + board.policy.ring_grace_seconds,
    )
    board.note(call, "offered", offer=offer, position=operator.position, operator=operator.name)
    board.do(_ring(call, call.state, seconds))


def _ring(call: Call, state: Offered, seconds: float) -> Ring:
    return Ring(
        call=call.id,
        offer=state.offer,
        node=call.node,
        position=state.position,
        seconds=seconds,
        ani=call.record.ani,
        service_class=call.record.service_class or ServiceClass.EMERGENCY,
    )


def ringing(board: Board, call: Call, event: OfferRinging) -> None:
    """The phone rings: worth a fact."""
    if isinstance(call.state, Offered):
        board.note(call, "ringing", offer=event.offer, position=call.state.position)
    else:
        board.unexpected(event, call)


def answered(board: Board, call: Call, event: OfferAnswered) -> None:
    """The operator picked up."""
    if isinstance(call.state, Offered):
        talking.join(board, call, call.state, board.operator(call.state.position))
    else:
        board.unexpected(event, call)


def ended(board: Board, call: Call, event: OfferEnded) -> None:
    """The operator's leg is gone; what that means depends on how far it had come."""
    match call.state:
        case Offered():
            refused(board, call, call.state, event.reason)
        case Joining():
            talking.lost_before_talk(board, call, call.state, "operator left before the join")
        case Talking():
            talking.operator_left(board, call, call.state, event.reason)


def refused(board: Board, call: Call, state: Offered, reason: OfferEnd) -> None:
    """The offer came to nothing: the operator rests, the call keeps its place."""
    operator = board.operator(state.position)
    board.note(call, reason.value, offer=state.offer, position=state.position, operator=operator.name)
    operator.rest(board.now + board.policy.rest_seconds)
    call.state = Waiting(state.hearing, state.first)


def due(board: Board, call: Call, state: Offered) -> None:
    """Nothing came of the offer in time, or the caller shall hear the message again."""
    if state.give_up_at <= board.now:
        board.end_offer(state.offer)
        refused(board, call, state, OfferEnd.UNREACHABLE)
    else:
        waiting.say_again(board, call, state)
