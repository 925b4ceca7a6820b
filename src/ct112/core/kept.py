"""A caller whose operator's page went in the talk: the same desk is kept for a few seconds."""

from dataclasses import replace

from ct112.core import deadman, facts, leaving, waiting
from ct112.core.board import Board
from ct112.core.calls import Call, Kept, Talking, Waiting
from ct112.core.facts import Reason
from ct112.core.positions import Position, Ready, Resting


def keep(board: Board, call: Call, state: Talking) -> None:
    """Let the caller hear that somebody comes, and nobody else have this desk until its page is back."""
    policy = board.policy
    board.position(state.position).rest(board.now + policy.keep_seconds)
    if board.draining:
        waiting.come_back(board, call, state.place, Reason.OPERATOR_LOST)
        return
    deadman.push(board, call)
    board.note(call, facts.Kept(state.offer, state.position, state.operator))
    call.state = Kept(
        place=replace(state.place, first=True),
        hearing=waiting.start_hearing(board, call),
        position=state.position,
        until=board.now + policy.keep_seconds,
        ring_at=board.now + policy.page_back_seconds,
    )


def back(board: Board) -> list[tuple[Call, Position]]:
    """Return the calls whose kept desk can be rung again: they wait, and are rung for there at once."""
    found = []
    for call in list(board.calls.kept.values()):
        if isinstance(call.state, Kept) and _may_ring(board, call, call.state):
            found.append((call, board.position(call.state.position)))
            call.state = Waiting(call.state.place, call.state.hearing)
    return found


def _may_ring(board: Board, call: Call, state: Kept) -> bool:
    position = board.position(state.position)
    there = call.node in position.phones and call.node not in board.lost
    free = position.ready and isinstance(position.state, Ready | Resting)
    return state.ring_at is None and there and free


def due(board: Board, call: Call, state: Kept) -> None:
    """The page had its time to go and come back, or its desk is kept no longer; else say the message."""
    if board.draining:
        leaving.to_fallback(board, call, Reason.DRAINING, state.place)
    elif state.until <= board.now:
        board.note(call, facts.Requeued(Reason.OPERATOR_LOST))
        call.state = Waiting(state.place, state.hearing)
    elif state.ring_at is not None and state.ring_at <= board.now:
        call.stay(replace(state, ring_at=None))
    else:
        waiting.say_again(board, call, state)
