"""A call to an agency goes on: by what is pressed, by what was said to its end, and by time."""

from collections.abc import Iterator

from ct112.core import agency_calls, agency_operators
from ct112.core.agency_outcomes import AgencyOutcome
from ct112.core.agency_states import (
    AgencyCall,
    Dialling,
    Ending,
    Hearing,
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
from ct112.core.events import DigitPressed, PlayEnded

SAID_TIMES = 2
"""The message is said so often to somebody who presses nothing, or nothing that means something."""


def play_ended(board: Board, call: AgencyCall, event: PlayEnded) -> None:
    """What was said is over; a message that could not be said has not told anybody anything."""
    match call.state:
        case Speaking(play=play) if play == event.play:
            if event.ok:
                call.state = Listening(board.now + board.policy.agency_key_seconds)
            else:
                agency_calls.conclude(board, call, AgencyOutcome.FAILED)
                agency_calls.end(board, call)
        case Parting(play=play) if play == event.play:
            agency_calls.end(board, call)
        case _:
            pass  # the end of one we stopped


def pressed(board: Board, call: AgencyCall, event: DigitPressed) -> None:
    """A key: 1 accepts at any time, even what an earlier process said; the others while it is said by us."""
    words, state = call.words, call.state
    if not isinstance(state, Hearing):
        return
    if event.digit == "1":
        agency_calls.hush(board, call)
        agency_operators.let_go(board, call)
        agency_calls.conclude(board, call, AgencyOutcome.ACCEPTED)
        agency_calls.part(board, call, words.thanks if words is not None else ())
    elif words is None or not isinstance(state, Speaking | Listening):
        pass  # what is heard then is not ours to say again
    elif event.digit == "2":
        agency_calls.hush(board, call)
        agency_calls.speak(board, call, words)
    elif event.digit == "3":
        agency_calls.hush(board, call)
        agency_operators.want(board, call)
    else:
        agency_calls.hush(board, call)
        in_vain(board, call)


def in_vain(board: Board, call: AgencyCall) -> None:
    """Nothing was pressed, or nothing that means something: said again, and then it is over."""
    call.silences += 1
    words = call.words
    if words is not None and call.silences < SAID_TIMES:
        agency_calls.speak(board, call, words)
        return
    agency_calls.conclude(board, call, AgencyOutcome.NOT_ACKNOWLEDGED)
    agency_calls.part(board, call, words.goodbye if words is not None else ())


def next_deadline(board: Board) -> float | None:
    """Return when `due` has something to do; what a lost node has waits for its survey."""
    return min((at for at, _ in _deadlines(board)), default=None)


def due(board: Board) -> None:
    """Do what is due now, and what that makes due."""
    while late := [call for at, call in _deadlines(board) if at <= board.now]:
        for call in late:
            _due(board, call)


def _deadlines(board: Board) -> Iterator[tuple[float, AgencyCall]]:
    for call in board.agency_calls.values():
        at = call.state.deadline
        if at is None or (call.node in board.lost and not isinstance(call.state, Sought)):
            continue
        yield (min(at, call.limit_at) if isinstance(call.state, Hearing) else at), call


def _due(board: Board, call: AgencyCall) -> None:
    state = call.state
    if isinstance(state, Hearing) and call.limit_at <= board.now:
        agency_calls.hush(board, call)
        agency_operators.let_go(board, call)
        agency_calls.conclude(board, call, AgencyOutcome.NOT_ACKNOWLEDGED)
        agency_calls.end(board, call)
        return
    match state:
        case Sought():
            agency_calls.over(board, call, AgencyOutcome.LOST)
        case Dialling():
            agency_calls.conclude(board, call, AgencyOutcome.NO_ANSWER)
            agency_calls.end(board, call)
        case Silent():
            agency_calls.conclude(board, call, AgencyOutcome.LOST)
            agency_calls.end(board, call)
        case Speaking():  # its end was not told
            call.state = Listening(board.now + board.policy.agency_key_seconds)
        case Listening():
            in_vain(board, call)
        case Wanting():
            agency_calls.hush(board, call)
            in_vain(board, call)
        case RingingOperator():
            agency_operators.not_picked_up(board, call, state)
        case Parting():
            agency_calls.end(board, call)
        case Ending():
            agency_calls.over(board, call, AgencyOutcome.NOT_ACKNOWLEDGED)
        case TalkingToOperator():
            pass
