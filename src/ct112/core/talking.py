"""From the operator's answer to the end of the talk."""

from dataclasses import replace

from ct112.core import deadman, facts, kept, leaving, waiting
from ct112.core.board import Board
from ct112.core.calls import Armed, Call, Joining, Offered, Stranded, Talking
from ct112.core.commands import Join, PickUp
from ct112.core.events import Joined, OfferEnd, OfferHeld
from ct112.core.facts import Reason
from ct112.core.positions import Position

PICK_UP_SECONDS = 0.5
"""So often an answer to the caller's leg that failed is asked for during a talk."""


def join(board: Board, call: Call, state: Offered, position: Position) -> None:
    """The operator picked up: let both hear each other."""
    board.note(call, facts.Accepted(state.offer, state.position, position.operator))
    board.hush(call)
    position.pick_up(call.id, state.offer, board.now)
    call.state = Joining(state.place, state.offer, state.position, 0.0)
    ask_to_join(board, call, call.state)


def ask_to_join(board: Board, call: Call, state: Joining) -> None:
    """Ask for the join, which disarms the switch: pushed so far, it lasts longer than a join may take."""
    if not call.picked_up:
        board.do(PickUp(call.id))
    board.do(Join(call.id, state.offer))
    call.state = replace(state, deadline=board.now + board.policy.join_seconds)


def joined(board: Board, call: Call, event: Joined) -> None:
    """Both hear each other, if it is still the operator we meant; else that leg ends."""
    match call.state:
        case Joining(offer=offer) if offer == event.offer:
            _talk(board, call, call.state)
        case Talking(offer=offer) | Stranded(offer=offer) if offer == event.offer:
            board.unexpected(event, call)
        case _:
            board.unexpected(event, call)
            board.end_offer(event.offer)
            if isinstance(call.state, Armed):
                deadman.push(board, call)  # the late join has disarmed it


def _talk(board: Board, call: Call, state: Joining) -> None:
    position = board.position(state.position)
    call.state = Talking(state.place, state.offer, state.position, position.operator, pick_up_at(board, call))
    times = {} if call.answered else {"answered_at": board.stamp(call)}
    call.answered = True
    board.save(call, operator=position.operator, position=state.position, **times)
    board.note(call, facts.Joined(state.offer, state.position, position.operator))


def pick_up_at(board: Board, call: Call) -> float | None:
    """Return when to ask once more for an answer to a caller who hears ringing yet, and is with a person."""
    return None if call.picked_up else board.now + PICK_UP_SECONDS


def due(board: Board, call: Call, state: Talking) -> None:
    """Ask for that answer again: without it neither hears the other."""
    if not call.picked_up and call.node not in board.lost:
        board.do(PickUp(call.id))
    call.stay(replace(state, deadline=pick_up_at(board, call)))


def held(board: Board, call: Call, event: OfferHeld) -> None:
    """The operator put the call on hold or took it back: worth a fact, the talk goes on."""
    match call.state:
        case Talking(offer=offer, position=position) if offer == event.offer:
            noted = facts.Held if event.held else facts.Resumed
            board.note(call, noted(offer, position))
        case _:
            board.unexpected(event, call)


def not_joined(board: Board, call: Call, state: Joining, reason: Reason) -> None:
    """The join came to nothing: the operator's leg ends, the caller goes back to the front."""
    board.end_offer(state.offer)
    lost_before_talk(board, call, state, reason)


def lost_before_talk(board: Board, call: Call, state: Joining, reason: Reason) -> None:
    """The operator's leg is gone before the talk began."""
    board.position(state.position).rest(board.now + board.policy.rest_seconds)
    waiting.come_back(board, call, state.place, reason)


def join_due(board: Board, call: Call, state: Joining) -> None:
    """The join takes too long; on a lost node it may have worked, and only a survey can tell."""
    if call.node in board.lost:
        call.stay(replace(state, deadline=board.now + board.policy.join_seconds))
    else:
        not_joined(board, call, state, Reason.JOIN_LATE)


def operator_left(board: Board, call: Call, state: Talking, reason: OfferEnd) -> None:
    """The operator hung up: the caller's leg ends too. The leg broke: back to the front."""
    position = board.position(state.position)
    if reason is OfferEnd.HUNG_UP:
        position.wrap_up(board.now + board.policy.wrap_up_seconds)
        leaving.hang_up(board, call)
        return
    board.note(call, facts.Lost(state.offer, state.position, state.operator))
    if reason is OfferEnd.PAGE_GONE:
        kept.keep(board, call, state)
    else:
        position.rest(board.now + board.policy.rest_seconds)
        waiting.come_back(board, call, state.place, Reason.OPERATOR_LOST)
