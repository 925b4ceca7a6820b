"""Calls an operator makes: their phone rings, then the number is dialled, then both talk.

Somebody is called back for a task, or a contact of the agency book is called (a call-out, `calling_out`).
Kept apart from the callers' calls: nothing here may stand in their way. A call-back's record is the task, a
call-out's its facts.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import assert_never

from ct112.core import purposes
from ct112.core.board import Board
from ct112.core.callback_rules import CallbackResult
from ct112.core.commands import DialCallee, EndCallee, JoinCallee, RingOperator, Unexpected
from ct112.core.events import (
    CallbackAsked,
    CalleeAnswered,
    CalleeEnded,
    CommandFailed,
    Joined,
    OfferAnswered,
    OfferEnded,
    OfferHeld,
    OfferRinging,
)
from ct112.core.ids import CallId, NodeName, OfferId, PositionName, callback_id, offer_id
from ct112.core.positions import Position
from ct112.core.purposes import Purpose
from ct112.core.trunks import free


class Phase(StrEnum):
    """How far a call-back has come."""

    RINGING = "ringing"
    DIALLING = "dialling"
    TALKING = "talking"


@dataclass(slots=True, kw_only=True)
class Callback:
    """One call-back or call-out under way. `task`: None of a call-out, which has a `purpose`.

    `deadline` is None while both talk: then a person has it.

    `joined`: both hear each other, as far as we know. Until then nobody was reached.
    `trunk`: dialled by, "" while only the operator's phone rings; `tried`: the trunks dialled by so far.
    """

    id: CallId
    task: int | None
    number: str
    node: NodeName
    position: PositionName
    offer: OfferId
    phase: Phase
    deadline: float | None
    joined: bool = False
    trunk: str = ""
    tried: tuple[str, ...] = ()
    purpose: Purpose | None = None


def asked(board: Board, event: CallbackAsked) -> None:
    """Ring the position, if its phone is there, its operator is with nobody, and nobody has the task."""
    position = board.positions.get(event.position)
    node = None if position is None else node_of(board, position)
    if is_taken(board, event.task):
        board.odd(Unexpected(event=type(event).__name__, state="taken already"))
        return
    if free(board) is None:
        board.result(event.task, CallbackResult.UNAVAILABLE, tried=False)
        return
    engaged = position is not None and (position.busy or board.calls.keeps(position.name))
    if position is None or position.operator is None or node is None or engaged or board.draining:
        board.result(event.task, CallbackResult.FAILED, tried=False)
        return
    call = callback_id(event.task, board.now)
    ring(board, position, call, node, event.number, task=event.task)


def ring(
    board: Board,
    position: Position,
    call: CallId,
    node: NodeName,
    number: str,
    *,
    task: int | None = None,
    purpose: Purpose | None = None,
) -> None:
    """Ring the operator's phone; who is to be dialled is dialled when they pick up."""
    offer, seconds = offer_id(call, 1), board.policy.ring_seconds
    position.ring(call, offer, board.now)
    back = Callback(
        id=call,
        task=task,
        number=number,
        node=node,
        position=position.name,
        offer=offer,
        phase=Phase.RINGING,
        deadline=board.now + seconds + board.policy.ring_grace_seconds,
        purpose=purpose,
    )
    begin(board, back)
    board.do(
        RingOperator(
            call=call,
            offer=offer,
            node=node,
            position=position.name,
            seconds=seconds,
            number=number,
            agency="" if purpose is None else purpose.agency,
        )
    )


def begin(board: Board, back: Callback) -> None:
    """Take a call-back in."""
    board.callbacks[back.id] = back
    _show(board, back)


def _show(board: Board, back: Callback) -> None:
    """Let it be seen how far it is: a call-out at its position."""
    board.changed.append(back)
    if back.purpose is not None:
        purposes.show(board, back.position, back.id, back.purpose, back.phase)


def go_on(
    board: Board, back: Callback, phase: Phase, deadline: float | None, *, joined: bool = False
) -> None:
    """Come so far with it."""
    newly = joined and not back.joined
    back.phase, back.deadline, back.joined = phase, deadline, joined
    _show(board, back)
    if newly and back.purpose is not None:
        purposes.joined(board, back.id, back.purpose)


def is_taken(board: Board, task: int) -> bool:
    """Return whether somebody is being called back for this task."""
    return any(back.task == task for back in board.callbacks.values())


def about_operator(
    board: Board, back: Callback, event: OfferRinging | OfferAnswered | OfferHeld | OfferEnded
) -> None:
    """News of the operator's leg."""
    match event:
        case OfferRinging() | OfferHeld():
            pass
        case OfferAnswered():
            _operator_answered(board, back, event)
        case OfferEnded():
            _operator_left(board, back)
        case _:
            assert_never(event)


def about_callee(board: Board, event: CalleeAnswered | CalleeEnded) -> None:
    """News of the other leg; of a call-back that is over it means nothing."""
    back = board.callbacks.get(event.call)
    if back is None:
        return
    match event:
        case CalleeAnswered():
            _callee_answered(board, back)
        case CalleeEnded():
            _callee_ended(board, back, event)
        case _:
            assert_never(event)


def _operator_answered(board: Board, back: Callback, event: OfferAnswered) -> None:
    """The operator is there: dial."""
    if back.phase is not Phase.RINGING:
        return
    board.position(back.position).pick_up(back.id, event.offer, board.now)
    if not _dial(board, back):  # the lines were taken meanwhile
        _end_offer(board, back, CallbackResult.UNAVAILABLE)
        back.phase = Phase.DIALLING
        _close(board, back, CallbackResult.UNAVAILABLE, tried=False)


def _dial(board: Board, back: Callback) -> bool:
    """Dial by the next trunk with a line for us; return whether there is one.

    The leg has the name of the one before, which is gone: whatever is heard of it is heard in order.
    """
    trunk = free(board, back.tried, back.node)
    if trunk is None or not back.number:  # of before a restart: the number is not kept
        return False
    back.trunk, back.tried = trunk.name, (*back.tried, trunk.name)
    seconds = board.policy.dial_seconds
    go_on(board, back, Phase.DIALLING, board.now + seconds + board.policy.ring_grace_seconds)
    if back.purpose is not None:
        purposes.dialled(board, back.id, back.purpose, trunk.name)
    board.do(DialCallee(call=back.id, node=back.node, number=back.number, seconds=seconds, trunk=trunk.name))
    return True


def _dial_again(board: Board, back: Callback) -> bool:
    """Try another trunk after one has failed; return whether there is one."""
    return back.phase is Phase.DIALLING and not board.draining and _dial(board, back)


def _operator_left(board: Board, back: Callback) -> None:
    """The operator has hung up, or not picked up."""
    if back.purpose is not None and back.phase is Phase.DIALLING:
        board.do(EndCallee(back.id, back.node))
        _close(board, back, CallbackResult.CANCELLED)
        return
    operator_ended(board, back)


def operator_ended(board: Board, back: Callback) -> None:
    """The operator's leg is gone."""
    dialled = back.phase is not Phase.RINGING
    if dialled:
        board.do(EndCallee(back.id, back.node))
    _close(board, back, _result_when_cut(back), tried=dialled)


def _result_when_cut(back: Callback) -> CallbackResult:
    """Return how a call-back went that ends where it is now."""
    match back.phase:
        case Phase.RINGING:
            return CallbackResult.FAILED
        case Phase.DIALLING:
            return CallbackResult.NO_ANSWER
        case Phase.TALKING:
            return CallbackResult.REACHED if back.joined else CallbackResult.UNAVAILABLE


def _callee_answered(board: Board, back: Callback) -> None:
    """Somebody picked up: let both talk."""
    if back.phase is Phase.DIALLING:
        go_on(board, back, Phase.TALKING, None)
        board.do(JoinCallee(back.id, back.offer, back.node))


def joined(board: Board, back: Callback, event: Joined) -> None:
    """Both hear each other: whoever is called back has been reached."""
    if event.offer == back.offer:
        go_on(board, back, back.phase, back.deadline, joined=True)


def _callee_ended(board: Board, back: Callback, event: CalleeEnded) -> None:
    """The other side hung up, or never picked up; who hung up before a word was said is called again."""
    if event.by_trunk and _dial_again(board, back):
        return
    result = event.result
    if back.phase is Phase.TALKING:
        result = CallbackResult.REACHED if back.joined else CallbackResult.NO_ANSWER
    _end_offer(board, back, result)
    _close(board, back, result)


def _end_offer(board: Board, back: Callback, why: CallbackResult | None) -> None:
    """End the operator's leg; they hear why, unless they talked, or the console says it.

    After a call-out the phone is free at once: the next caller may ring.
    """
    heard = back.purpose is None and why is not CallbackResult.REACHED
    board.end_offer(back.offer, why if heard else None)


def failed(board: Board, back: Callback, event: CommandFailed) -> None:
    """Something of it did not work: it is over, and tried again later."""
    match event.command:
        case RingOperator():
            _close(board, back, CallbackResult.FAILED, tried=False)
        case DialCallee() if _dial_again(board, back):
            pass
        case DialCallee() | JoinCallee():
            board.do(EndCallee(back.id, back.node))
            _end_offer(board, back, CallbackResult.UNAVAILABLE)
            _close(board, back, CallbackResult.UNAVAILABLE, tried=False)  # the trunk or the node: not them
        case _:
            pass  # a leg that was to end is gone already


def withdraw(board: Board, back: Callback) -> None:
    """Stop ringing an operator who turned out to be talking; the task is for later."""
    board.end_offer(back.offer)
    lost(board, back)


def due(board: Board) -> None:
    """End what takes too long."""
    for back in [back for back in board.callbacks.values() if back.deadline is not None]:
        if back.deadline is not None and back.deadline <= board.now:
            _end_offer(board, back, CallbackResult.NO_ANSWER if back.phase is Phase.DIALLING else None)
            operator_ended(board, back)


def drain(board: Board) -> None:
    """We are leaving: talks go on, the rest is for later."""
    for back in list(board.callbacks.values()):
        if back.phase is not Phase.TALKING:
            board.end_offer(back.offer)
            operator_ended(board, back)


def at_node(board: Board, node: NodeName) -> list[Callback]:
    """Return the call-backs under way at a node."""
    return [back for back in board.callbacks.values() if back.node == node]


def lost(board: Board, back: Callback) -> None:
    """Its node is lost: over, as far as we know. Who talked was reached, the others are tried again."""
    _done(board, back, _result_when_cut(back), tried=back.phase is not Phase.RINGING)


def node_of(board: Board, position: Position) -> NodeName | None:
    """Return a node we can act on where the operator's phone is."""
    return min((node for node in position.phones if node not in board.lost), default=None)


def _close(board: Board, back: Callback, result: CallbackResult, *, tried: bool = True) -> None:
    """Note the result and free the operator. This is the only way a call-back ends."""
    position = board.position(back.position)
    if back.purpose is not None:
        position.resume(back.purpose.until, board.now)
    elif back.phase is Phase.RINGING:
        position.rest(board.now + board.policy.rest_seconds)
    else:
        position.wrap_up(board.now + board.policy.wrap_up_seconds)
    _done(board, back, result, tried=tried)


def _done(board: Board, back: Callback, result: CallbackResult, *, tried: bool) -> None:
    if back.purpose is not None:
        purposes.over(board, back.position, back.id, back.purpose, back.phase, result)
    elif back.task is not None:
        board.result(back.task, result, tried=tried)
    del board.callbacks[back.id]
    board.changed.append(back)
