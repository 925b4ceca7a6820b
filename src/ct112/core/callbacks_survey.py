"""Call-backs and call-outs after a gap: who can talk is joined, other legs are ended.

A call-back's task is closed by the truth.
"""

from ct112.core import callbacks, calling_out, survey
from ct112.core.board import Board
from ct112.core.callback_rules import CallbackResult
from ct112.core.callbacks import Callback, Phase
from ct112.core.commands import EndCallee, JoinCallee
from ct112.core.events import FoundCallee, FoundOffer, NodeSurveyed, OfferAnswered
from ct112.core.ids import BACK, CALL_OUT, OfferId, call_of, task_of
from ct112.core.positions import Ringing

MADE = (BACK, CALL_OUT)
"""How the names of calls an operator makes begin."""


def surveyed(board: Board, event: NodeSurveyed) -> None:
    """Compare the call-backs of a node with what was found there, and take over those of before a restart."""
    legs = {call_of(leg.offer): leg for leg in event.offers if is_back(leg.offer)}
    callees = {callee.call: callee for callee in event.callees if callee.call.startswith(MADE)}
    backs = callbacks.at_node(board, event.node)
    for back in backs:
        _found_again(board, back, legs.pop(back.id, None), callees.pop(back.id, None))
    for call, leg in legs.items():
        _adopt(board, event, leg, callees.pop(call, None))
    for callee in callees.values():  # nobody of ours is there for them
        board.do(EndCallee(callee.call, event.node))


def is_back(offer: OfferId) -> bool:
    """Return whether this is the operator's leg of a call-back or call-out."""
    return offer.startswith(MADE)


def _found_again(board: Board, back: Callback, leg: FoundOffer | None, callee: FoundCallee | None) -> None:
    """Go on with a call-back we knew, as if what happened in the gap happened now."""
    if leg is None:
        callbacks.operator_ended(board, back)
    elif back.phase is Phase.RINGING:
        if leg.answered:
            callbacks.about_operator(board, back, OfferAnswered(back.offer))
    elif callee is None:
        board.end_offer(back.offer)
        callbacks.operator_ended(board, back)
    elif callee.joined:
        callbacks.go_on(board, back, Phase.TALKING, None, joined=True)
    elif callee.answered:
        _join(board, back)


def _adopt(board: Board, event: NodeSurveyed, leg: FoundOffer, callee: FoundCallee | None) -> None:
    """Take over a call-back of before a restart, if both are there and the operator is with nobody else."""
    call, position = call_of(leg.offer), board.position(leg.position)
    task = task_of(call)
    if isinstance(position.state, Ringing):
        survey.withdraw(board, position.state.offer)
    if task is not None and callbacks.is_taken(board, task):
        _hang_up(board, event, leg, callee)  # given up with its node, and taken again by somebody else
        return
    given_up = board.draining and callee is not None and not callee.answered
    strange = task is None and not call.startswith(CALL_OUT)
    if strange or callee is None or not leg.answered or position.busy or given_up:
        _end(board, event, leg, callee)
        return
    position.pick_up(call, leg.offer, board.now)
    back = Callback(
        id=call,
        task=task,
        number="",
        node=event.node,
        position=leg.position,
        offer=leg.offer,
        phase=Phase.DIALLING,
        trunk=callee.trunk,
        deadline=board.now + board.policy.dial_seconds + board.policy.ring_grace_seconds,
        purpose=calling_out.found(board, call) if task is None else None,
    )
    callbacks.begin(board, back)
    if callee.joined:
        callbacks.go_on(board, back, Phase.TALKING, None, joined=True)
    elif callee.answered:
        _join(board, back)


def _join(board: Board, back: Callback) -> None:
    callbacks.go_on(board, back, Phase.TALKING, None)
    board.do(JoinCallee(back.id, back.offer, back.node))


def _end(board: Board, event: NodeSurveyed, leg: FoundOffer, callee: FoundCallee | None) -> None:
    """End both legs. Who was dialled may not have been reached, and is tried again."""
    _hang_up(board, event, leg, callee)
    task = task_of(call_of(leg.offer))
    if task is not None:
        result = CallbackResult.NO_ANSWER if leg.answered else CallbackResult.FAILED
        board.result(task, result, tried=leg.answered)


def _hang_up(board: Board, event: NodeSurveyed, leg: FoundOffer, callee: FoundCallee | None) -> None:
    board.end_offer(leg.offer)
    if callee is not None:
        board.do(EndCallee(callee.call, event.node))
