"""How calls leave us: to the fallback, by hanging up, or because the caller left."""

from dataclasses import replace
from typing import assert_never

from ct112.core import facts
from ct112.core.board import Board, Ended
from ct112.core.calls import (
    Arriving,
    Call,
    InMenu,
    Joining,
    Kept,
    Leaving,
    Offered,
    Stranded,
    Talking,
    Waiting,
    Way,
)
from ct112.core.commands import ExtendDeadman, HangUp, SendToFallback
from ct112.core.events import CallDropped, CallerLeft, CallReleased
from ct112.core.facts import Reason
from ct112.core.queueing import Place
from ct112.core.record import ClassSource, EndedBy, Outcome, ServiceClass

TRIES = 2
"""How often a leg is asked to leave before it is presumed gone."""


def to_fallback(board: Board, call: Call, reason: Reason, place: Place | None = None) -> None:
    """Give the caller to the dialplan's own queue; should that fail, `place` is the one to come back to."""
    board.hush(call)
    board.note(call, facts.ToFallback(reason))
    board.do(SendToFallback(call.id, reason.value))
    call.state = Leaving(Way.FALLBACK, board.now + board.policy.release_seconds, place=place)


def drain(board: Board, call: Call) -> None:
    """We are leaving: a call without an operator goes to the fallback, the others are let be."""
    match call.state:
        case Arriving() | InMenu():
            to_fallback(board, call, Reason.DRAINING)
        case Waiting(place=place) | Kept(place=place) | Offered(place=place):
            free_operator(board, call)
            to_fallback(board, call, Reason.DRAINING, place)
        case Joining() | Talking() | Stranded() | Leaving():
            pass
        case _:
            assert_never(call.state)


def hang_up(board: Board, call: Call) -> None:
    """End the caller's leg: the operator has ended the talk."""
    board.do(HangUp(call.id))
    call.state = Leaving(Way.HANG_UP, board.now + board.policy.release_seconds)


def caller_left(board: Board, call: Call, _event: CallerLeft) -> None:
    """The caller's leg is gone: whatever was under way is over, and the record is closed."""
    by_operator = isinstance(call.state, Leaving) and call.state.way is Way.HANG_UP
    outcome = Outcome.ANSWERED if call.answered else Outcome.ABANDONED
    close(board, call, outcome, EndedBy.OPERATOR if by_operator else EndedBy.CALLER)


def dropped(board: Board, call: Call, _event: CallDropped) -> None:
    """Asterisk ended, and the leg with it, whatever was under way."""
    close(board, call, Outcome.DROPPED, EndedBy.SYSTEM)


def released(board: Board, call: Call, _event: CallReleased) -> None:
    """The leg is in the dialplan now, out of our hands."""
    close(board, call, Outcome.FALLBACK, EndedBy.SYSTEM)


def due(board: Board, call: Call, state: Leaving) -> None:
    """Nothing was heard of the leg we asked to leave: ask again, then presume it gone."""
    if call.node in board.lost:
        call.stay(replace(state, deadline=board.now + board.policy.release_seconds))
    elif state.tries < TRIES:
        ask_again(board, call, state)
    elif state.way is Way.HANG_UP:
        close(board, call, Outcome.ANSWERED, EndedBy.OPERATOR)
    else:
        # Should the leg still be ours, nobody pushes its switch: the dialplan takes it within seconds.
        released(board, call, CallReleased(call.id))


def ask_again(board: Board, call: Call, state: Leaving) -> None:
    """Repeat what the leg was asked.

    After a talk the switch is off: it is armed, so that a leg that will not end does not stay in silence.
    """
    if state.way is Way.HANG_UP:
        board.do(ExtendDeadman(call.id, board.policy.switch_seconds))
    board.do(HangUp(call.id) if state.way is Way.HANG_UP else SendToFallback(call.id, "asked again"))
    deadline = board.now + board.policy.release_seconds
    call.state = replace(state, deadline=deadline, tries=state.tries + 1)


def close(board: Board, call: Call, outcome: Outcome, ended_by: EndedBy) -> None:
    """Write the final record and forget the call. This is the only way a call ends."""
    free_operator(board, call)
    ended_at, words = board.stamp(call), _last_words(call, outcome)
    board.save(call, outcome=outcome, ended_by=ended_by, ended_at=ended_at, **words)
    board.note(call, facts.Ended(outcome, ended_by))
    board.calls.remove(call)
    board.over(Ended(call.record, call.last_seq, max(call.offers, call.plays)))


def free_operator(board: Board, call: Call) -> None:
    """End the operator's leg, if there is one, and give the operator what follows."""
    position = board.position_of(call)
    match call.state:
        case Offered(offer=offer) | Joining(offer=offer) if position:
            board.end_offer(offer)
            position.spare(board.now)
        case Talking(offer=offer) if position:
            board.end_offer(offer)
            position.wrap_up(board.now + board.policy.wrap_up_seconds)
        case _:
            pass


def _last_words(call: Call, outcome: Outcome) -> dict[str, object]:
    """Return what the record still lacks: the path of a call that left in the IVR, the class of the rest."""
    words = call.ran()
    if outcome is Outcome.FALLBACK and call.record.service_class is None:
        words |= {"service_class": ServiceClass.EMERGENCY, "class_source": ClassSource.FALLBACK}
    return words
